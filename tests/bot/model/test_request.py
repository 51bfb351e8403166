"""What a prompt looks like on the wire, and that it is always the same."""

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.claude import Claude
from bot.model.request import BREAKPOINT, messages, system, tools
from context.prompt import Block, Prompt, PromptMessage
from tests.bot.model.canned import START, CannedApi, ending, text
from tests.bot.model.prompts import a_prompt, a_tool, from_model, from_person, from_tools

THOUGHT: Block = {"type": "thinking", "thinking": " hm,\n  4711\t", "signature": "AbC/+=="}
CALL: Block = {
    "type": "tool_use",
    "id": "t1",
    "name": "track",
    "input": {"b": [{"z": 1, "y": 2}]},
}
RESULT: Block = {"type": "tool_result", "tool_use_id": "t1", "content": "shipped"}


async def sent(claude: Claude, canned: CannedApi, prompt: Prompt) -> bytes:
    canned.answer(START, *text(0, "Yes."), *ending("end_turn"))
    await claude.answer(prompt)
    return canned.bodies[-1]


def contents(prompt: Prompt) -> list[list[Mapping[str, object]]]:
    """The content of each message as it is sent."""
    wired = json.loads(json.dumps(messages(prompt)))
    return [message["content"] for message in wired]


def cached_prefix(body: bytes) -> bytes:
    """What the cache is looked up by, in the API's order, up to the last breakpoint."""
    read = json.loads(body)
    prefix = [read.get("tools"), read["system"], *read["messages"]]
    return json.dumps(prefix, ensure_ascii=False)[:-1].encode()


async def test_what_one_call_sends_begins_what_the_next_one_sends(
    parrot: Claude, canned: CannedApi
) -> None:
    said = [
        from_person("Here is what was: …"),
        from_model({"type": "text", "text": "I know."}),
        from_person("Where is my order?"),
        from_model(THOUGHT, CALL),
        from_tools(RESULT),
        from_model({"type": "text", "text": "Shipped.", "citations": None}),
        from_person("Thanks 😀"),
    ]

    bodies = [
        await sent(parrot, canned, a_prompt(*said[:count], stable_messages=1))
        for count in (1, 3, 5, 7)
    ]

    for shorter, longer in pairwise(bodies):
        beginning, _, _ = shorter.partition(b'],"model":')
        assert longer.startswith(beginning)
        assert cached_prefix(longer).startswith(cached_prefix(shorter))


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
BLOCKS = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "tool_use", "thinking", "later"]), "text": TEXTS},
    optional={"input": JSON, "citations": st.none()},
)
CONVERSATIONS = st.lists(
    st.lists(BLOCKS, max_size=3).map(lambda blocks: from_model(*blocks)), max_size=6
)


@pytest.mark.slow
@given(said=CONVERSATIONS, stable=st.integers(0, 2), more=CONVERSATIONS)
def test_whatever_is_said_later_what_was_sent_stays_the_beginning(
    said: list[PromptMessage], stable: int, more: list[PromptMessage]
) -> None:
    stable = min(stable, len(said))

    shorter = json.dumps(messages(a_prompt(*said, from_person(), stable_messages=stable)))
    longer = json.dumps(messages(a_prompt(*said, from_person(), *more, stable_messages=stable)))

    assert longer.startswith(shorter[:-1])


async def test_the_longest_answer_wanted_does_not_touch_the_cached_prefix(
    parrot: Claude, canned: CannedApi
) -> None:
    first = await sent(parrot, canned, a_prompt(max_output_tokens=1_000))
    second = await sent(parrot, canned, a_prompt(max_output_tokens=10))

    assert cached_prefix(first) == cached_prefix(second)


async def test_the_order_in_which_a_store_keeps_keys_makes_no_difference(
    parrot: Claude, canned: CannedApi
) -> None:
    def turned(value: object) -> object:
        match value:
            case dict():
                return {key: turned(value[key]) for key in reversed(value)}
            case list():
                return [turned(item) for item in value]
            case _:
                return value

    turned_call = turned(CALL)
    assert isinstance(turned_call, dict)
    assert list(turned_call) != list(CALL)

    first = await sent(
        parrot, canned, a_prompt(from_person(), from_model(CALL), from_tools(RESULT))
    )
    second = await sent(
        parrot, canned, a_prompt(from_person(), from_model(turned_call), from_tools(RESULT))
    )

    assert first == second


async def test_at_most_three_breakpoints_are_set_and_the_moving_one_beside_the_messages(
    parrot: Claude, canned: CannedApi
) -> None:
    said = [from_person(f"Message {number}") for number in range(40)]

    body = json.loads(await sent(parrot, canned, a_prompt(*said, stable_messages=2)))

    assert body["cache_control"] == BREAKPOINT
    assert [block.get("cache_control") for block in body["system"]] == [BREAKPOINT]
    marked = [
        place
        for place, message in enumerate(body["messages"])
        for block in message["content"]
        if "cache_control" in block
    ]
    assert marked == [1]


async def test_nothing_that_changes_from_call_to_call_is_sent(
    parrot: Claude, canned: CannedApi
) -> None:
    body = json.loads(await sent(parrot, canned, a_prompt()))

    assert set(body) == {
        "max_tokens",
        "messages",
        "model",
        "cache_control",
        "system",
        "stream",
    }


async def test_tools_are_sent_by_name_with_their_keys_in_order(
    parrot: Claude, canned: CannedApi
) -> None:
    schema = {"type": "object", "properties": {"z": {"type": "string", "default": ""}}}
    turned = {"properties": {"z": {"default": "", "type": "string"}}, "type": "object"}

    first = await sent(
        parrot, canned, a_prompt(tools=(a_tool("track"), a_tool("recall", schema)))
    )
    second = await sent(
        parrot, canned, a_prompt(tools=(a_tool("recall", turned), a_tool("track")))
    )

    assert first == second
    assert [tool["name"] for tool in json.loads(first)["tools"]] == ["recall", "track"]


def test_a_prompt_without_tools_sends_none() -> None:
    assert tools(a_prompt()) == []


async def test_a_schema_for_the_answer_is_sent_in_its_own_order(
    parrot: Claude, canned: CannedApi
) -> None:
    properties = {"reason": {"type": "string"}, "answer": {"type": "string"}}
    schema = {"type": "object", "properties": properties, "additionalProperties": False}

    body = json.loads(await sent(parrot, canned, a_prompt(answer_schema=schema)))

    wanted = body["output_config"]["format"]
    assert wanted == {"type": "json_schema", "schema": schema}
    assert list(wanted["schema"]["properties"]) == ["reason", "answer"]


def test_the_breakpoint_after_the_briefing_stands_on_a_block_that_takes_one() -> None:
    prompt = a_prompt(
        from_person("A"), from_model({"type": "text", "text": "B"}, THOUGHT), stable_messages=2
    )

    assert contents(prompt) == [
        [{"type": "text", "text": "A"}],
        [{"type": "text", "text": "B", "cache_control": BREAKPOINT}, THOUGHT],
    ]


def test_a_briefing_of_thoughts_alone_has_no_breakpoint() -> None:
    prompt = a_prompt(from_model(THOUGHT), from_person("A"), stable_messages=1)

    assert contents(prompt) == [[THOUGHT], [{"type": "text", "text": "A"}]]


@pytest.mark.parametrize("instructions", ["", " \n"])
def test_blank_instructions_are_left_out(instructions: str) -> None:
    assert system(a_prompt(system=instructions)) == []


async def test_a_call_without_instructions_sends_none(
    parrot: Claude, canned: CannedApi
) -> None:
    body = json.loads(await sent(parrot, canned, a_prompt(system="")))

    assert "system" not in body


@pytest.mark.parametrize(
    "blocks",
    [
        [],
        [{"type": "text", "text": ""}],
        [{"type": "text", "text": " \n\t"}],
    ],
)
def test_what_the_api_takes_for_empty_is_left_out(blocks: Sequence[Block]) -> None:
    prompt = a_prompt(from_person("A"), from_model(*blocks), from_person("B"))

    assert contents(prompt) == [
        [{"type": "text", "text": "A"}],
        [{"type": "text", "text": "B"}],
    ]


def test_a_blank_briefing_is_left_out_and_its_breakpoint_with_it() -> None:
    prompt = a_prompt(from_person(""), from_person("B"), stable_messages=1)

    assert contents(prompt) == [[{"type": "text", "text": "B"}]]


def test_nulls_of_an_answer_are_not_sent_back_and_everything_else_is() -> None:
    answer: Block = {"type": "text", "text": " Yes ", "citations": None}
    call: Block = {**CALL, "caller": None, "input": {"keep": None}}

    prompt = a_prompt(from_person("A"), from_model(THOUGHT, answer, call))

    assert contents(prompt)[1] == [
        THOUGHT,
        {"type": "text", "text": " Yes "},
        {**CALL, "input": {"keep": None}},
    ]


def test_a_prompt_is_not_changed_by_being_sent() -> None:
    block: Block = {"type": "text", "text": "A", "citations": None}
    prompt = a_prompt(from_model(block), stable_messages=1)

    messages(prompt)

    assert block == {"type": "text", "text": "A", "citations": None}
