"""Who is meant by `user`, the digest that stands for people in logs."""

import re

from context.messages import UserId
from storage.people import People

# As a log line has it, or a receipt.
_DIGEST = re.compile(r"[0-9a-f]{16}|[0-9a-f]{64}")


class Pseudonyms:
    """Lets operators name a person as a log line or a receipt does, where an identity could be."""

    def __init__(self, people: People, *, secret_key: str | None) -> None:
        """Keep the key.

        Args:
            people: Among whom to look.
            secret_key: Under which the logs' digests are made; without it none is known.
        """
        self._people = people
        self._key = None if secret_key is None else secret_key.encode()

    async def meant(self, given: UserId) -> UserId:
        """Give the identity behind a digest; anything else stays as it is.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        if self._key is None or not _DIGEST.fullmatch(given):
            return given
        return await self._people.behind(given, key=self._key) or given
