"""One person's chat with the bot, whose turns a test takes one by one.

The database, the model's client and the channel are real; time stands still but for what is
slept, and no worker runs: what came in waits until the test drains it.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from bot.agents.loop import Loop
from bot.commands import Commands
from bot.emulator.servers.bill import BilledUsage
from bot.emulator.servers.model import ModelApi
from bot.emulator.servers.model_answer import Answer, Stalled, StopReason
from bot.emulator.servers.model_request import MessageRequest, TextBlock
from bot.emulator.servers.serving import serving
from bot.handover import Handovers
from bot.heralds import Herald
from bot.limits import Limits
from bot.maintain import Maintenance
from bot.model.claude import Claude
from bot.model.connection import connection
from bot.model.patient import Patience, PatientModel
from bot.model.windows import DEFAULT_MODEL, Windows
from bot.notetaking import NoteTaker
from bot.opening import Opening
from bot.ports import Model
from bot.tools.offered import all_tools
from bot.tools.toolbox import Toolbox
from bot.turn import Turns
from channels.port import Channel
from context.messages import InboundMessage, Provider, session_id
from context.policy import Thresholds
from storage.chores import Chores
from storage.chronicle import Chronicle
from storage.compactions import Compactions
from storage.control import Control
from storage.database import Database
from storage.lanes import Claim, Lane, Lanes
from storage.ledger import Ledger
from storage.mailbox import Mailbox
from storage.sessions import Sessions
from storage.usage import UsageBook
from tests.bot.model.waiting import until
from tests.builders import an_inbound
from tests.channels.slack import Workspace, workspace
from tests.clock import ManualClock
from tests.storage.scenes import rows

LIMIT = 10_000
KEY = "sk-ant-chat"
_LEASE = timedelta(hours=1)


def usual(limit_tokens: int, thresholds: Thresholds | None = None) -> Limits:
    """Limits as they are by default, but for the line after every turn."""
    return Limits(tokens=limit_tokens, thresholds=thresholds or Thresholds(), usage_line="off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One message that the bot said, as the outbox has it."""

    kind: str
    notice: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """Everybody in it, and what they said."""

    database: Database
    api: ModelApi
    model: Model
    slack: Workspace
    clock: ManualClock

    @property
    def channels(self) -> Mapping[Provider, Channel]:
        """The one channel there is."""
        return {Provider("slack"): self.slack.channel}

    def turns(
        self,
        *,
        thresholds: Thresholds | None = None,
        limit_tokens: int = LIMIT,
        limits: Limits | None = None,
        channels: Mapping[Provider, Channel] | None = None,
        mailbox: Mailbox | None = None,
        heralds: Sequence[Herald] = (),
    ) -> Turns:
        """What takes the turns."""
        limits = limits or usual(limit_tokens, thresholds)
        ledger = Ledger(self.database)
        tools = self._tools(limits)
        opening = self._opening(limits)
        spoken_on = self.channels if channels is None else channels
        return Turns(
            lanes=Lanes(self.database),
            mailbox=mailbox or Mailbox(self.database),
            opening=opening,
            loop=Loop(model=self.model, tools=tools, ledger=ledger, clock=self.clock),
            handovers=Handovers(
                ledger=ledger,
                compactions=Compactions(self.database),
                chores=Chores(self.database),
                opening=opening,
                channels=spoken_on,
                clock=self.clock,
                limits=limits,
                heralds=heralds,
            ),
            ledger=ledger,
            channels=spoken_on,
            clock=self.clock,
        )

    def maintenance(self, *, limits: Limits | None = None) -> Maintenance:
        """What tidies up in the background."""
        limits = limits or usual(LIMIT)
        compactions = Compactions(self.database)
        return Maintenance(
            lanes=Lanes(self.database),
            chores=Chores(self.database),
            opening=self._opening(limits),
            notes=NoteTaker(
                model=self.model, compactions=compactions, clock=self.clock, limits=limits
            ),
            compactions=compactions,
            channels=self.channels,
            clock=self.clock,
            limits=limits,
        )

    def _tools(self, limits: Limits) -> Toolbox:
        shaping = limits.shaping
        return all_tools(self.database, shaping=shaping)

    def _opening(self, limits: Limits) -> Opening:
        return Opening(
            sessions=Sessions(self.database),
            model=self.model,
            tools=self._tools(limits),
            clock=self.clock,
            limits=limits,
        )

    async def tidy(
        self, message: InboundMessage, *, limits: Limits | None = None
    ) -> list[Heard]:
        """Have a message's session tidied up, and give what was said of it."""
        before = len(await self.heard())
        claim = await self.claim(message, Lane.MAINTAIN)
        await self.maintenance(limits=limits).tidy(claim)
        return (await self.heard())[before:]

    def commands(
        self,
        *,
        limit_tokens: int = LIMIT,
        control: Control | None = None,
        channels: Mapping[Provider, Channel] | None = None,
        limits: Limits | None = None,
        heralds: Sequence[Herald] = (),
    ) -> Commands:
        """What obeys commands."""
        return Commands(
            lanes=Lanes(self.database),
            control=control or Control(self.database),
            sessions=Sessions(self.database),
            chronicle=Chronicle(self.database),
            model=self.model,
            channels=self.channels if channels is None else channels,
            clock=self.clock,
            limits=limits or Limits(tokens=limit_tokens, thresholds=Thresholds()),
            heralds=heralds,
        )

    async def receive(self, *messages: InboundMessage) -> None:
        """Keep messages that came in."""
        await Mailbox(self.database).put(messages, now=self.clock.now())

    async def claim(self, message: InboundMessage, lane: Lane = Lane.TURN) -> Claim:
        """Claim a lane of a message's session, whoever had it before."""
        session = session_id(message.platform, message.user_id, message.conversation)
        self.clock.advance(_LEASE)
        now = self.clock.now()
        held = await Lanes(self.database).claim(session, lane, now=now, until=now + _LEASE)
        assert isinstance(held, Claim)
        return held

    async def tell(self, *messages: InboundMessage, turns: Turns | None = None) -> list[Heard]:
        """Write to the bot, have it answer, and give what it said since."""
        await self.receive(*messages)
        return await self.go_on(messages[-1], turns)

    async def command(
        self, *messages: InboundMessage, commands: Commands | None = None
    ) -> list[str]:
        """Give commands, edit or delete; the texts that the bot said to it."""
        before = len(await self.heard())
        await self.receive(*messages)
        claim = await self.claim(messages[-1], Lane.CONTROL)
        await (commands or self.commands()).handle(claim)
        return [one.text for one in (await self.heard())[before:]]

    async def cut_off(self, message: InboundMessage, *answers: Answer) -> None:
        """Have a turn end while the model speaks, as a killed worker leaves it.

        Args:
            message: What the turn is about.
            *answers: What the model says before, step by step.
        """
        self.api.script(*answers, Answer.saying("...", ending=Stalled()))
        await self.receive(message)
        claim = await self.claim(message)
        calls = len(self.asked) + len(answers) + 1
        async with asyncio.TaskGroup() as group:
            turn = group.create_task(self.turns().drain(claim))
            await until(lambda: len(self.asked) == calls)
            turn.cancel()

    async def go_on(self, message: InboundMessage, turns: Turns | None = None) -> list[Heard]:
        """Take the turns of a message's session that are waiting, and give what was said."""
        before = len(await self.heard())
        await (turns or self.turns()).drain(await self.claim(message))
        return (await self.heard())[before:]

    async def heard(self) -> list[Heard]:
        """What the bot has said, in order."""
        said = await rows(
            self.database, "select kind, notice, body as text from outbox order by position"
        )
        return [
            Heard(
                kind=str(one["kind"]),
                notice=None if one["notice"] is None else str(one["notice"]),
                text=str(one["text"]),
            )
            for one in said
        ]

    async def fates(self) -> list[tuple[object, object]]:
        """What became of what came in, in order: state and reason."""
        kept = await rows(self.database, "select state, reason from inbox order by position")
        return [(one["state"], one["reason"]) for one in kept]

    async def agents(self) -> list[tuple[object, object]]:
        """The agents so far: version and state."""
        kept = await rows(self.database, "select version, state from agent order by version")
        return [(one["version"], one["state"]) for one in kept]

    @property
    def asked(self) -> Sequence[MessageRequest]:
        """What the model was given, call by call."""
        return self.api.requests


@asynccontextmanager
async def chatting(database: Database) -> AsyncIterator[Chat]:
    """Open the chat."""
    async with workspace() as slack:
        clock = slack.clock
        api = ModelApi(api_key=KEY, now=clock.now)
        async with serving(api.app) as url, connection(api_key=KEY, base_url=url) as client:
            model = PatientModel(
                [Claude(client, name=DEFAULT_MODEL, clock=clock)],
                windows=Windows(client, clock=clock),
                call_log=UsageBook(database),
                clock=clock,
                sleep=clock.sleep,
                chance=Random(1),  # noqa: S311 - spreads waits, no secret
                patience=Patience(),
            )
            yield Chat(database=database, api=api, model=model, slack=slack, clock=clock)


def a_message(text: str = "Hello", *, number: int = 1) -> InboundMessage:
    """What the person writes in their direct chat."""
    return an_inbound(text, number=number)


def says(
    text: str = "Yes.", *, occupied_tokens: int = 1_000, stop: StopReason | None = None
) -> Answer:
    """What the model answers, and how full its window then is."""
    usage = BilledUsage(input_tokens=occupied_tokens - 10, output_tokens=10)
    return Answer.saying(text, stop_reason=stop, usage=usage)


def given(request: MessageRequest) -> list[str]:
    """All texts that the model was given, in order."""
    return [
        block.text
        for message in request.messages
        for block in message.content
        if isinstance(block, TextBlock)
    ]
