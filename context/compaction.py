"""Compaction: an agent's older turns replaced by a summary, in the same session.

What to do is chosen in steps, each taken only where it is needed: old and repeated tool results
become lines, then the turns in the middle are merged. The first turns, the newest turns and
every call with its result stay whole, and nothing is taken out of the transcript itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain, takewhile

from context.facts import Fact
from context.gauge import Gauge
from context.importance import Remark, current, remarks
from context.prompt import Item
from context.shaping import Shaping
from context.stubs import cut_down, old_results, stubbed, superseded_results
from context.summary import Summary, view, widened
from context.summary_text import notes_bytes, summary_text
from context.turns import whole_turns

WEAK_REDUCTION = 0.40
"""A compaction that frees less than this share of the window has failed."""

FEWEST_RECENT_TURNS = 2
"""So many of the newest turns stay whole even where they are too large."""

_TEXT_SHARE = 0.15
"""A summary may take this share of the target even where the target is missed for it."""

_MERGED_SHARE = 0.5
"""A summary takes at most this share of what is freed for it."""

_SMALLEST_TEXT_TOKENS = 128
"""With less room than this nothing can be said."""

_BLOCK_TOKENS = 9
"""What an estimate adds to the bytes of a text block."""


class Obstacle(StrEnum):
    """Why nothing is compacted.

    `too_few_turns`: none lies between the first and the newest. `too_soon`: those that do are
    merged already. `nothing_to_free`: a summary would be hardly shorter than they are.
    """

    TOO_FEW_TURNS = "too_few_turns"
    TOO_SOON = "too_soon"
    NOTHING_TO_FREE = "nothing_to_free"


@dataclass(frozen=True, slots=True)
class Skip:
    """Nothing is to be done."""

    reason: Obstacle


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a compaction is going to do.

    Attributes:
        summary: What comes of it, but for the words of a merge.
        needs_notes: Whether turns are merged, so that words are needed for them.
        before_tokens: What the window holds.
        after_tokens: What it will hold at most, by estimate.
        text_tokens: What the words may take.
        keep_user_tokens: At most so much of that is the person's words.
        bytes_per_token: As calibrated for the session.
        remarks: What the person said in the merged turns.
        facts: What must not be lost of them.
    """

    summary: Summary
    needs_notes: bool
    before_tokens: int
    after_tokens: int
    text_tokens: int = 0
    keep_user_tokens: int = 0
    bytes_per_token: float
    remarks: tuple[Remark, ...] = field(default=(), repr=False)
    facts: tuple[Fact, ...] = field(default=(), repr=False)

    @property
    def text_bytes(self) -> int:
        """How long the words may be."""
        return int((self.text_tokens - _BLOCK_TOKENS) * self.bytes_per_token)

    @property
    def notes_tokens(self) -> int:
        """What notes may take of the words; longer ones lose their middle."""
        return int(notes_bytes(self.text_bytes) / self.bytes_per_token)


def plan(  # noqa: PLR0913 - what a window holds, how it is shaped, and what is known of it
    items: Sequence[Item],
    *,
    summary: Summary | None,
    occupied_tokens: int,
    limit_tokens: int,
    threshold: float | None,
    shaping: Shaping,
    facts: Sequence[Fact],
    focus: str | None = None,
    bytes_per_token: float,
    force: bool = False,
) -> Plan | Skip:
    """Choose what to compact.

    The target is a share of what the window may hold at the threshold, or of what it holds now
    where that is less. It is missed where the newest turns and the first are too large, because
    they are never cut. What an earlier summary stands for stays so.

    Args:
        items: The agent's transcript, oldest first.
        summary: What its prompt holds in place of older turns now.
        occupied_tokens: What its window held after the last call; 0 where that is not known.
        limit_tokens: What it may hold.
        threshold: The share of the limit at which compaction begins, over 0 and under 1; None
            where it only begins by hand.
        shaping: The operator's limits.
        facts: What was found in the transcript.
        focus: What the person asked to have kept above all.
        bytes_per_token: As calibrated for the session.
        force: Merge turns even where shorter tool results would be enough.
    """
    if not items:
        return Skip(Obstacle.TOO_FEW_TURNS)
    turns = whole_turns(items)
    gauge = Gauge.of(
        view(items, summary), occupied_tokens=occupied_tokens, bytes_per_token=bytes_per_token
    )
    full_tokens = int((threshold or 1) * limit_tokens)
    case = _Case(
        items=items,
        turns=turns,
        primers=_primers(turns, summary, most=shaping.primer_turns),
        before=summary or Summary(covers_to=items[0].position - 1),
        gauge=gauge,
        ceiling_tokens=int(shaping.compaction_target * full_tokens),
        target_tokens=int(shaping.compaction_target * min(full_tokens, gauge.held_tokens)),
        shaping=shaping,
        facts=facts,
        focus=focus,
    )
    tidied = _tidied(case)
    if tidied.after_tokens <= case.target_tokens and not force:
        return tidied
    merged = _merged(case, tidied.summary)
    if isinstance(merged, Skip) and tidied.after_tokens < tidied.before_tokens:
        return tidied
    return merged


def summarised(plan: Plan, *, notes_text: str) -> Summary:
    """Carry a plan out: write the words for the turns that are merged.

    Args:
        plan: What is to be done.
        notes_text: What the model noted of the transcript, rendered. Where it is empty, facts
            and the person's own words stand alone.
    """
    if not plan.needs_notes:
        return plan.summary
    text = summary_text(
        notes_text,
        facts=plan.facts,
        remarks=plan.remarks,
        max_bytes=plan.text_bytes,
        max_quoted_bytes=int(plan.keep_user_tokens * plan.bytes_per_token),
    )
    return plan.summary.model_copy(update={"text": text})


def estimated_after(
    items: Sequence[Item],
    summary: Summary,
    *,
    before: Summary | None,
    occupied_tokens: int,
    bytes_per_token: float,
) -> int:
    """Guess the tokens that a window holds with a summary in place.

    Args:
        items: The agent's transcript, oldest first.
        summary: How it is to be shown.
        before: How it is shown now.
        occupied_tokens: What the window held after the last call; 0 where that is not known.
        bytes_per_token: As calibrated for the session.
    """
    gauge = Gauge.of(
        view(items, before), occupied_tokens=occupied_tokens, bytes_per_token=bytes_per_token
    )
    return gauge.held_with(gauge.estimated(view(items, summary)))


def reduction(before_tokens: int, after_tokens: int) -> float:
    """Share of a window that was freed, from 0 to 1; 0 where it grew."""
    if after_tokens >= before_tokens:
        return 0.0
    return (before_tokens - after_tokens) / before_tokens


def is_weak(before_tokens: int, after_tokens: int) -> bool:
    """Whether a compaction freed too little to count."""
    return reduction(before_tokens, after_tokens) < WEAK_REDUCTION


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What is to be compacted, and how far.

    Attributes:
        primers: How many of the first turns stay as they are.
        before: How the transcript is shown now.
        ceiling_tokens: What the window is to hold where the newest turns allow it.
        target_tokens: The same, or less where it is not full.
    """

    items: Sequence[Item]
    turns: Sequence[Sequence[Item]]
    primers: int
    before: Summary
    gauge: Gauge
    ceiling_tokens: int
    target_tokens: int
    shaping: Shaping
    facts: Sequence[Fact]
    focus: str | None

    def held_with(self, summary: Summary) -> int:
        if summary == self.before:
            return self.gauge.held_tokens
        return self.gauge.held_with(self.gauge.estimated(view(self.items, summary)))


def _primers(turns: Sequence[Sequence[Item]], summary: Summary | None, *, most: int) -> int:
    """How many of the first turns stay: none that is merged already comes back."""
    if summary is None:
        return min(most, len(turns))
    kept = frozenset(summary.kept)
    whole = takewhile(
        lambda turn: all(
            item.position > summary.covers_to or item.position in kept for item in turn
        ),
        turns[:most],
    )
    return sum(1 for _ in whole)


def _tidied(case: _Case) -> Plan:
    """Show tool results shorter, and merge nothing.

    Old ones, and those that were got again later, become lines; overlong ones lose their
    middle. Those of the first turns and of the newest one stay, and of the newer turns only
    what was got again becomes a line.
    """
    shaping = case.shaping
    recent = case.turns[-shaping.recent_turns :][0][0].position
    stale = {one for one in _positions(old_results(case.items)) if one < recent}
    stale.update(_positions(superseded_results(case.items)))
    limits = {"max_bytes": shaping.tool_output_bytes, "max_lines": shaping.tool_output_lines}
    stubs, clips = set(case.before.stubbed), set(case.before.clipped)
    for item in chain.from_iterable(case.turns[case.primers : -1]):
        if item.position in stale and stubbed(item) is not item:
            stubs.add(item.position)
        elif cut_down(item, **limits) is not item:
            clips.add(item.position)
    summary = case.before.model_copy(
        update={
            "stubbed": tuple(sorted(stubs)),
            "clipped": tuple(sorted(clips - stubs)),
            "clip_bytes": shaping.tool_output_bytes,
            "clip_lines": shaping.tool_output_lines,
        }
    )
    return Plan(
        summary=summary,
        needs_notes=False,
        before_tokens=case.gauge.held_tokens,
        after_tokens=case.held_with(summary),
        bytes_per_token=case.gauge.bytes_per_token,
    )


def _merged(case: _Case, tidied: Summary) -> Plan | Skip:
    """Merge all turns between the first and the newest."""
    turns, before = case.turns, case.before
    shown = view(case.items, tidied)
    sizes = {item.position: case.gauge.estimated((item,)) for item in shown}
    end = len(turns) - _recents(case, sizes)
    settled = sum(turn[-1].position <= before.covers_to for turn in turns)
    if end <= max(settled, case.primers):
        return Skip(Obstacle.TOO_SOON if before.text else Obstacle.TOO_FEW_TURNS)
    middle = tuple(chain.from_iterable(turns[case.primers : end]))
    positions = frozenset(_positions(middle))
    bare_tokens = case.gauge.held_with(
        sum(size for position, size in sizes.items() if position not in positions)
    )
    before_tokens = case.gauge.held_tokens
    text_tokens = min(
        max(case.target_tokens - bare_tokens, _least_text(case.target_tokens)),
        int(_MERGED_SHARE * (before_tokens - bare_tokens)),
    )
    if text_tokens < _SMALLEST_TEXT_TOKENS:
        return Skip(Obstacle.NOTHING_TO_FREE)
    kept = _positions(chain.from_iterable(turns[: case.primers]))
    return Plan(
        summary=widened(tidied, covers_to=middle[-1].position, kept=kept),
        needs_notes=True,
        before_tokens=before_tokens,
        after_tokens=bare_tokens + text_tokens,
        text_tokens=text_tokens,
        keep_user_tokens=case.shaping.keep_user_tokens,
        bytes_per_token=case.gauge.bytes_per_token,
        remarks=tuple(
            one
            for one in remarks(turns, case.facts, focus=case.focus)
            if one.position in positions
        ),
        facts=current(case.facts, middle),
    )


def _recents(case: _Case, sizes: Mapping[int, int]) -> int:
    """How many of the newest turns stay: fewer where they are too large, but never under two."""
    turns = [sum(sizes.get(item.position, 0) for item in turn) for turn in case.turns]
    room = case.ceiling_tokens - _least_text(case.ceiling_tokens)
    for count in range(case.shaping.recent_turns, FEWEST_RECENT_TURNS, -1):
        newest = turns[max(case.primers, len(turns) - count) :]
        if case.gauge.held_with(sum(turns[: case.primers]) + sum(newest)) <= room:
            return count
    return min(case.shaping.recent_turns, FEWEST_RECENT_TURNS)


def _least_text(target_tokens: int) -> int:
    return max(int(_TEXT_SHARE * target_tokens), _SMALLEST_TEXT_TOKENS)


def _positions(items: Iterable[Item]) -> tuple[int, ...]:
    return tuple(item.position for item in items)
