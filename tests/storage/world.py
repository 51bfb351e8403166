"""The whole service in small, and two people who use it: for tests of what may never happen."""

import itertools
from dataclasses import dataclass

from context.lifecycle import AgentState
from context.messages import (
    SLACK,
    AgentId,
    Command,
    Content,
    Deleted,
    Edited,
    InboundMessage,
    MessageId,
    OutboxId,
    Provider,
    Said,
    SessionId,
    TraceId,
    TurnId,
    UserId,
    session_id,
)
from context.prompt import Item, StopReason
from context.session import Agent
from storage.control import Control
from storage.database import Database
from storage.lanes import Claim, Lane, Lanes
from storage.ledger import Closing, Ledger, Step
from storage.mailbox import Mail, Mailbox
from storage.outbox import Kind, Outbox, Spoken, ToSend, Unsettled
from storage.sessions import Opened, Sessions
from tests.builders import NOON, a_text, an_address
from tests.storage.scenes import LEASE

KINDS = ("say", "say", "edit", "delete", "stop", "new", "slash", "work", "die")

NUMBERS = itertools.count()
"""For ids that nobody has had."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something one of two people does, or that is done on their behalf."""

    by_first: bool
    kind: str
    shared: bool
    number: int
    of_other: bool
    at_once: bool


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person with a direct chat, and a part in a thread of a shared channel."""

    name: str
    channel: str

    @property
    def user_id(self) -> UserId:
        return UserId(f"T1:{self.name}")

    def place(self, *, shared: bool) -> str:
        return f"{self.channel}:17" if shared else f"D{self.name}"

    def session(self, *, shared: bool) -> SessionId:
        return session_id(SLACK, self.user_id, self.place(shared=shared))

    def message_id(self, number: int) -> MessageId:
        return MessageId(f"slack-{self.name}-{number}")


class World:
    """The whole service in small: what comes in is kept, handled, answered and sent."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._now = NOON
        self._lanes = Lanes(database)
        self._mailbox = Mailbox(database)
        self._control = Control(database)
        self._sessions = Sessions(database)
        self._ledger = Ledger(database)
        self._outbox = Outbox(database)

    async def act(self, act: Act, me: Somebody, other: Somebody) -> None:
        """Let something happen; every lease of before has run out by then."""
        self._now += LEASE
        match act.kind:
            case "work":
                for shared in (False, True):
                    await self._work(me, shared=shared)
            case "die":
                turn = await self._claim(me.session(shared=act.shared), Lane.TURN)
                if turn is not None:
                    await self._mailbox.take(turn, turn_id=self._a_turn(), now=self._now)
            case _:
                await self._mailbox.put([self._message(act, me, other)], now=self._now)
                if act.at_once:
                    await self._work(me, shared=act.shared)

    def _message(self, act: Act, me: Somebody, other: Somebody) -> InboundMessage:
        said_before = act.kind == "say"
        return InboundMessage(
            message_id=me.message_id(act.number) if said_before else self._a_message_id(),
            user_id=me.user_id,
            platform=SLACK,
            conversation=me.place(shared=act.shared),
            shared=act.shared,
            reply_to=an_address(f"peer-of-{me.name}"),
            sent_at=self._now,
            content=_content(act, me, other),
        )

    async def _work(self, me: Somebody, *, shared: bool) -> None:
        session = me.session(shared=shared)
        await self._obey(session)
        await self._answer(session)
        await self._send(session)

    async def _answer(self, session: SessionId) -> None:
        turn = await self._claim(session, Lane.TURN)
        if turn is None:
            return
        mail = await self._mailbox.take(turn, turn_id=self._a_turn(), now=self._now)
        if mail is None:
            await self._lanes.let_go(turn)
            return
        opened = await self._sessions.open(session)
        await self._ledger.close(turn, self._closing(mail, opened), now=self._now)

    def _closing(self, mail: Mail, opened: Opened) -> Closing:
        """Answer with all that the prompt would have held, so that a leak shows."""
        heard = [str(block["text"]) for item in opened.items for block in item.blocks]
        heard += [str(message.content) for message in mail.messages]
        first, *merged = (message.message_id for message in mail.messages)
        item = Item(
            position=opened.next_position,
            role="assistant",
            blocks=(a_text(" ".join(heard)[-2_000:]),),
            turn_id=mail.turn_id,
            said_at=self._now,
        )
        return Closing(
            turn_id=mail.turn_id,
            agent=opened.agent or self._an_agent(opened),
            step=Step(turn_id=mail.turn_id, number=1, stop=StopReason.END_TURN, items=(item,)),
            answered=first,
            merged=tuple(merged),
            spoken=(self._spoken(mail.messages[-1], str(item.blocks)),),
        )

    async def _obey(self, session: SessionId) -> None:
        control = await self._claim(session, Lane.CONTROL)
        if control is None:
            return
        for message in await self._control.waiting(control, now=self._now):
            match message.content:
                case Edited():
                    await self._control.amend(control, message, now=self._now)
                case Deleted():
                    await self._control.withdraw(control, message, now=self._now)
                case Command() as command:
                    await self._command(control, message, command)
                case Said():
                    raise AssertionError(message.message_id)
        await self._lanes.let_go(control)

    async def _command(self, control: Claim, message: InboundMessage, command: Command) -> None:
        session: SessionId | None = control.session_id
        if command.latest_session:
            session = await self._control.latest_session(
                SLACK, message.user_id, command.argument
            )
        opened = await self._sessions.open(session or control.session_id)
        await self._control.stop(
            control,
            message,
            lambda _: [self._spoken(message, "Certainly")],
            session_id=opened.session_id,
            turn_id=self._a_turn(),
            now=self._now,
            successor=self._an_agent(opened) if command.name == "new" else None,
        )

    async def _send(self, session: SessionId) -> None:
        delivery = await self._claim(session, Lane.DELIVER)
        if delivery is None:
            return
        match await self._outbox.next(delivery, now=self._now):
            case ToSend(outbound=outbound) | Unsettled(outbound=outbound):
                await self._outbox.sent(
                    delivery, outbound.outbox_id, receipt="ts", now=self._now
                )
            case _:
                await self._lanes.let_go(delivery)

    async def _claim(self, session: SessionId, lane: Lane) -> Claim | None:
        claimed = await self._lanes.claim(session, lane, now=self._now, until=self._now + LEASE)
        return claimed if isinstance(claimed, Claim) else None

    def _spoken(self, to: InboundMessage, text: str) -> Spoken:
        return Spoken(
            outbox_id=OutboxId(f"outbox-{next(NUMBERS)}"),
            kind=Kind.REPLY,
            to=to.reply_to,
            text=text,
        )

    def _an_agent(self, opened: Opened) -> Agent:
        number = next(NUMBERS)
        return Agent(
            agent_id=AgentId(f"agent-{number}"),
            trace_id=TraceId(f"trace-{number}"),
            session_id=opened.session_id,
            person_id=opened.person_id,
            user_id=opened.user_id,
            platform=opened.platform,
            provider=Provider("slack"),
            state=AgentState.ACTIVE,
            started_at=self._now,
        )

    def _a_turn(self) -> TurnId:
        return TurnId(f"turn-{next(NUMBERS)}")

    def _a_message_id(self) -> MessageId:
        return MessageId(f"slack-{next(NUMBERS)}")


def _content(act: Act, me: Somebody, other: Somebody) -> Content:
    target = (other if act.of_other else me).message_id(act.number)
    match act.kind:
        case "say":
            return Said(text=f"secret-of-{me.name}")
        case "edit":
            return Edited(target=target, text=f"secret-of-{me.name}")
        case "delete":
            return Deleted(target=target)
        case "slash":
            return Command(name="stop", argument=me.channel, latest_session=True)
        case name:
            return Command(name=name)
