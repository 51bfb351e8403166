"""How the model server cuts an answer to what a request allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.emulator.servers.model_answer import (
    Answer,
    AnswerBlock,
    StopReason,
    output_tokens,
    thinking,
    tool_use,
    within,
)
from bot.emulator.servers.model_request import Json, TextBlock
from bot.emulator.servers.tokens import Tokenizer
from tests.bot.emulator.prompts import a_request

TOKENIZER = Tokenizer()


def cut(
    answer: Answer, *, wanted: int = 100, room: int = 1_000, more: Json | None = None
) -> Answer:
    asked = a_request(more={"max_tokens": wanted, **(more or {})})
    return within(answer, asked, room_tokens=room, tokenizer=TOKENIZER)


def answer(*blocks: AnswerBlock) -> Answer:
    return Answer(content=blocks)


def test_an_answer_that_fits_ends_its_turn() -> None:
    assert cut(Answer.saying("hello")) == Answer.saying("hello", stop_reason="end_turn")


def test_an_answer_with_a_call_waits_for_the_tool() -> None:
    said = answer(TextBlock(text="Wait"), tool_use("weather", {}))

    assert cut(said).stop_reason == "tool_use"
    assert cut(said).content == said.content


@pytest.mark.parametrize(
    ("wanted", "room", "reason"),
    [
        (2, 1_000, "max_tokens"),
        (100, 2, "model_context_window_exceeded"),
        (2, 2, "max_tokens"),
    ],
)
def test_an_answer_that_runs_over_says_over_what(
    wanted: int, room: int, reason: StopReason
) -> None:
    said = cut(Answer.saying("hello world"), wanted=wanted, room=room)

    assert said == Answer.saying("hello wo", stop_reason=reason)


def test_what_follows_a_cut_is_lost() -> None:
    said = cut(answer(TextBlock(text="hello world"), tool_use("weather", {})), wanted=2)

    assert said.text == "hello wo"
    assert len(said.content) == 1


def test_a_call_that_does_not_fit_loses_its_input_or_is_not_made() -> None:
    used = tool_use("weather", {"city": "x" * 1_000})

    (begun,) = cut(answer(used), wanted=20).content

    assert begun == used.model_copy(update={"input": {}})
    assert cut(answer(used), wanted=5).content == ()


def test_a_thought_that_does_not_fit_is_not_shown() -> None:
    assert cut(answer(thinking("x" * 1_000)), wanted=5).content == ()


def test_no_tokens_wanted_is_no_answer() -> None:
    assert cut(Answer.saying("hello"), wanted=0) == Answer(content=(), stop_reason="max_tokens")


def test_the_first_stop_sequence_ends_the_answer() -> None:
    said = cut(
        answer(thinking("END"), TextBlock(text="one STOP two END"), TextBlock(text="three")),
        more={"stop_sequences": ["END", "STOP"]},
    )

    assert said.text == "one "
    assert (said.stop_reason, said.stop_sequence) == ("stop_sequence", "STOP")


def test_a_stop_sequence_at_the_begin_leaves_nothing() -> None:
    assert cut(Answer.saying("END"), more={"stop_sequences": ["END"]}).content == ()


def test_a_limit_before_a_stop_sequence_counts() -> None:
    said = cut(Answer.saying("long before END"), wanted=1, more={"stop_sequences": ["END"]})

    assert (said.text, said.stop_reason, said.stop_sequence) == ("long", "max_tokens", None)


def test_a_scripted_reason_stands() -> None:
    scripted = Answer.saying("hello world", stop_reason="refusal")

    assert cut(scripted, wanted=1) is scripted


def test_an_empty_answer_costs_something() -> None:
    assert output_tokens((), TOKENIZER) == 1


@given(
    st.text(), st.integers(min_value=1, max_value=60), st.integers(min_value=0, max_value=60)
)
def test_no_answer_is_over_its_limits(words: str, wanted: int, room: int) -> None:
    said = answer(TextBlock(text=words), tool_use("weather", {"city": words}), thinking(words))

    kept = cut(said, wanted=wanted, room=room)

    assert sum(TOKENIZER.block(block) for block in kept.content) <= min(wanted, room)
