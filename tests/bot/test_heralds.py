"""Who is told what happened to an agent, and when."""

from dataclasses import replace

from structlog.testing import capture_logs

from bot.heralds import LogHerald, tell_all
from context.lifecycle import AgentState, TerminationReason
from context.lifecycle_events import LifecycleEvent, Terminated, events_of
from context.session import Level
from tests.bot.chat import Chat, a_message, says
from tests.bot.test_commands import a_command
from tests.builders import an_agent


class Listener:
    def __init__(self) -> None:
        self.heard: list[LifecycleEvent] = []

    async def tell(self, event: LifecycleEvent) -> None:
        self.heard.append(event)


def whole_life() -> tuple[LifecycleEvent, ...]:
    """Everything that can happen to an agent."""
    young = replace(an_agent(occupied_tokens=150_000), state=AgentState.ACTIVE)
    warned = replace(young, told=Level.WARNING)
    ended = replace(warned, told=Level.CRITICAL, state=AgentState.HANDOFF_COMPLETE)
    return (
        *events_of(young, warned, limit_tokens=200_000),
        *events_of(
            warned,
            ended,
            limit_tokens=200_000,
            successor=an_agent(version=2),
            reason=TerminationReason.CONTEXT_WINDOW_EXHAUSTED,
        ),
    )


async def test_every_herald_is_told_of_every_event_in_order() -> None:
    one, other = Listener(), Listener()
    events = whole_life()

    await tell_all((one, other), events)

    assert one.heard == other.heard == list(events)


async def test_the_log_has_each_event_with_its_figures() -> None:
    with capture_logs() as logged:
        await tell_all((LogHerald(),), whole_life())

    assert [entry["event"] for entry in logged] == [
        "agent.warned",
        "agent.critical",
        "agent.handed_off",
        "agent.ended",
    ]
    assert all(entry["occupied_tokens"] == 150_000 for entry in logged)
    assert logged[-1]["reason"] is TerminationReason.CONTEXT_WINDOW_EXHAUSTED


async def test_who_begins_anew_or_takes_back_ends_an_agent(chat: Chat) -> None:
    listener = Listener()
    commands = chat.commands(heralds=(listener,))
    chat.api.script(says(occupied_tokens=9_100))
    await chat.tell(a_message())

    await chat.command(a_command("handoff", argument="undo"), commands=commands)
    await chat.command(a_command("new", number=101), commands=commands)
    await chat.command(a_command("stop", number=102), commands=commands)

    assert [
        (type(event), event.subject.version, getattr(event, "reason", None))
        for event in listener.heard
    ] == [
        (Terminated, 2, TerminationReason.USER_REQUEST),
        (Terminated, 3, TerminationReason.USER_REQUEST),
    ]


async def test_a_first_conversation_that_begins_anew_ends_nobody(chat: Chat) -> None:
    listener = Listener()

    await chat.command(a_command("new"), commands=chat.commands(heralds=(listener,)))

    assert listener.heard == []
