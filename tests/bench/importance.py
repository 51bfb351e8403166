"""What a compaction keeps of what the conversation comes back to later, against age alone.

A person names things in passing. To some of them the talk comes back every now and then, for
good; to most of them never. A compaction sees three quarters of the conversation, and the last
quarter, which it does not see, says what it should have kept. Both ways have the same bytes.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from context.facts import Fact, merged
from context.importance import Remark, chosen, remarks
from context.prompt import Item
from context.summary_text import summary_text
from context.trackers import facts as facts_of
from context.turns import whole_turns
from tests.bench.figures import AtLeast, Line, Measurement
from tests.bench.transcripts import drawn_words, words
from tests.builders import an_item

_SEEN = 0.75
_BUDGET = 0.15
"""Of all that the person said, this share may stay."""

_NAMED_EVERY, _COMES_BACK = 3, 0.35
_MEAN_TURNS_BETWEEN = 40.0


@dataclass(frozen=True, slots=True)
class _Talk:
    """A conversation: what a compaction sees of it, and the values that come up after that."""

    seen: tuple[Item, ...]
    needed: frozenset[str]


def importance(*, seeds: int, turns: int) -> Sequence[Line]:
    """Measure the share of values needed later that each way keeps.

    Args:
        seeds: How many conversations.
        turns: How long each is.
    """
    needed = 0
    kept: defaultdict[str, int] = defaultdict(int)
    for seed in range(1, seeds + 1):
        talk = _talk(seed, turns)
        facts = merged((), facts_of(talk.seen))
        found = remarks(whole_turns(talk.seen), facts)
        max_bytes = int(_BUDGET * sum(len(one.text.encode()) for one in found))
        needed += len(talk.needed)
        for way, text in _ways(found, facts, max_bytes=max_bytes).items():
            kept[way] += sum(value in text for value in talk.needed)
    share = {way: 100 * count / max(needed, 1) for way, count in kept.items()}
    return (
        Measurement(
            name=f"needed later and kept, by importance, of {needed}",
            value=share["importance"],
            unit="%",
            target=AtLeast(share["age"]),
        ),
        Measurement(name="  by age alone, in as many bytes", value=share["age"], unit="%"),
        Measurement(
            name="  by the whole summary, in as many bytes", value=share["summary"], unit="%"
        ),
    )


def _ways(found: Sequence[Remark], facts: Sequence[Fact], *, max_bytes: int) -> dict[str, str]:
    """What each way keeps."""
    by_age = [replace(one, importance=0) for one in found]
    return {
        "importance": _quoted(chosen(found, max_bytes=max_bytes)),
        "age": _quoted(chosen(by_age, max_bytes=max_bytes)),
        "summary": summary_text(
            "", facts=facts, remarks=found, max_bytes=max_bytes, max_quoted_bytes=max_bytes
        ),
    }


def _quoted(kept: Sequence[Remark]) -> str:
    return "\n".join(one.bullet for one in kept)


def _talk(seed: int, turns: int) -> _Talk:
    chance = random.Random(seed)  # noqa: S311 - a conversation, no secret
    items: list[Item] = []
    due: defaultdict[int, list[str]] = defaultdict(list)
    named: set[str] = set()
    needed: set[str] = set()
    end = int(_SEEN * turns)
    for turn in range(turns):
        sides = [words(chance, drawn_words(chance)), words(chance, drawn_words(chance))]
        if chance.random() < 1 / _NAMED_EVERY:
            value = f"{chance.choice('BCDFGHKMNP')}X-{chance.randint(10_000, 99_999)}"
            sides[0] = f"{sides[0]} They gave me {value} for it."
            if chance.random() < _COMES_BACK:
                due[turn + _pause(chance)].append(value)
            if turn < end:
                named.add(value)
        for value in due.pop(turn, []):
            side = chance.randrange(2)
            sides[side] = f"{sides[side]} As to {value}, that is still so."
            due[turn + _pause(chance)].append(value)
            if turn >= end and value in named:
                needed.add(value)
        for text in sides:
            items.append(an_item(len(items), text))
    return _Talk(tuple(items[: 2 * end]), frozenset(needed))


def _pause(chance: random.Random) -> int:
    return 1 + int(chance.expovariate(1 / _MEAN_TURNS_BETWEEN))
