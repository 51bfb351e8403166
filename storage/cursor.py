"""Where a page of a list ended, as text that clients hand back."""

import hashlib
import re
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from typing_extensions import override

_BODY = re.compile(r"([0-9]{1,17})\.([A-Za-z0-9_-]{1,64})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CHECK_BYTES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The last item of a page that is sorted by time and id, newest first.

    Its text is opaque and carries a checksum: one that was cut or changed is refused, for a
    page from a place that nobody was at would be no use. It keeps no secret and gives no
    access, so it is not signed.
    """

    created_at: datetime
    item_id: str

    @classmethod
    def read(cls, text: str) -> Self:
        """Read the text of a cursor.

        Raises:
            ValueError: It is not one of ours.
        """
        try:
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
            body = b64decode(padded, altchars=b"-_", validate=True)[_CHECK_BYTES:].decode(
                "ascii"
            )
        except ValueError:
            body = ""
        if (match := _BODY.fullmatch(body)) is not None:
            at = _EPOCH + int(match[1]) * _MICROSECOND
            cursor = cls(created_at=at, item_id=match[2])
            if str(cursor) == text:
                return cursor
        raise ValueError("not a cursor of this list")

    @override
    def __str__(self) -> str:
        body = f"{(self.created_at - _EPOCH) // _MICROSECOND}.{self.item_id}".encode("ascii")
        check = hashlib.sha256(body).digest()[:_CHECK_BYTES]
        return urlsafe_b64encode(check + body).decode("ascii").rstrip("=")
