"""How a finished turn ends: what is said, what is told of the window, and who goes on."""

from dataclasses import replace

import pytest

from bot.emulator.servers.model_answer import Answer, StopReason, thinking
from bot.limits import Limits
from context import notices
from context.policy import Thresholds
from tests.bot.chat import LIMIT, Chat, a_message, given, says
from tests.storage.scenes import rows

USUAL = Thresholds()


async def told(
    chat: Chat, *occupancies: float, thresholds: Thresholds = USUAL
) -> list[list[str | None]]:
    """What kind of notices follow when the window fills so far, turn by turn."""
    turns = chat.turns(thresholds=thresholds)
    kinds: list[list[str | None]] = []
    for number, share in enumerate(occupancies):
        chat.api.script(says(occupied_tokens=int(share * LIMIT)))
        said = await chat.tell(a_message(number=number), turns=turns)
        kinds.append([one.notice for one in said if one.notice is not None])
    return kinds


async def handoffs(chat: Chat) -> list[object]:
    kept = await rows(
        chat.database, "select termination_reason from agent_handoff order by sequence"
    )
    return [one["termination_reason"] for one in kept]


@pytest.mark.parametrize("stop", ["end_turn", "stop_sequence"])
async def test_an_answer_that_came_to_its_end_is_said_as_it_is(
    chat: Chat, stop: StopReason
) -> None:
    chat.api.script(says("It is on its way.", stop=stop))

    _, *said = await chat.tell(a_message())

    assert [(one.kind, one.text) for one in said] == [("reply", "It is on its way.")]


async def test_an_answer_that_was_cut_off_says_so(chat: Chat) -> None:
    chat.api.script(says("It is on its", stop="max_tokens"))

    _, *said = await chat.tell(a_message())

    assert [(one.kind, one.text) for one in said] == [
        ("reply", "It is on its"),
        ("notice", notices.cut_off()),
    ]


async def test_a_refusal_is_one_sentence_and_nothing_of_what_came_before_it(
    chat: Chat,
) -> None:
    chat.api.script(says("Well, you would", stop="refusal"))

    _, *said = await chat.tell(a_message())

    assert [(one.kind, one.text) for one in said] == [("reply", notices.refused())]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(content=()),
        Answer(content=(thinking("Hm."),)),
        Answer.saying(" \n"),
    ],
    ids=["nothing", "thoughts", "blanks"],
)
async def test_an_answer_without_words_is_a_sentence_of_ours(
    chat: Chat, answer: Answer
) -> None:
    chat.api.script(answer, says("Now."))

    _, *said = await chat.tell(a_message(number=1))
    after = await chat.tell(a_message(number=2))

    assert [(one.kind, one.text) for one in said] == [("reply", notices.nothing_to_say())]
    assert [one.text for one in after] == ["Now."]


async def test_an_answer_that_met_the_end_of_the_window_makes_the_agent_give_way(
    chat: Chat,
) -> None:
    chat.api.script(says("It is on its", stop="model_context_window_exceeded"), says("way."))

    _, *said = await chat.tell(a_message(number=1))
    await chat.tell(a_message(number=2))

    assert [one.text for one in said[:2]] == ["It is on its", notices.cut_off()]
    assert said[2].notice == "critical"
    assert await chat.agents() == [(1, "handoff_complete"), (2, "active")]
    assert given(chat.asked[1])[0].startswith("<handoff")


async def test_a_warning_is_given_once_and_again_only_after_the_window_emptied(
    chat: Chat,
) -> None:
    said = await told(chat, 0.74, 0.75, 0.85, 0.70, 0.75, 0.69, 0.76)

    assert said == [[], ["warning"], [], [], [], [], ["warning"]]
    assert await chat.agents() == [(1, "warning")]


async def test_an_agent_whose_window_emptied_is_active_again(chat: Chat) -> None:
    await told(chat, 0.76, 0.5)

    assert await chat.agents() == [(1, "active")]


async def test_a_jump_past_the_warning_tells_only_of_the_handoff(chat: Chat) -> None:
    assert await told(chat, 0.5, 0.92) == [[], ["critical"]]
    assert await handoffs(chat) == ["context_window_exhausted"]
    assert await rows(chat.database, "select id from rotation") == []


async def test_a_jump_to_the_end_is_a_rotation(chat: Chat) -> None:
    assert await told(chat, 0.5, 0.96) == [[], ["critical"]]
    assert await handoffs(chat) == ["forced_rotation"]
    (rotation,) = await rows(chat.database, "select occupied_tokens from rotation")
    assert rotation["occupied_tokens"] == 9_600


async def test_the_next_agent_is_warned_of_for_itself(chat: Chat) -> None:
    assert await told(chat, 0.8, 0.92, 0.3, 0.8, 0.92) == [
        ["warning"],
        ["critical"],
        [],
        ["warning"],
        ["critical"],
    ]
    assert await chat.agents() == [
        (1, "handoff_complete"),
        (2, "handoff_complete"),
        (3, "initializing"),
    ]


async def test_without_a_warning_the_handoff_is_told_all_the_same(chat: Chat) -> None:
    thresholds = replace(USUAL, warning=None)

    assert await told(chat, 0.8, 0.92, thresholds=thresholds) == [[], ["critical"]]
    assert await handoffs(chat) == ["context_window_exhausted"]


async def test_without_a_handoff_an_agent_runs_on_to_its_rotation(chat: Chat) -> None:
    thresholds = replace(USUAL, critical=None)

    assert await told(chat, 0.92, 0.96, thresholds=thresholds) == [["warning"], ["critical"]]
    assert await handoffs(chat) == ["forced_rotation"]


async def test_without_a_rotation_a_full_window_is_handed_over(chat: Chat) -> None:
    thresholds = replace(USUAL, rotation=None)

    assert await told(chat, 0.8, 0.99, thresholds=thresholds) == [["warning"], ["critical"]]
    assert await handoffs(chat) == ["context_window_exhausted"]


async def test_with_every_step_off_an_agent_runs_on(chat: Chat) -> None:
    off = Thresholds(warning=None, compaction=None, critical=None, rotation=None)

    assert await told(chat, 0.8, 0.92, 0.99, thresholds=off) == [[], [], []]
    assert await chat.agents() == [(1, "active")]


@pytest.mark.parametrize(
    ("thresholds", "when"),
    [
        (USUAL, "at 90 %"),
        (replace(USUAL, critical=None), "at 95 %"),
        (replace(USUAL, critical=None, rotation=None), "when it is full"),
    ],
)
async def test_a_warning_says_when_a_fresh_agent_takes_over(
    chat: Chat, thresholds: Thresholds, when: str
) -> None:
    chat.api.script(says(occupied_tokens=8_000))

    said = await chat.tell(a_message(), turns=chat.turns(thresholds=thresholds))

    assert "8,000/10,000 tokens (80 %)" in said[-1].text
    assert f"{when}, a fresh agent" in said[-1].text.lower()
    assert "/baton new" in said[-1].text


async def test_notices_come_after_the_reply_and_are_numbered_on(chat: Chat) -> None:
    chat.api.script(says("Fine.", occupied_tokens=9_100))

    said = await chat.tell(a_message())
    ids = await rows(chat.database, "select id from outbox order by position")

    assert [one.kind for one in said] == ["notice", "reply", "notice"]
    assert len({str(one["id"]) for one in ids}) == 3


async def test_what_an_agent_held_at_most_is_kept(chat: Chat) -> None:
    await told(chat, 0.6, 0.4)

    (agent,) = await rows(
        chat.database, "select occupied_tokens, peak_tokens, turns from agent"
    )
    assert agent == {"occupied_tokens": 4_000, "peak_tokens": 6_000, "turns": 2}


@pytest.mark.parametrize(
    ("share", "state"), [(0.5, "active"), (0.8, "warning"), (0.92, "critical"), (0.2, "active")]
)
async def test_operators_see_how_full_a_window_is_that_nobody_manages(
    chat: Chat, share: float, state: str
) -> None:
    off = chat.turns(limits=Limits(tokens=LIMIT, usage_line="off", is_on=False))
    chat.api.script(says(occupied_tokens=int(share * LIMIT)))

    said = await chat.tell(a_message(), turns=off)

    assert [one.notice for one in said] == [None, None]
    assert await chat.agents() == [(1, state)]


async def test_a_full_agent_gives_way_at_once_when_it_is_managed_again(chat: Chat) -> None:
    off = chat.turns(limits=Limits(tokens=LIMIT, usage_line="off", is_on=False))
    chat.api.script(says(occupied_tokens=int(0.92 * LIMIT)), says("It is BX-48213-A."))
    await chat.tell(a_message("My order is BX-48213-A.", number=1), turns=off)

    said = await chat.tell(a_message("What is my order?", number=2))

    assert [one.notice for one in said] == ["critical", None]
    assert await chat.agents() == [(1, "handoff_complete"), (2, "active")]
    assert await handoffs(chat) == ["context_window_exhausted"]
    assert given(chat.asked[-1])[0].startswith("<handoff")
