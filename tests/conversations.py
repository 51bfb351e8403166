"""Long conversations: made up by rule, with facts that come up again, or by hypothesis."""

from dataclasses import dataclass

from hypothesis import strategies as st

from context.prompt import Block, Item, Role
from tests.builders import a_text, a_tool_result, a_tool_use, an_item

_FILLERS = (
    "It rained here all morning and the garden looks better for it.",
    "The neighbours are building again, you can hear it in every room.",
    "Lunch was late today because the kitchen ran out of bread.",
    "My sister sends her love, she is reading the book you named.",
    "The train was full but at least it was on time for once.",
)
_BACK_AFTER = 40


@dataclass(frozen=True, slots=True)
class Planted:
    """A value that a person gives in passing; `is_needed` where the talk comes back to it."""

    value: str
    position: int
    is_needed: bool


def a_long_conversation(
    turns: int = 400, *, tool_every: int = 0, result_chars: int = 2_000
) -> tuple[tuple[Item, ...], tuple[Planted, ...]]:
    """A conversation in which every fifth message gives an order number, the same every time.

    To every other of them the assistant comes back forty turns later, where there is one.

    Args:
        turns: How many.
        tool_every: Every so many turns a tool is called; never by default.
        result_chars: How long its results are.
    """
    items: list[Item] = []
    planted: list[Planted] = []
    back: dict[int, str] = {}
    for turn in range(turns):
        said, answer = _FILLERS[turn % len(_FILLERS)], "I see, thank you for telling me."
        if turn % 5 == 2:
            value = f"ORD-{10_000 + turn * 37}"
            said = f"{said} They sent {value} last week, by the way."
            is_needed = turn % 10 == 2 and turn + _BACK_AFTER < turns
            planted.append(Planted(value, len(items), is_needed))
            if is_needed:
                back[turn + _BACK_AFTER] = value
        if turn in back:
            answer = f"Your order {back[turn]} has left the house."
        steps: list[tuple[Role, Block]] = [("user", a_text(said))]
        if tool_every and turn % tool_every == 0:
            steps.append(("assistant", a_tool_use(f"toolu_{turn}", f"tool_{turn}")))
            steps.append(("user", a_tool_result(f"toolu_{turn}", "r" * result_chars)))
        steps.append(("assistant", a_text(answer)))
        for role, block in steps:
            items.append(an_item(len(items), block, role=role, turn=turn))
    return tuple(items), tuple(planted)


@st.composite
def transcripts(draw: st.DrawFn, *, min_turns: int = 0) -> tuple[Item, ...]:
    """Turns of a person's words, perhaps calls with their results, and perhaps an answer."""
    first = draw(st.integers(0, 3))
    items: list[Item] = []
    for turn in range(draw(st.integers(min_turns, 12))):
        said: list[tuple[Role, list[Block]]] = [("user", [_words(draw)])]
        for step in range(draw(st.integers(0, 2))):
            calls = [f"{turn}-{step}-{n}" for n in range(draw(st.integers(1, 2)))]
            asked = draw(st.sampled_from(["weather", "orders"]))
            said.append(("assistant", [a_tool_use(call, asked) for call in calls]))
            results = [a_tool_result(call, "r" * draw(_SIZES)) for call in calls]
            if draw(st.integers(0, 5)):
                said.append(("user", results))
        if draw(st.booleans()):
            said.append(("assistant", [_words(draw)]))
        for role, blocks in said:
            items.append(an_item(first + len(items), *blocks, role=role, turn=turn))
    return tuple(items)


_SIZES = st.sampled_from([1, 40, 400, 2_000])


def _words(draw: st.DrawFn) -> Block:
    number = draw(st.integers(0, 99))
    return a_text(f"order {number}? " + "w" * draw(_SIZES))
