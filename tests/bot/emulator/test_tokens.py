"""The model server counts tokens by a rule that a test can do by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.emulator.servers.model_request import CompactionBlock, Json, TextBlock, ToolUseBlock
from bot.emulator.servers.tokens import Tokenizer, content, prompt_tokens, segments
from tests.bot.emulator.prompts import a_request, assistant, call, result, text, tool, user

TOKENIZER = Tokenizer()


def tokens(*messages: Json, more: Json | None = None) -> int:
    return prompt_tokens(segments(a_request(*messages, more=more), TOKENIZER))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", 0),
        ("a", 1),
        ("four", 1),
        ("fiver", 2),
        ("é" * 4, 2),
        ("你好", 2),
        ("مرحبا", 3),
        ("🙂", 1),
        ("👩‍👩‍👧", 5),
    ],
)
def test_a_token_is_four_bytes_in_every_script(words: str, expected: int) -> None:
    assert TOKENIZER.text(words) == expected


def test_a_prompt_is_the_sum_of_its_parts() -> None:
    prompt = tokens(
        user("What is the weather?"),
        assistant([text("Let me see"), call("t1")]),
        user([result("t1", "sunny today")]),
        more={"system": "Be brief", "tools": [tool()]},
    )

    tool_json = '{"name":"weather","input_schema":{"type":"object","properties":{}}}'
    expected = (
        8 + TOKENIZER.text(tool_json)
        + 4 + 2  # system
        + 4 + 5  # question
        + 4 + 3 + 8 + 2 + 4  # answer: role, text, call: name, input
        + 4 + 8 + 3  # result
    )  # fmt: skip
    assert prompt == expected


def test_neighbours_of_one_role_count_as_one_message() -> None:
    apart = tokens(user("first"), user("second"))
    together = tokens(user([text("first"), text("second")]))

    assert apart == together


def test_a_text_alone_counts_as_a_block_of_text() -> None:
    assert tokens(user("hello there")) == tokens(user([text("hello there")]))


def test_pictures_and_documents_count_by_the_piece() -> None:
    picture: Json = {"type": "image", "source": {"type": "base64", "data": "x" * 9_999}}
    paper: Json = {
        "type": "document",
        "title": "four",
        "source": {"type": "base64", "data": "x"},
    }
    plain: Json = {"type": "document", "source": {"type": "text", "data": "x" * 40}}

    assert tokens(user([picture])) == 4 + 1_600
    assert tokens(user([paper])) == 4 + 1 + 3_000
    assert tokens(user([plain])) == 4 + 10


def test_reasoning_counts_where_it_is_sent_back() -> None:
    thought: Json = {"type": "thinking", "thinking": "x" * 40, "signature": "s"}
    secret: Json = {"type": "redacted_thinking", "data": "x" * 80}

    with_it = tokens(user("hi"), assistant([thought, secret, text("ok")]), user("so"))
    without = tokens(user("hi"), assistant([text("ok")]), user("so"))

    assert with_it - without == 30


def test_the_schema_of_an_answer_counts() -> None:
    schema: Json = {"type": "object", "properties": {}}
    more: Json = {"output_config": {"format": {"type": "json_schema", "schema": schema}}}

    assert tokens(user("hi"), more=more) > tokens(user("hi"))


def test_cache_markers_cost_nothing_and_change_nothing() -> None:
    marked = TextBlock.model_validate(text("words", cached="1h"))
    plain = TextBlock.model_validate(text("words"))

    assert TOKENIZER.block(marked) == TOKENIZER.block(plain)
    assert content(marked) == content(plain)


def test_a_summary_counts_as_its_words_and_a_failed_one_as_nothing() -> None:
    assert TOKENIZER.block(CompactionBlock(content="12345678")) == 2
    assert TOKENIZER.block(CompactionBlock()) == 0


def test_another_price_list_counts_otherwise() -> None:
    dear = Tokenizer(bytes_per_token=2, tool_tokens=100)
    used = ToolUseBlock(id="t", name="four", input={})

    assert dear.block(used) == 100 + 2 + 1


@given(st.text(), st.integers(min_value=0, max_value=50))
def test_the_start_of_a_text_is_never_over_its_tokens(words: str, most: int) -> None:
    start = TOKENIZER.start(words, most)

    assert words.startswith(start)
    assert TOKENIZER.text(start) <= most
    assert start == words or TOKENIZER.text(words) > most


@given(st.text(min_size=1), st.text(min_size=1))
def test_joined_text_never_counts_more_than_its_halves(left: str, right: str) -> None:
    halves = TOKENIZER.text(left) + TOKENIZER.text(right)

    assert halves - 1 <= TOKENIZER.text(left + right) <= halves
