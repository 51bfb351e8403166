"""The handoff document: what one agent leaves to the next, and operators read.

It is made without a model call: what only a model could say is carried over from the
document before, and empty in the first.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, Protocol, TypeVar

from context import trackers
from context.categories import (
    AgentInfo,
    OriginalRequest,
    Termination,
    TokenUsage,
    ToolState,
    Trigger,
    UserProfile,
)
from context.entries import (
    Commitment,
    DecisionNote,
    ErrorNote,
    FileNote,
    Part,
    RecentTurn,
    RejectedAlternative,
    TaskProgress,
    Text,
    Todo,
    WorkNote,
    fact_line,
)
from context.facts import Fact, kept, merged
from context.lifecycle import TerminationReason
from context.policy import occupancy
from context.prompt import Item
from context.replay import REPLAY_SHARE
from context.session import Agent
from context.text import one_line

_SUMMARY_LINE_CHARS = 200
_MOST_NOTES = 50


class HandoffDocument(Part):
    """What is known at the end of an agent, in order of worth: the last is trimmed first.

    ```
    {"schema_number": 1, "original_request": {"text": "…", "message_id": "slack-…", …},
     "termination_reason": {"code": "context_window_exhausted", "percent": 90.2, …},
     "key_facts": [{"kind": "identifier", "name": "order number", "value": "48213", …}],
     "conversation_summary": "2026-11-20: Where is my order?", …}
    ```
    """

    schema_number: Literal[1] = 1
    original_request: OriginalRequest
    agent_info: AgentInfo
    termination_reason: Termination
    token_usage: TokenUsage
    recent_turns: tuple[RecentTurn, ...] = ()
    key_facts: tuple[Fact, ...] = ()
    user_profile: UserProfile = UserProfile()
    open_commitments: tuple[Commitment, ...] = ()
    todos: tuple[Todo, ...] = ()
    task_progress: tuple[TaskProgress, ...] = ()
    tool_state: ToolState = ToolState()
    errors: tuple[ErrorNote, ...] = ()
    decisions: tuple[DecisionNote, ...] = ()
    rejected_alternatives: tuple[RejectedAlternative, ...] = ()
    files: tuple[FileNote, ...] = ()
    work_completed: tuple[WorkNote, ...] = ()
    conversation_summary: Text = ""

    @property
    def sections(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What each category says, in order; nothing where it is empty."""
        return (
            ("original_request", self.original_request.lines),
            ("agent_info", self.agent_info.lines),
            ("termination_reason", self.termination_reason.lines),
            ("token_usage", self.token_usage.lines),
            ("recent_turns", _lines(self.recent_turns)),
            ("key_facts", tuple(map(fact_line, self.key_facts))),
            ("user_profile", self.user_profile.lines),
            ("open_commitments", _lines(self.open_commitments)),
            ("todos", _lines(self.todos)),
            ("task_progress", _lines(self.task_progress)),
            ("tool_state", self.tool_state.lines),
            ("errors", _lines(self.errors)),
            ("decisions", _lines(self.decisions)),
            ("rejected_alternatives", _lines(self.rejected_alternatives)),
            ("files", _lines(self.files)),
            ("work_completed", _lines(self.work_completed)),
            ("conversation_summary", tuple(self.conversation_summary.splitlines())),
        )


def document(
    *,
    agent: Agent,
    items: tuple[Item, ...],
    previous: HandoffDocument | None,
    reason: TerminationReason,
    limit_tokens: int,
    now: datetime,
    trigger: Trigger | None = None,
    name: str | None = None,
) -> HandoffDocument:
    """Make the document of an agent that ends, without a model.

    Args:
        agent: The agent, as it stands at its end.
        items: Its transcript, oldest first.
        previous: The document it began from; its facts and notes are carried over.
        reason: Why it ends.
        limit_tokens: What it could hold.
        now: When it ends.
        trigger: What made it end, where that is known.
        name: What the person calls themselves, where that is known.
    """
    tracked = HandoffDocument(
        original_request=trackers.original_request(items),
        agent_info=_agent_info(agent, ended_at=now),
        termination_reason=Termination(
            code=reason,
            percent=round(100 * occupancy(agent.occupied_tokens, limit_tokens), 1),
            trigger=trigger,
        ),
        token_usage=TokenUsage(
            limit_tokens=limit_tokens,
            occupied_tokens=agent.occupied_tokens,
            peak_tokens=agent.peak_tokens,
            turns=agent.turns,
        ),
        recent_turns=trackers.recent_turns(items, max_tokens=int(limit_tokens * REPLAY_SHARE)),
        key_facts=merged((), trackers.facts(items)),
        user_profile=UserProfile(name=name),
        open_commitments=trackers.unanswered(items),
        tool_state=ToolState(pending_calls=trackers.pending_calls(items)),
        errors=trackers.errors(items),
        files=trackers.files(items),
        conversation_summary=trackers.summary(items),
    )
    whole = tracked if previous is None else _continued(previous, tracked)
    return whole.model_copy(update={"key_facts": kept(whole.key_facts)})


def summary_line(document: HandoffDocument) -> str:
    """Say in one line of at most 200 characters what the document is about."""
    agent, ending = document.agent_info, document.termination_reason
    asked = document.original_request.text or "nothing was asked"
    line = f"Agent {agent.version} ended ({ending.code} at {ending.percent:g} %): {asked}"
    return one_line(line, max_chars=_SUMMARY_LINE_CHARS)


def markdown(document: HandoffDocument) -> str:
    """Write the document for an operator to read."""
    agent = document.agent_info
    parts = [f"# Handoff of agent {agent.version}, trace {agent.trace_id}"]
    for name, lines in document.sections:
        if lines:
            parts += [f"## {name.replace('_', ' ').capitalize()}", bulleted(lines)]
    return "\n\n".join(parts) + "\n"


def bulleted(lines: Iterable[str]) -> str:
    """Put each on a bullet of its own, so that none can pass for a heading or another bullet."""
    return "\n".join("- " + "\n  ".join(line.splitlines()) for line in lines)


class _Entry(Protocol):
    @property
    def line(self) -> str: ...


def _lines(entries: Iterable[_Entry]) -> tuple[str, ...]:
    return tuple(entry.line for entry in entries)


def _agent_info(agent: Agent, *, ended_at: datetime) -> AgentInfo:
    return AgentInfo(
        agent_id=agent.agent_id,
        agent_type=agent.agent_type,
        version=agent.version,
        parent_id=agent.parent_id,
        trace_id=agent.trace_id,
        session_id=agent.session_id,
        platform=agent.platform,
        provider=agent.provider,
        started_at=agent.started_at,
        ended_at=ended_at,
    )


def _continued(previous: HandoffDocument, tracked: HandoffDocument) -> HandoffDocument:
    """Go on from the document before: facts are merged, and what only a model says is kept."""
    asked = previous.original_request
    promises = [one for one in previous.open_commitments if one.kind != "unanswered"]
    name = tracked.user_profile.name or previous.user_profile.name
    return tracked.model_copy(
        update={
            "original_request": asked if asked.text else tracked.original_request,
            "key_facts": merged(previous.key_facts, tracked.key_facts),
            "user_profile": previous.user_profile.model_copy(update={"name": name}),
            "open_commitments": (*promises, *tracked.open_commitments),
            "todos": previous.todos,
            "task_progress": previous.task_progress,
            "errors": _newest(previous.errors, tracked.errors),
            "decisions": previous.decisions,
            "rejected_alternatives": previous.rejected_alternatives,
            "files": _newest(previous.files, tracked.files),
            "work_completed": previous.work_completed,
            "conversation_summary": trackers.newest_lines(
                previous.conversation_summary, tracked.conversation_summary
            ),
        }
    )


_Note = TypeVar("_Note")


def _newest(old: tuple[_Note, ...], new: tuple[_Note, ...]) -> tuple[_Note, ...]:
    """Old and new notes, each once: turns that were replayed are seen by two agents."""
    return tuple(dict.fromkeys((*old, *new)))[-_MOST_NOTES:]
