"""The entries of a handoff document, each under what it is known by from document to document."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from context.entries import Part, fact_line
from context.handoff import HandoffDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing a document says.

    Attributes:
        key: What it is known by: an id where it has one, else the words that name it.
        line: All that is said of it.
        is_open: Whether somebody still waits for it.
    """

    key: str = field(repr=False)
    line: str = field(repr=False)
    is_open: bool = False


def entries(document: HandoffDocument) -> Mapping[str, tuple[Entry, ...]]:
    """Take a document apart: category → its entries, in order; no two share a key there.

    All 17 categories are there, empty ones too.
    """
    taken = {
        "recent_turns": [
            Entry(key=one.turn_id, line=one.line) for one in document.recent_turns
        ],
        "key_facts": [
            Entry(key=f"{fact.kind} {fact.value}", line=fact_line(fact))
            for fact in document.key_facts
        ],
        "open_commitments": [
            Entry(key=one.gist, line=one.line, is_open=True)
            for one in document.open_commitments
        ],
        "todos": [
            Entry(key=one.gist, line=one.line, is_open=one.status != "done")
            for one in document.todos
        ],
        "task_progress": [*_about_the_task(document), *_sourced(document.task_progress)],
        "errors": _sourced(document.errors),
        "decisions": _sourced(document.decisions),
        "rejected_alternatives": _sourced(document.rejected_alternatives),
        "work_completed": _sourced(document.work_completed),
        "files": [Entry(key=one.reference, line=one.line) for one in document.files],
        "tool_state": [
            Entry(key=one.call_id, line=one.line, is_open=True)
            for one in document.tool_state.pending_calls
        ],
        "agent_info": _fields(document.agent_info),
        "termination_reason": _fields(document.termination_reason),
        "token_usage": _fields(document.token_usage),
        "original_request": _request(document),
        "user_profile": _profile(document),
        "conversation_summary": [
            Entry(key=line, line=line) for line in document.conversation_summary.splitlines()
        ],
    }
    return {name: _told_apart(taken[name]) for name, _ in document.sections}


class _Note(Protocol):
    @property
    def gist(self) -> str: ...
    @property
    def line(self) -> str: ...


def _sourced(notes: Iterable[_Note]) -> list[Entry]:
    return [Entry(key=one.gist, line=one.line) for one in notes]


def _fields(part: Part) -> list[Entry]:
    """The parts of a category that is no list, each by its name; parts of parts by both names."""
    found: dict[str, object] = {}
    for name, value in part.model_dump(mode="json").items():
        if isinstance(value, dict):
            found |= {f"{name}_{inner}": one for inner, one in value.items()}
        else:
            found[name] = value
    return _named(found)


def _named(values: Mapping[str, object]) -> list[Entry]:
    return [
        Entry(key=name, line=f"{name.replace('_', ' ')}: {value}")
        for name, value in values.items()
        if value is not None and value != ""
    ]


def _about_the_task(document: HandoffDocument) -> list[Entry]:
    return _named(
        {
            "about": document.task_description,
            "kind": document.workflow_type,
            "phase": document.current_phase,
            "status": document.task_status,
        }
    )


def _request(document: HandoffDocument) -> list[Entry]:
    request = document.original_request
    always = [
        Entry(key=f"always {text}", line=f"always: {text}")
        for text in request.standing_instructions
    ]
    return [*_named({"text": request.text, "goal": request.restated_goal}), *always]


def _profile(document: HandoffDocument) -> list[Entry]:
    profile = document.user_profile
    data = {"name": profile.name, "language": profile.language, "timezone": profile.timezone}
    return [
        *_named(data),
        *(
            Entry(key=f"prefers {one.gist}", line=f"prefers: {one.line}")
            for one in profile.preferences
        ),
        *(
            Entry(key=f"must have {one.gist}", line=f"must have: {one.line}")
            for one in profile.constraints
        ),
    ]


def _told_apart(found: Iterable[Entry]) -> tuple[Entry, ...]:
    """Number those that have a key in common, so that none hides another."""
    seen: Counter[str] = Counter()
    apart = []
    for entry in found:
        seen[entry.key] += 1
        apart.append(replace(entry, key=f"{seen[entry.key]} {entry.key}"))
    return tuple(apart)
