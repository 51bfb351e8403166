"""What is counted while a conversation runs, and the table it ends in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import Protocol

from tests.bench.continuity_talk import Kind, Planted, Turn

_MOST_RESETS = 4
_NAME_WIDTH, _COLUMN_WIDTH = 30, 19


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came back to one message.

    Attributes:
        text: The answer.
        added_s: How long the person waited beyond what the answer itself takes the model.
        was_looked_up: Whether the model searched what was said before.
    """

    text: str
    added_s: float
    was_looked_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """Tokens paid for, over all calls; `priced` is in those of plain input."""

    tokens: int
    priced: float


class Strategy(Protocol):
    """A way to keep a conversation going in a window that is too small for it."""

    @property
    def resets(self) -> int:
        """How often older turns went out of sight: by summary, by handoff, or simply."""
        ...

    @property
    def paid(self) -> Paid | None:
        """What it cost so far, where that is known."""
        ...

    async def say(self, text: str) -> Heard:
        """Write a message, and wait for the answer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What became of one question.

    Attributes:
        heard: The answer.
        resets: How many lay between telling and asking.
        was_looked_up: Whether the model searched for it.
    """

    planted: Planted
    heard: str
    resets: int
    was_looked_up: bool = False

    @property
    def kind(self) -> Kind:
        """What kind of thing was asked for."""
        return self.planted.kind

    @property
    def is_answered(self) -> bool:
        """Whether the answer holds what was told."""
        return self.planted.answer.casefold() in self.heard.casefold()

    @property
    def is_stale(self) -> bool:
        """Whether a value that no longer holds was given as if it did."""
        old = self.planted.superseded
        return bool(old) and old in self.heard and not self.is_answered


@dataclass(slots=True)
class Result:
    """All that was seen of one strategy, over any number of conversations."""

    name: str
    asked: list[Asked] = field(default_factory=list)
    added_s: list[float] = field(default_factory=list)
    resets: int = 0
    turns: int = 0
    tokens: int = 0
    priced: float = 0.0
    has_bill: bool = True


async def converse(strategy: Strategy, talk: Sequence[Turn], result: Result) -> None:
    """Hold a conversation, and add what comes of it to a result."""
    told_at: dict[str, int] = {}
    for turn in talk:
        heard = await strategy.say(turn.text)
        result.turns += 1
        result.added_s.append(heard.added_s)
        told_at |= {one.told: strategy.resets for one in turn.tells}
        if turn.asks is not None:
            between = strategy.resets - told_at[turn.asks.told]
            result.asked.append(
                Asked(
                    planted=turn.asks,
                    heard=heard.text,
                    resets=between,
                    was_looked_up=heard.was_looked_up,
                )
            )
    result.resets += strategy.resets
    if (paid := strategy.paid) is None:
        result.has_bill = False
    else:
        result.tokens += paid.tokens
        result.priced += paid.priced


def misses(results: Sequence[Result]) -> str:
    """List what was not answered, with what was heard instead."""
    return "\n".join(
        f"{result.name}, after {one.resets}: {one.planted.told}\n    {_one_line(one.heard)}"
        for result in results
        for one in result.asked
        if not one.is_answered
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def table(results: Sequence[Result]) -> str:
    """Lay the strategies side by side."""
    lines = [_line("", [result.name for result in results]), "facts still answered"]
    lines += [_share(f"  {kind}", results, partial(_is_of, kind=kind)) for kind in Kind]
    lines += [_share("  all", results, lambda _: True), "by resets between telling and asking"]
    lines += [
        _share(f"  {_times(n)}", results, partial(_is_after, resets=n))
        for n in range(_MOST_RESETS + 1)
    ]
    figures: Sequence[tuple[str, Callable[[Result], str]]] = (
        ("looked up", lambda r: str(sum(one.was_looked_up for one in r.asked))),
        ("superseded shown as current", lambda r: str(sum(one.is_stale for one in r.asked))),
        ("resets", lambda r: str(r.resets)),
        ("tokens paid, thousands", lambda r: f"{r.tokens / 1e3:,.0f}" if r.has_bill else "-"),
        ("priced as plain input", lambda r: f"{r.priced / 1e3:,.0f}" if r.has_bill else "-"),
        ("wait added, median ms", lambda r: f"{1e3 * median(r.added_s):.0f}"),
        ("wait added, worst ms", lambda r: f"{1e3 * max(r.added_s):.0f}"),
    )
    lines += [_line(name, [of(result) for result in results]) for name, of in figures]
    return "\n".join(lines)


def _is_of(one: Asked, *, kind: Kind) -> bool:
    return one.kind is kind


def _is_after(one: Asked, *, resets: int) -> bool:
    return min(one.resets, _MOST_RESETS) == resets


def _times(resets: int) -> str:
    return f"{resets} or more" if resets == _MOST_RESETS else str(resets)


def _share(name: str, results: Sequence[Result], counts: Callable[[Asked], bool]) -> str:
    cells = []
    for result in results:
        asked = [one for one in result.asked if counts(one)]
        answered = sum(one.is_answered for one in asked)
        share = f"{100 * answered / len(asked):.0f} %" if asked else "-"
        cells.append(f"{share} {f'({answered}/{len(asked)})':>10}")
    return _line(name, cells)


def _line(name: str, cells: Sequence[str]) -> str:
    return f"{name:<{_NAME_WIDTH}}" + "".join(f"{cell:>{_COLUMN_WIDTH}}" for cell in cells)
