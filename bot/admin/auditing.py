"""Writing calls into the audit log, each at the right time.

A change is written down before it is made: where that fails, it is not made. What only reads
is written down before it is answered, within two seconds; where that fails, it is answered
all the same, and the log of the process says so. Calls of strangers are counted together.
"""

import asyncio
from dataclasses import dataclass

import structlog
from starlette.types import Scope

from bot.admin.access import Caller, DoorName
from bot.admin.keys import Keys
from bot.admin.pseudonyms import Pseudonyms
from bot.admin.refusals import Refusals
from bot.admin.signpost import Signpost
from bot.ports import Clock
from context.errors import StoreUnavailable
from context.messages import UserId
from storage.audit import Audit, Deed
from storage.strangers import Refused

_LOOK_WRITTEN_WITHIN_S = 2.0
_CHANGE_WRITTEN_WITHIN_S = 5.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditor:
    """Writes the calls of one door into the log.

    Attributes:
        door: Which.
        signpost: What calls are named by.
        audit: The log.
        refusals: The same, for strangers.
        pseudonyms: Who is meant by a digest.
        keys: What stands for addresses.
        clock: The time.
    """

    door: DoorName
    signpost: Signpost
    audit: Audit
    refusals: Refusals
    pseudonyms: Pseudonyms
    keys: Keys
    clock: Clock

    async def begin(self, scope: Scope, caller: Caller) -> str:
        """Write down a change that is about to be made; give the entry's id.

        Raises:
            StoreUnavailable: It must not be made.
        """
        try:
            async with asyncio.timeout(_CHANGE_WRITTEN_WITHIN_S):
                return await self.audit.begin(await self._deed(scope, caller))
        except TimeoutError as error:
            raise StoreUnavailable("audit") from error

    async def settle(self, entry_id: str, *, status: int) -> None:
        """Say what came of a change; if that fails it stays open what did."""
        try:
            async with asyncio.timeout(_CHANGE_WRITTEN_WITHIN_S):
                await self.audit.settle(entry_id, status=status)
        except (StoreUnavailable, TimeoutError):
            log.error("audit.not_written", entry_id=entry_id)  # noqa: TRY400 - no bug

    async def record(self, scope: Scope, caller: Caller, *, status: int) -> None:
        """Write down what somebody looked at, or was not allowed; never fails."""
        try:
            async with asyncio.timeout(_LOOK_WRITTEN_WITHIN_S):
                await self.audit.record(await self._deed(scope, caller), status=status)
        except (StoreUnavailable, TimeoutError):
            action = self.signpost.named(scope).action
            log.error("audit.not_written", action=action)  # noqa: TRY400 - no bug

    async def refused(self, scope: Scope, *, status: int) -> None:
        """Count a call of a stranger; never fails."""
        now = self.clock.now()
        await self.refusals.count(
            Refused(
                minute=now.replace(second=0, microsecond=0),
                via=self.door,
                action=self.signpost.named(scope).action,
                status=status,
                from_digest=self.address(scope),
            ),
            now=now,
        )

    def address(self, scope: Scope) -> str:
        """What stands for the address that a call comes from."""
        client = scope.get("client")
        return self.keys.address(client[0] if client else None)

    async def _deed(self, scope: Scope, caller: Caller) -> Deed:
        named = self.signpost.named(scope)
        subjects = dict(named.subjects)
        if "user_id" in subjects:
            subjects["user_id"] = await self.pseudonyms.meant(UserId(subjects["user_id"]))
        return Deed(
            at=self.clock.now(),
            who=caller.token_id,
            role=caller.role,
            via=self.door,
            action=named.action,
            subjects=subjects,
            from_digest=self.address(scope),
        )
