"""What a person sees while an answer is being written."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from bot.ports import Clock
from bot.standing import language_in
from bot.voice import Voice
from channels.port import Channel
from context import notices
from context.errors import StoreError
from context.language import Language
from context.messages import TurnId
from storage.lanes import Claim
from storage.ledger import Ledger
from storage.mailbox import Mail
from storage.outbox import Kind

_SAY_SO_AFTER = timedelta(seconds=20)


class Courtesy:
    """Typing indicators and status kept alive, and one line when it takes long."""

    def __init__(
        self, *, ledger: Ledger, clock: Clock, say_so_after: timedelta = _SAY_SO_AFTER
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._say_so_after = say_so_after

    async def show(self, claim: Claim, mail: Mail, channel: Channel) -> None:
        """Show that work goes on, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_showing(mail, channel))
            group.create_task(self._say_so(claim, mail, channel))

    async def _keep_showing(self, mail: Mail, channel: Channel) -> None:
        again = await channel.show_working(mail.messages[-1].reply_to)
        while again is not None:
            await asyncio.sleep(again.total_seconds())
            again = await channel.show_working(mail.messages[-1].reply_to)

    async def _say_so(self, claim: Claim, mail: Mail, channel: Channel) -> None:
        await asyncio.sleep(self._say_so_after.total_seconds())
        voice = Voice(
            channel, mail.messages[-1].reply_to, turn_id=TurnId(f"{mail.turn_id}-working")
        )
        language = language_in(mail) or Language.ENGLISH
        spoken = voice.say(Kind.NOTICE, notices.still_working(language=language))
        # It is not worth the answer that is under way; a lost claim ends that by itself.
        with suppress(StoreError):
            await self._ledger.note(claim, mail.turn_id, spoken, now=self._clock.now())
