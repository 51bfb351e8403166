"""What all doors of the admin side share, and the guard before each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from starlette.middleware import Middleware
from starlette.types import ASGIApp

from bot.admin.access import Doorkeeper, DoorName
from bot.admin.auditing import Auditor
from bot.admin.bearer import BearerDoor
from bot.admin.guard import Guard
from bot.admin.keys import Keys
from bot.admin.pseudonyms import Pseudonyms
from bot.admin.redacting import ViewerRedaction
from bot.admin.refusals import Refusals
from bot.admin.signpost import Signpost
from bot.ports import Clock
from storage.audit import Audit
from storage.database import Database
from storage.strangers import Strangers

OPENAPI = "/openapi.json"
"""Where the API describes itself; there is nothing of people in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """Who judges tokens, and where calls are written down.

    Attributes:
        doorkeeper: Judges tokens.
        audit: The log.
        refusals: Counts strangers, for all doors of this process.
        pseudonyms: Who is meant by a digest.
        keys: What digests and cookies are made with.
        clock: The time.
    """

    doorkeeper: Doorkeeper
    audit: Audit
    refusals: Refusals
    pseudonyms: Pseudonyms
    keys: Keys
    clock: Clock

    @classmethod
    def of(
        cls,
        database: Database,
        *,
        bootstrap: str | None,
        secret_key: str | None,
        pseudonyms: Pseudonyms,
        clock: Clock,
    ) -> Self:
        """Build it over a database.

        Args:
            database: Where tokens and the log are.
            bootstrap: `ADMIN_TOKEN`; without one only stored tokens open.
            secret_key: `SECRET_KEY`; without one there is one for the life of this process.
            pseudonyms: Who is meant by a digest.
            clock: The time.
        """
        keys, audit = Keys.of(secret_key), Audit(database)
        return cls(
            doorkeeper=Doorkeeper(database, bootstrap=bootstrap, keys=keys, clock=clock),
            audit=audit,
            refusals=Refusals(Strangers(database)),
            pseudonyms=pseudonyms,
            keys=keys,
            clock=clock,
        )

    def auditor(self, door: DoorName, patterns: Iterable[str]) -> Auditor:
        """Give what writes down the calls at a door.

        Args:
            door: Which.
            patterns: Those of all its routes, relative to where they are mounted.
        """
        return Auditor(
            door=door,
            signpost=Signpost(patterns),
            audit=self.audit,
            refusals=self.refusals,
            pseudonyms=self.pseudonyms,
            keys=self.keys,
            clock=self.clock,
        )

    def api_guard(self, patterns: Iterable[str]) -> Middleware:
        """Give the guard of the API: callers bring a bearer token, viewers see no words.

        Args:
            patterns: Those of all its routes, relative to where they are mounted.
        """
        door = BearerDoor(doorkeeper=self.doorkeeper, keys=self.keys)
        auditor = self.auditor("api", patterns)

        def guarded(app: ASGIApp) -> ASGIApp:
            seen = ViewerRedaction(app, except_for=(OPENAPI,))
            return Guard(seen, door=door, auditor=auditor)

        return Middleware(guarded)
