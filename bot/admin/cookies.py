"""What a browser keeps while somebody is signed in, sealed so that nobody can make one.

A cookie holds the id of a token, never the token, and a random number that forms are bound to:
`ID.NUMBER.UNTIL.SEAL`. It is good for one token, and looked up at every request, so revoking a
token ends what it opened; changing the configured one ends all that was opened with that.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.admin.access import BOOTSTRAP, Doorkeeper
from bot.admin.keys import Keys

LASTS = timedelta(hours=12)
"""How long somebody stays signed in."""

_CLOCKS_DIFFER_BY = timedelta(minutes=5)
_NUMBER_BYTES = 16
_FORM = re.compile(r"([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{22})\.([0-9]{1,11})\.[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Somebody who signed in.

    Attributes:
        token_id: With which token.
        number: Random; all forms of this sign-in are bound to it.
        until: To the second.
    """

    token_id: str
    number: str
    until: datetime

    @classmethod
    def now(cls, token_id: str, now: datetime) -> "SignedIn":
        """Begin to be signed in."""
        until = (now + LASTS).replace(microsecond=0)
        return cls(token_id=token_id, number=secrets.token_urlsafe(_NUMBER_BYTES), until=until)


class Seals:
    """Makes cookies and checks them."""

    def __init__(self, keys: Keys, doorkeeper: Doorkeeper) -> None:
        self._keys = keys
        self._bootstrap_mark = doorkeeper.bootstrap_mark

    def cookie(self, who: SignedIn) -> str:
        """Write the value of a cookie."""
        said = f"{who.token_id}.{who.number}.{int(who.until.timestamp())}"
        mark = self._bootstrap_mark if who.token_id == BOOTSTRAP else ""
        return f"{said}.{self._keys.digest('cookie', f'{said} {mark}')}"

    def opened(self, cookie: str, now: datetime) -> SignedIn | None:
        """Read a cookie; None if we did not make it, or its time is over.

        So is the time of one that would last longer than any: a clock was put back.
        """
        if (match := _FORM.fullmatch(cookie)) is None:
            return None
        until = datetime.fromtimestamp(int(match[3]), UTC)
        who = SignedIn(token_id=match[1], number=match[2], until=until)
        if not hmac.compare_digest(self.cookie(who), cookie):
            return None
        return who if now < until <= now + LASTS + _CLOCKS_DIFFER_BY else None

    def form_token(self, who: SignedIn) -> str:
        """What the forms of one sign-in carry; it fits no other."""
        return self._keys.digest("form", f"{who.token_id} {who.number}")
