"""What every page works with."""

from dataclasses import dataclass

from bot.admin.pages.view import View
from bot.admin.pseudonyms import Pseudonyms
from bot.admin.records import Records
from bot.erasing import Erasing
from bot.limits import Limits
from bot.ports import Clock
from context.messages import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The stores, the limits, the time, what erases people, and how a page is made."""

    records: Records
    pseudonyms: Pseudonyms
    limits: Limits
    clock: Clock
    erasing: Erasing
    view: View

    async def person(self, given: str) -> UserId:
        """Who is meant by an identity, or by a log's digest of one.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        return await self.pseudonyms.meant(UserId(given))

    async def whose(self, given: str | None) -> UserId | None:
        """Whom a list is narrowed down to, where it is; as for `person`."""
        return None if given is None else await self.person(given)
