"""Commands, edits and deletions, handled beside the turn that they concern."""

from datetime import datetime

import pytest
from structlog.testing import capture_logs
from typing_extensions import override

from bot.commands import COMMANDS
from context import notices
from context.errors import SessionConflict
from context.language import Language
from context.messages import Command, Deleted, Edited, InboundMessage, UserId
from storage.control import Control
from storage.lanes import Claim, Lane
from tests.bot.chat import LIMIT, Chat, a_message, given, says
from tests.builders import an_inbound
from tests.storage.scenes import lose, rows, run

PREFIX = "/baton "


class LateControl(Control):
    """A control lane in which a message lies as soon as somebody has looked at it."""

    def __init__(self, chat: Chat, late: InboundMessage) -> None:
        super().__init__(chat.database)
        self._chat = chat
        self._late = late

    @override
    async def waiting(self, claim: Claim, *, now: datetime) -> tuple[InboundMessage, ...]:
        found = await super().waiting(claim, now=now)
        await self._chat.receive(self._late)
        return found


def a_command(
    name: str,
    *,
    argument: str = "",
    number: int = 100,
    conversation: str = "D0001",
    latest_session: bool = False,
) -> InboundMessage:
    """What the bot is asked for; by default in the direct chat."""
    content = Command(name=name, argument=argument, latest_session=latest_session)
    return an_inbound(number=number, content=content, conversation=conversation)


def in_thread(number: int, ts: str) -> InboundMessage:
    """A message in a thread of a shared channel."""
    return an_inbound(number=number, conversation=f"C0001:{ts}", shared=True)


async def test_help_lists_every_command_as_it_is_given_there(chat: Chat) -> None:
    (told,) = await chat.command(a_command("help"))

    assert told == notices.help_text(COMMANDS, prefix=PREFIX)
    assert all(f"{PREFIX}{name}" in told for name in COMMANDS)
    assert await chat.fates() == [("answered", None)]


async def test_an_unknown_command_is_answered_with_the_list(chat: Chat) -> None:
    with capture_logs() as logs:
        (told,) = await chat.command(a_command("dance"))

    assert told == notices.unknown_command("dance", COMMANDS, prefix=PREFIX)
    assert [entry["command"] for entry in logs] == ["unknown"]


async def test_an_answer_to_a_command_is_no_reply(chat: Chat) -> None:
    await chat.command(a_command("help"))

    assert [(one.kind, one.notice) for one in await chat.heard()] == [("command", None)]


async def test_context_says_that_nothing_is_in_use_before_the_first_turn(chat: Chat) -> None:
    assert await chat.command(a_command("context")) == [
        notices.context_unused(limit_tokens=LIMIT)
    ]


async def test_context_says_how_full_the_window_is(chat: Chat) -> None:
    chat.api.script(says(occupied_tokens=2_500))
    await chat.tell(a_message())

    assert await chat.command(a_command("context")) == [
        notices.context_text(occupied_tokens=2_500, limit_tokens=LIMIT, version=1, turns=1)
    ]


async def test_the_limit_is_never_above_the_models_own_window(chat: Chat) -> None:
    commands = chat.commands(limit_tokens=10_000_000)

    assert await chat.command(a_command("context"), commands=commands) == [
        notices.context_unused(limit_tokens=1_000_000)
    ]


async def test_context_says_how_long_the_window_lasts_at_this_pace(chat: Chat) -> None:
    chat.api.script(says(occupied_tokens=2_000), says(occupied_tokens=3_000))
    await chat.tell(a_message(number=1))
    await chat.tell(a_message(number=2))

    assert await chat.command(a_command("context")) == [
        notices.context_text(
            occupied_tokens=3_000, limit_tokens=LIMIT, version=1, turns=2, turns_left=6
        )
    ]


async def test_notices_says_which_come_and_how_to_change_that(chat: Chat) -> None:
    assert await chat.command(a_command("notices")) == [
        notices.notices_set("all", prefix=PREFIX)
    ]


@pytest.mark.parametrize("written", ["off", "OFF", " critical "])
async def test_notices_are_as_the_person_chose(chat: Chat, written: str) -> None:
    chosen = notices.notices_set(
        "off" if "off" in written.lower() else "critical", prefix=PREFIX
    )

    told = await chat.command(
        a_command("notices", argument=written), a_command("notices", number=101)
    )

    assert told == [chosen, chosen]


@pytest.mark.parametrize(("name", "argument"), [("notices", "loud"), ("handoff", "to Ben")])
async def test_a_word_that_a_command_does_not_take_is_answered_with_the_list(
    chat: Chat, name: str, argument: str
) -> None:
    told = await chat.command(a_command(name, argument=argument))

    assert told == [
        notices.unknown_command(f"{name} {argument.lower()}", COMMANDS, prefix=PREFIX)
    ]


async def test_commands_are_answered_in_the_persons_language(chat: Chat) -> None:
    await chat.receive(a_message())
    await run(chat.database, "update person set language = 'de'")
    german = Language.GERMAN

    told = await chat.command(
        a_command("help", number=101),
        a_command("context", number=102),
        a_command("stop", number=103),
        a_command("notices", number=104),
        a_command("dance", number=105),
        a_command("new", number=106),
    )

    assert told == [
        notices.help_text(COMMANDS, prefix=PREFIX, language=german),
        notices.context_unused(limit_tokens=LIMIT, language=german),
        notices.stopped(1, language=german),
        notices.notices_set("all", prefix=PREFIX, language=german),
        notices.unknown_command("dance", COMMANDS, prefix=PREFIX, language=german),
        notices.new_started(language=german),
    ]


async def test_new_begins_a_trace_that_knows_nothing_of_before(chat: Chat) -> None:
    await chat.tell(a_message("My order is BX-48213-A.", number=1))

    told = await chat.command(a_command("new"))
    await chat.tell(a_message("What is my order?", number=200))

    assert told == [notices.new_started()]
    assert given(chat.asked[1]) == ["What is my order?"]
    agents = await rows(chat.database, "select trace_id, version, state from agent")
    assert len({agent["trace_id"] for agent in agents}) == 2
    assert {(agent["version"], agent["state"]) for agent in agents} == {
        (1, "terminated"),
        (1, "active"),
    }


async def test_new_refuses_what_was_waiting(chat: Chat) -> None:
    await chat.receive(a_message(number=1))

    await chat.command(a_command("new"))

    assert await chat.fates() == [("refused", "stopped"), ("answered", None)]


async def test_stop_has_nothing_to_do_where_nothing_waits(chat: Chat) -> None:
    assert await chat.command(a_command("stop")) == [notices.nothing_to_stop()]


async def test_stop_takes_the_turn_at_work_its_claim(chat: Chat) -> None:
    await chat.receive(a_message(number=1), a_message(number=2))
    claim = await chat.claim(a_message())

    told = await chat.command(a_command("stop"))

    assert told == [notices.stopped(2)]
    with pytest.raises(SessionConflict):
        await chat.turns().drain(claim)
    assert not chat.asked


async def test_a_slash_command_acts_on_the_latest_conversation_there_and_says_so(
    chat: Chat,
) -> None:
    chat.api.script(says(occupied_tokens=1_000), says(occupied_tokens=2_000))
    await chat.tell(in_thread(1, "100.1"))
    await chat.tell(in_thread(2, "200.2"))

    (told,) = await chat.command(
        a_command("context", conversation="C0001", latest_session=True)
    )

    expected = notices.context_text(
        occupied_tokens=2_000, limit_tokens=LIMIT, version=1, turns=1
    )
    assert told == notices.in_latest_thread(expected)


async def test_a_slash_command_stops_the_latest_conversation_there(chat: Chat) -> None:
    await chat.tell(in_thread(1, "100.1"))
    await chat.receive(in_thread(2, "100.1"))

    (told,) = await chat.command(a_command("stop", conversation="C0001", latest_session=True))

    assert told == notices.in_latest_thread(notices.stopped(1))


async def test_a_slash_command_where_nothing_was_said_acts_on_its_own_session(
    chat: Chat,
) -> None:
    (told,) = await chat.command(
        a_command("context", conversation="C0001", latest_session=True)
    )

    assert told == notices.context_unused(limit_tokens=LIMIT)


async def test_several_commands_are_obeyed_in_order(chat: Chat) -> None:
    told = await chat.command(a_command("stop", number=1), a_command("new", number=2))

    assert told == [notices.nothing_to_stop(), notices.new_started()]


async def test_a_command_that_comes_just_as_the_lane_is_let_go_is_obeyed_too(
    chat: Chat,
) -> None:
    late = LateControl(chat, a_command("new", number=2))

    told = await chat.command(a_command("stop", number=1), commands=chat.commands(control=late))

    assert told == [notices.nothing_to_stop(), notices.new_started()]


async def test_an_edit_is_what_the_model_reads(chat: Chat) -> None:
    original = a_message("My order is BX-1.", number=1)
    await chat.receive(original)
    edit = Edited(target=original.message_id, text="My order is BX-2.")

    told = await chat.command(an_inbound(number=2, content=edit))
    await chat.go_on(original)

    assert told == []
    assert given(chat.asked[0]) == ["My order is BX-2."]


async def test_a_deleted_message_is_not_answered(chat: Chat) -> None:
    original = a_message(number=1)
    await chat.receive(original)

    told = await chat.command(an_inbound(number=2, content=Deleted(target=original.message_id)))
    await chat.go_on(original)

    assert told == []
    assert not chat.asked
    assert await chat.fates() == [("refused", "withdrawn"), ("merged", "deletion")]


async def test_a_command_that_breaks_its_handler_is_given_up_after_five_attempts(
    chat: Chat,
) -> None:
    broken, fine = a_command("help", number=1), a_command("help", number=2)
    await chat.receive(broken, fine)
    await run(
        chat.database,
        "update inbox set body = jsonb_set(body, '{reply_to,provider}', '\"gone\"')"
        " where id = $1",
        broken.message_id,
    )
    for _ in range(5):
        with pytest.raises(KeyError):
            await chat.command(fine)

    told = await chat.command(fine)

    assert len(told) == 1
    assert await chat.fates() == [("failed", "too_many_attempts"), ("answered", None)]


async def test_what_is_said_has_no_place_among_commands(chat: Chat) -> None:
    await chat.receive(a_command("help", number=1), a_message(number=2))
    await run(chat.database, "update inbox set lane = 'control'")

    with pytest.raises(TypeError):
        await chat.command(a_command("help", number=1))


async def test_a_lost_claim_changes_nothing(chat: Chat) -> None:
    await chat.receive(a_command("new"))
    claim = await chat.claim(a_command("new"), Lane.CONTROL)
    await lose(chat.database, claim)

    with pytest.raises(SessionConflict):
        await chat.commands().handle(claim)

    assert await chat.heard() == []


async def test_commands_of_others_concern_only_them(chat: Chat) -> None:
    await chat.receive(a_message(number=1))
    theirs = an_inbound(number=2, content=Command(name="stop"), user_id=UserId("T024BE7LD:U2"))

    told = await chat.command(theirs)

    assert told == [notices.nothing_to_stop()]
    assert (await chat.fates())[0] == ("pending", None)
