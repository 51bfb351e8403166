"""Notes as text: what a compaction puts in the place of older turns."""

from bisect import bisect_left
from collections.abc import Sequence

from context.entries import fact_line
from context.fact_patterns import FactKind
from context.facts import Fact, kept
from context.handoff import bulleted, lines_of
from context.notes import Notes
from context.reconciliation import reconciled
from context.usage import estimated_tokens

_FACTS = "key_facts"

_TRIMMED_FIRST = (
    "conversation_summary",
    "work_completed",
    "rejected_alternatives",
    "decisions",
    "errors",
    "task_progress",
    "todos",
    "open_commitments",
    "user_profile",
    _FACTS,
    "original_request",
)
"""As the categories of a handoff document."""

_Sections = dict[str, tuple[str, ...]]


def notes_text(notes: Notes, facts: Sequence[Fact], *, max_tokens: int) -> str:
    """Write notes and facts in the sections of a handoff's briefing, the ledger's word first.

    What does not fit goes in the order in which a handoff document is trimmed: of facts the
    least telling, of other lists the oldest entries. The same notes give the same text.

    Args:
        notes: What a model noted; may be empty.
        facts: The ledger, or as much of it as is to stand here.
        max_tokens: What the text may take, by estimate; with next to nothing it is empty.
    """
    asked = [fact for fact in facts if fact.kind is FactKind.QUESTION]
    account = reconciled(facts, notes, questions=asked)
    goal = (f"goal: {notes.restated_goal}",) if notes.restated_goal else ()
    sections: _Sections = {
        "original_request": (*goal, *(f"always: {text}" for text in account.instructions)),
        _FACTS: tuple(map(fact_line, kept(account.key_facts))),
        "user_profile": notes.profile.lines,
        "open_commitments": lines_of(account.commitments),
        "todos": lines_of(notes.todos),
        "task_progress": (*notes.task_lines, *lines_of(notes.task_progress)),
        "errors": lines_of(account.errors),
        "decisions": lines_of(notes.decisions),
        "rejected_alternatives": lines_of(notes.rejected_alternatives),
        "work_completed": lines_of(notes.work_completed),
        "conversation_summary": tuple(notes.conversation_summary.splitlines()),
    }
    for name in _TRIMMED_FIRST:
        if _fits(sections, max_tokens):
            break
        sections = _trimmed(sections, name, account.key_facts, max_tokens=max_tokens)
    return _written(sections)


def _trimmed(
    sections: _Sections, name: str, facts: Sequence[Fact], *, max_tokens: int
) -> _Sections:
    """The sections with as much of one of them as fits."""
    lines = sections[name]

    def with_at_most(most: int) -> _Sections:
        if name == _FACTS:
            return {**sections, name: tuple(map(fact_line, kept(facts, most=most)))}
        return {**sections, name: lines[len(lines) - most :]}

    def is_too_much(most: int) -> bool:
        return not _fits(with_at_most(most), max_tokens)

    most = bisect_left(range(1, len(lines) + 1), x=True, key=is_too_much)
    return with_at_most(most)


def _fits(sections: _Sections, max_tokens: int) -> bool:
    text = _written(sections)
    return not text or estimated_tokens(text) <= max_tokens


def _written(sections: _Sections) -> str:
    return "\n\n".join(
        f"## {name}\n{bulleted(lines)}" for name, lines in sections.items() if lines
    )
