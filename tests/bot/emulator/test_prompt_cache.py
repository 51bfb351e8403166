"""What the model server reads from its cache, what it writes, and what it charges in full."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.emulator.servers.bill import BilledUsage
from bot.emulator.servers.model_error import ApiError
from bot.emulator.servers.model_request import Json, MessageRequest
from bot.emulator.servers.prompt_cache import PromptCache, marked
from bot.emulator.servers.tokens import Tokenizer, prompt_tokens, segments
from tests.bot.emulator.prompts import MODEL, a_request, assistant, cache, text, tool, user
from tests.clock import ManualClock

LONG = "word " * 1_000  # 1,250 tokens


class Till:
    """A cache on a clock of its own."""

    def __init__(self, minimum_tokens: int = 1_024) -> None:
        self.clock = ManualClock()
        self.cache = PromptCache(self.clock.now, minimum_tokens=minimum_tokens)

    def use(self, asked: MessageRequest, model: str = MODEL) -> BilledUsage:
        pieces = segments(asked, Tokenizer())
        return self.cache.use(model, marked(pieces, asked.cache_control))


def size(asked: MessageRequest) -> int:
    return prompt_tokens(segments(asked, Tokenizer()))


def a_conversation(*turns: Json) -> MessageRequest:
    """A cached system prompt, the turns, and the automatic marker."""
    more: Json = {"system": [text(LONG, cached="1h")], "cache_control": cache("5m")}
    return a_request(*turns, more=more)


def test_without_markers_all_is_input() -> None:
    asked = a_request(user(LONG))

    assert Till().use(asked) == BilledUsage(input_tokens=size(asked))


def test_a_marked_prefix_is_written_once_and_read_afterwards() -> None:
    till = Till()
    asked = a_request(user([text(LONG, cached="5m"), text("now")]))

    first, second = till.use(asked), till.use(asked)

    assert first == BilledUsage(input_tokens=1, cache_write_5m_tokens=1_254)
    assert second == BilledUsage(input_tokens=1, cache_read_tokens=1_254)


def test_a_growing_conversation_reads_all_it_had_and_writes_what_is_new() -> None:
    till = Till()
    begun = a_conversation(user("one"))
    longer = a_conversation(user("one"), assistant("two"), user("three"))
    till.use(begun)

    usage = till.use(longer)

    assert usage.cache_read_tokens == size(begun)
    assert usage.cache_write_5m_tokens == size(longer) - size(begun)
    assert usage.input_tokens == 0


def test_each_life_is_billed_apart() -> None:
    asked = a_conversation(user("one"))

    usage = Till().use(asked)

    assert usage.cache_write_1h_tokens == 1_254
    assert usage.cache_write_5m_tokens == size(asked) - 1_254
    assert usage.cache_write_tokens == usage.prompt_tokens == size(asked)


def test_five_minutes_after_its_last_use_a_prefix_is_gone() -> None:
    till = Till()
    asked = a_request(user([text(LONG, cached="5m")]))
    till.use(asked)

    till.clock.advance(timedelta(minutes=4, seconds=59))
    used_in_time = till.use(asked)
    till.clock.advance(timedelta(minutes=4, seconds=59))
    renewed = till.use(asked)
    till.clock.advance(timedelta(minutes=5))
    too_late = till.use(asked)

    assert used_in_time.cache_read_tokens == renewed.cache_read_tokens == 1_254
    assert too_late.cache_write_5m_tokens == 1_254


def test_the_longer_life_outlasts_the_shorter() -> None:
    till = Till()
    asked = a_conversation(user("one"))
    till.use(asked)

    till.clock.advance(timedelta(minutes=59))
    usage = till.use(asked)

    assert usage.cache_read_tokens == 1_254
    assert usage.cache_write_5m_tokens == size(asked) - 1_254


def test_a_change_breaks_all_that_follows_it() -> None:
    till = Till()
    till.use(a_conversation(user(LONG), assistant("two"), user("three")))

    usage = till.use(a_conversation(user(LONG + "!"), assistant("two"), user("three")))

    assert usage.cache_read_tokens == 1_254


def test_another_schema_or_tool_breaks_everything() -> None:
    till = Till()
    till.use(a_request(user([text(LONG, cached="5m")])))
    schema: Json = {"type": "json_schema", "schema": {"type": "object"}}

    with_schema = a_request(
        user([text(LONG, cached="5m")]), more={"output_config": {"format": schema}}
    )
    with_tool = a_request(user([text(LONG, cached="5m")]), more={"tools": [tool()]})

    assert till.use(with_schema).cache_read_tokens == 0
    assert till.use(with_tool).cache_read_tokens == 0


def test_models_share_nothing() -> None:
    till = Till()
    asked = a_request(user([text(LONG, cached="5m")]))
    till.use(asked, "claude-sonnet-5-5")

    assert till.use(asked).cache_read_tokens == 0


def test_a_short_prefix_is_not_kept_and_nobody_says_so() -> None:
    till = Till(minimum_tokens=1_255)
    asked = a_request(user([text(LONG, cached="5m")]))
    till.use(asked)

    assert till.use(asked) == BilledUsage(input_tokens=1_254)


def test_a_marker_looks_back_over_twenty_blocks_and_no_further() -> None:
    till = Till()
    base: list[Json] = [text(LONG, cached="5m")]
    till.use(a_request(user([*base])))
    near = [text(LONG), *(text(f"{n}") for n in range(18)), text("end", cached="5m")]
    far = [text(LONG), *(text(f"{n}") for n in range(19)), text("end", cached="5m")]

    within_reach = till.use(a_request(user([*near])))
    out_of_reach = Till()
    out_of_reach.use(a_request(user([*base])))

    assert within_reach.cache_read_tokens == 1_254
    assert out_of_reach.use(a_request(user([*far]))).cache_read_tokens == 0


def test_the_automatic_marker_stands_on_the_last_block_that_can_carry_one() -> None:
    thought: Json = {"type": "thinking", "thinking": "hm", "signature": "s"}
    asked = a_request(
        user(LONG), assistant([text("yes"), thought]), more={"cache_control": cache("5m")}
    )

    usage = Till().use(asked)

    assert usage.input_tokens == 1  # the thought
    assert usage.cache_write_5m_tokens == size(asked) - 1


def test_the_automatic_marker_leaves_a_marked_block_as_it_is() -> None:
    asked = a_request(user([text(LONG, cached="1h")]), more={"cache_control": cache("5m")})

    assert Till().use(asked).cache_write_1h_tokens == 1_254


def test_a_fifth_marker_is_refused() -> None:
    blocks = [text(f"{n}", cached="5m") for n in range(4)]
    asked = a_request(user([*blocks]), more={"system": [text("s", cached="5m")]})

    with pytest.raises(ApiError, match="Found 5") as caught:
        Till().use(asked)

    assert caught.value.status == 400


def test_a_long_life_after_a_short_one_is_refused() -> None:
    asked = a_request(user([text("a", cached="5m"), text("b", cached="1h")]))

    with pytest.raises(ApiError, match="must not come after"):
        Till().use(asked)


def test_expired_prefixes_are_dropped_in_the_long_run() -> None:
    till = Till(minimum_tokens=1)
    for number in range(1_023):
        till.use(a_request(user([text(f"{number}", cached="5m")])))
    till.clock.advance(timedelta(minutes=6))

    till.use(a_request(user([text("last", cached="5m")])))

    assert len(till.cache._entries) == 1


_blocks = st.lists(
    st.tuples(st.integers(min_value=1, max_value=200), st.booleans()), min_size=1, max_size=6
)


@settings(max_examples=60)
@given(st.lists(_blocks, min_size=1, max_size=8))
def test_the_classes_always_add_up_to_the_prompt(prompts: list[list[tuple[int, bool]]]) -> None:
    till = Till(minimum_tokens=50)
    for sizes in prompts:
        markers = 0
        blocks: list[Json] = []
        for length, wanted in sizes:
            markers += wanted
            blocks.append(text("x" * length, cached="5m" if wanted and markers <= 4 else None))
        asked = a_request(user([*blocks]))

        usage = till.use(asked)

        assert usage.prompt_tokens == size(asked)
        assert min(usage.input_tokens, usage.cache_read_tokens, usage.cache_write_tokens) >= 0
