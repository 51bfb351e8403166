"""What a person may ask about their context window: tidying up, handing over, and why."""

from dataclasses import replace

import pytest

from bot.limits import Limits
from bot.turn import Turns
from context import history, notices
from context.language import Language
from context.messages import Provider
from tests.bot.chat import LIMIT, Chat, a_message, given, says
from tests.bot.test_commands import PREFIX, a_command, in_thread
from tests.channels.twilio import account
from tests.storage.scenes import rows, run, value

FULL = 9_100
"""Tokens at which an agent hands over."""


async def handed_over(chat: Chat, *, number: int = 1) -> None:
    """Have the first agent fill its window, so that a second goes on."""
    chat.api.script(says(occupied_tokens=FULL))
    await chat.tell(a_message("My order is BX-48213-A.", number=number))


async def asked_for(chat: Chat) -> list[dict[str, object]]:
    return await rows(
        chat.database, "select kind, lane, trigger, focus, state from chore order by created_at"
    )


async def test_compact_is_asked_for_and_said_at_once(chat: Chat) -> None:
    await chat.tell(a_message())

    told = await chat.command(a_command("compact", argument="the Order"))

    assert told == [notices.compaction_started()]
    assert await asked_for(chat) == [
        {
            "kind": "compaction",
            "lane": "maintain",
            "trigger": "command",
            "focus": "the Order",
            "state": "pending",
        }
    ]


async def test_compact_twice_tidies_up_once(chat: Chat) -> None:
    await chat.tell(a_message())

    told = await chat.command(a_command("compact"), a_command("compact", number=101))

    assert told == [notices.compaction_started()] * 2
    assert len(await asked_for(chat)) == 1


async def test_what_came_of_compact_is_said_where_it_was_asked_for(chat: Chat) -> None:
    await chat.tell(a_message())
    await chat.command(a_command("compact"))

    said = await chat.tidy(a_message())

    assert [(one.kind, one.text) for one in said] == [("command", notices.nothing_to_compact())]


@pytest.mark.parametrize("name", ["compact", "handoff"])
@pytest.mark.parametrize("begun_anew", [False, True])
async def test_where_nothing_was_said_there_is_nothing_to_do(
    chat: Chat, name: str, *, begun_anew: bool
) -> None:
    if begun_anew:
        await chat.tell(a_message())
        await chat.command(a_command("new"))

    (told,) = await chat.command(a_command(name, number=200))

    nothing = {
        "compact": notices.nothing_to_compact(),
        "handoff": notices.nothing_to_hand_off(),
    }
    assert told == nothing[name]
    assert await asked_for(chat) == []


async def test_handoff_is_made_between_turns_and_said(chat: Chat) -> None:
    await chat.tell(a_message("My order is BX-48213-A."))

    told = await chat.command(a_command("handoff"))
    said = await chat.go_on(a_message())

    assert told == [notices.handoff_started()]
    assert [one.text for one in said] == [notices.handed_over_by_wish(prefix=PREFIX)]
    assert await chat.agents() == [(1, "handoff_complete"), (2, "initializing")]


async def test_show_gives_the_notes_that_the_agent_began_with(chat: Chat) -> None:
    await handed_over(chat)

    (told,) = await chat.command(a_command("handoff", argument="show"))

    heading = history.handoff_shown("", version=1, successor=2).strip()
    assert told.startswith(heading)
    assert "BX-48213-A" in told
    assert "<handoff" not in told
    assert "Agent info" not in told
    assert (
        await value(
            chat.database,
            "select buttons #>> '{0,command}' from outbox order by position desc limit 1",
        )
        == "handoff undo"
    )


@pytest.mark.parametrize("provider", ["slack", "twilio"])
async def test_notes_are_trimmed_to_one_message_of_the_platform(
    chat: Chat, provider: str
) -> None:
    chat.api.script(says(occupied_tokens=FULL))
    orders = " ".join(f"Order {n} is BX-{n}-A for Ada." for n in range(1_000, 1_400))
    await chat.tell(a_message(orders))
    show = a_command("handoff", argument="show")
    show = replace(show, reply_to=replace(show.reply_to, provider=Provider(provider)))

    async with account() as twilio:
        channels = {**chat.channels, Provider("twilio"): twilio.channel}
        told = await chat.command(show, commands=chat.commands(channels=channels))

    assert len(told) == 1
    assert "BX-1" in told[0]


async def test_a_first_agent_has_no_notes_to_show(chat: Chat) -> None:
    await chat.tell(a_message())

    assert await chat.command(a_command("handoff", argument="show")) == [history.no_handoff()]


async def test_notes_of_another_version_of_the_bot_are_not_shown(chat: Chat) -> None:
    await handed_over(chat)
    await run(chat.database, "update agent_handoff set document = '{\"schema_number\": 99}'")

    assert await chat.command(a_command("handoff", argument="show")) == [history.no_handoff()]


async def test_undo_lets_the_earlier_agent_go_on_with_all_it_had(chat: Chat) -> None:
    await chat.tell(a_message("My lamp is blue.", number=1))
    await handed_over(chat, number=2)
    await chat.tell(a_message("It is for Ada.", number=3))

    told = await chat.command(a_command("handoff", argument="undo"))
    await chat.tell(a_message("Who is it for?", number=200), turns=roomy(chat))

    assert told == [notices.undone(version=1)]
    assert given(chat.asked[-1])[0] == "My lamp is blue."
    assert "It is for Ada." in given(chat.asked[-1])
    assert await chat.agents() == [
        (1, "handoff_complete"),
        (2, "terminated"),
        (3, "active"),
    ]


async def test_undo_twice_goes_back_further(chat: Chat) -> None:
    await handed_over(chat, number=1)
    chat.api.script(says(occupied_tokens=FULL))
    await chat.tell(a_message(number=2))

    told = [
        await chat.command(a_command("handoff", argument="undo", number=number))
        for number in (100, 101, 102)
    ]

    assert told == [
        [notices.undone(version=2)],
        [notices.undone(version=1)],
        [notices.nothing_to_undo()],
    ]


async def test_an_undone_agent_makes_room_before_it_is_full_again(chat: Chat) -> None:
    await handed_over(chat)

    await chat.command(a_command("handoff", argument="undo"))

    assert [(one["kind"], one["state"]) for one in await asked_for(chat)][-1] == (
        "compaction",
        "pending",
    )


async def test_an_undone_agent_that_has_answered_nothing_hands_nothing_over(
    chat: Chat,
) -> None:
    await handed_over(chat)

    told = await chat.command(
        a_command("handoff", argument="undo"), a_command("handoff", number=101)
    )

    assert told == [notices.undone(version=1), notices.nothing_to_hand_off()]


async def test_history_tells_what_happened_to_the_window(chat: Chat) -> None:
    await handed_over(chat)

    (told,) = await chat.command(a_command("history"))

    assert len(told.splitlines()) == 2
    assert "9,100" in told


async def test_history_of_a_new_conversation_is_empty(chat: Chat) -> None:
    assert await chat.command(a_command("history")) == [history.history_text(())]


async def test_why_tells_what_the_agent_began_from(chat: Chat) -> None:
    nothing = await chat.command(a_command("why", number=100))
    await handed_over(chat, number=101)

    (told,) = await chat.command(a_command("why", number=102))

    assert nothing == [history.why_text(())]
    assert told != nothing[0]
    assert "9,100" in told


@pytest.mark.parametrize(
    ("name", "argument"),
    [("compact", ""), ("handoff", ""), ("handoff", "show"), ("handoff", "undo"), ("why", "")],
)
async def test_they_are_answered_in_the_persons_language(
    chat: Chat, name: str, argument: str
) -> None:
    await chat.receive(a_message())
    await run(chat.database, "update person set language = 'de'")
    german = Language.GERMAN

    told = await chat.command(a_command(name, argument=argument))

    assert told == [
        {
            ("compact", ""): notices.nothing_to_compact(language=german),
            ("handoff", ""): notices.nothing_to_hand_off(language=german),
            ("handoff", "show"): history.no_handoff(language=german),
            ("handoff", "undo"): notices.nothing_to_undo(language=german),
            ("why", ""): history.why_text((), language=german),
        }[name, argument]
    ]


async def test_a_slash_command_acts_on_the_latest_conversation_there(chat: Chat) -> None:
    await chat.tell(in_thread(1, "100.1"))

    told = await chat.command(a_command("compact", conversation="C0001", latest_session=True))

    assert told == [notices.in_latest_thread(notices.compaction_started())]
    assert (
        await value(
            chat.database,
            "select conversation from session s join chore c on c.session_id = s.id",
        )
        == "C0001:100.1"
    )


@pytest.mark.parametrize("name", ["compact", "handoff"])
@pytest.mark.parametrize("language", Language)
async def test_where_windows_are_not_managed_both_say_so(
    chat: Chat, name: str, language: Language
) -> None:
    await chat.tell(a_message())
    await run(chat.database, "update person set language = $1", language)
    off = chat.commands(limits=Limits(tokens=LIMIT, is_on=False))

    told = await chat.command(a_command(name), commands=off)

    assert told == [notices.switched_off(language=language)]
    assert await asked_for(chat) == []


async def test_what_was_asked_for_before_it_was_switched_off_is_not_done(chat: Chat) -> None:
    await chat.tell(a_message())
    await chat.command(a_command("compact"), a_command("handoff", number=101))
    off = Limits(tokens=LIMIT, is_on=False)

    await chat.tidy(a_message(), limits=off)
    await chat.go_on(a_message(), chat.turns(limits=off))

    assert {one["state"] for one in await asked_for(chat)} == {"done"}
    assert await chat.agents() == [(1, "active")]
    assert await value(chat.database, "select count(*) from compaction") == 0


def roomy(chat: Chat) -> Turns:
    """Agents with ten times the room."""
    return chat.turns(limits=Limits(tokens=10 * LIMIT, usage_line="off"))
