"""The handoff document: what one agent leaves to the next, and operators read.

It is made without a model call: what only a model could say stands in the notes that were
made in the background, or was carried over from the document before. Where notes and
transcript differ, the transcript wins.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, Protocol

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
    Conflict,
    DecisionNote,
    ErrorNote,
    FileNote,
    Part,
    RecentTurn,
    RejectedAlternative,
    Statement,
    TaskProgress,
    Text,
    Todo,
    WorkNote,
    fact_line,
)
from context.fact_patterns import FactKind
from context.facts import Fact, kept, merged
from context.lifecycle import TerminationReason
from context.notes import Notes, labelled
from context.policy import occupancy
from context.prompt import Item
from context.reconciliation import newest, reconciled
from context.redaction_patterns import last_placeholders
from context.replay import REPLAY_SHARE
from context.session import Agent
from context.text import one_line
from context.usage import Usage

_SUMMARY_LINE_CHARS = 200


class HandoffDocument(Part):
    """What is known at the end of an agent, in order of worth: the last is trimmed first.

    Behind the 17 categories stands what operators sort handoffs by, where notes and transcript
    differed, and which placeholders of redacted values were given last.

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
    workflow_type: Text | None = None
    current_phase: Text | None = None
    task_status: Text | None = None
    task_description: Text | None = None
    project_id: str | None = None
    conflicts: tuple[Conflict, ...] = ()
    placeholders: tuple[str, ...] = ()

    @property
    def sections(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What each category says, in order; nothing where it is empty."""
        return (
            ("original_request", self.original_request.lines),
            ("agent_info", self.agent_info.lines),
            ("termination_reason", self.termination_reason.lines),
            ("token_usage", self.token_usage.lines),
            ("recent_turns", lines_of(self.recent_turns)),
            ("key_facts", tuple(map(fact_line, self.key_facts))),
            ("user_profile", self.user_profile.lines),
            ("open_commitments", lines_of(self.open_commitments)),
            ("todos", lines_of(self.todos)),
            ("task_progress", (*self._task_lines, *lines_of(self.task_progress))),
            ("tool_state", self.tool_state.lines),
            ("errors", lines_of(self.errors)),
            ("decisions", lines_of(self.decisions)),
            ("rejected_alternatives", lines_of(self.rejected_alternatives)),
            ("files", lines_of(self.files)),
            ("work_completed", lines_of(self.work_completed)),
            ("conversation_summary", tuple(self.conversation_summary.splitlines())),
        )

    @property
    def _task_lines(self) -> tuple[str, ...]:
        return labelled(
            about=self.task_description,
            kind=self.workflow_type,
            phase=self.current_phase,
            status=self.task_status,
        )


def document(  # noqa: PLR0913  each is a source of its own, and every caller names it
    *,
    agent: Agent,
    items: tuple[Item, ...],
    previous: HandoffDocument | None,
    reason: TerminationReason,
    limit_tokens: int,
    now: datetime,
    trigger: Trigger | None = None,
    name: str | None = None,
    notes: Notes | None = None,
    facts: tuple[Fact, ...] | None = None,
    project_id: str | None = None,
    spent: Usage | None = None,
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
        notes: What a model noted of this agent's transcript, going on from
            `notes_of(previous)`; without them those are carried on.
        facts: The ledger of its trace; found in the items where there is none.
        project_id: The project its session belongs to.
        spent: What its calls used together, where that is known.
    """
    carried = notes_of(previous) if previous else Notes()
    noted = notes if notes and notes != Notes() else carried
    before = previous.key_facts if previous else ()
    found = tuple(facts or trackers.facts(items))
    one = reconciled(
        merged(before, found),
        noted,
        questions=trackers.open_questions(items),
        unanswered=trackers.unanswered(items),
        failures=trackers.errors(items),
    )
    asked = previous.original_request if previous else OriginalRequest()
    asked = asked if asked.text else trackers.original_request(items)
    known_name = previous.user_profile.name if previous else None
    files = (previous.files if previous else (), trackers.files(items))
    return HandoffDocument(
        original_request=asked.model_copy(
            update={
                "restated_goal": noted.restated_goal,
                "standing_instructions": one.instructions,
            }
        ),
        agent_info=AgentInfo.of(agent, ended_at=now),
        termination_reason=Termination(
            code=reason,
            percent=round(100 * occupancy(agent.occupied_tokens, limit_tokens), 1),
            trigger=trigger,
        ),
        token_usage=TokenUsage.of(agent, limit_tokens=limit_tokens, spent=spent),
        recent_turns=trackers.recent_turns(items, max_tokens=int(limit_tokens * REPLAY_SHARE)),
        key_facts=kept(one.key_facts),
        user_profile=noted.profile.model_copy(
            update={"name": name or noted.profile.name or known_name}
        ),
        open_commitments=one.commitments,
        todos=noted.todos,
        task_progress=noted.task_progress,
        tool_state=ToolState(pending_calls=trackers.pending_calls(items)),
        errors=one.errors,
        decisions=noted.decisions,
        rejected_alternatives=noted.rejected_alternatives,
        files=newest(*files),
        work_completed=noted.work_completed,
        conversation_summary=_summary(items, noted),
        workflow_type=noted.workflow_type,
        current_phase=noted.current_phase,
        task_status=noted.task_status,
        task_description=noted.task_description,
        project_id=project_id or (previous.project_id if previous else None),
        conflicts=one.conflicts,
        placeholders=last_placeholders(
            [
                *(previous.placeholders if previous else ()),
                *(text for item in items for _, text in trackers.sayings(item)),
            ]
        ),
    )


def notes_of(document: HandoffDocument) -> Notes:
    """What the next agent's notes begin from; what patterns find it finds again by itself."""
    return Notes(
        restated_goal=document.original_request.restated_goal,
        standing_instructions=tuple(
            Statement(text=text) for text in document.original_request.standing_instructions
        ),
        profile=document.user_profile,
        open_commitments=tuple(
            one
            for one in document.open_commitments
            if one.kind == "promise" or (one.kind == "question" and one.positions)
        ),
        todos=document.todos,
        task_progress=document.task_progress,
        key_facts=tuple(
            fact for fact in document.key_facts if fact.kind is FactKind.QUOTE and fact.name
        ),
        errors=document.errors,
        decisions=document.decisions,
        rejected_alternatives=document.rejected_alternatives,
        work_completed=document.work_completed,
        conversation_summary=document.conversation_summary,
        workflow_type=document.workflow_type,
        current_phase=document.current_phase,
        task_status=document.task_status,
        task_description=document.task_description,
    )


def completion_percentage(document: HandoffDocument) -> float | None:
    """Done to-dos of all, in percent; None where there are none."""
    if not document.todos:
        return None
    done = sum(todo.status == "done" for todo in document.todos)
    return round(100 * done / len(document.todos), 1)


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
    for name, lines in (*document.sections, ("conflicts", lines_of(document.conflicts))):
        if lines:
            parts += [f"## {name.replace('_', ' ').capitalize()}", bulleted(lines)]
    return "\n\n".join(parts) + "\n"


def bulleted(lines: Iterable[str]) -> str:
    """Put each on a bullet of its own, so that none can pass for a heading or another bullet."""
    return "\n".join("- " + "\n  ".join(line.splitlines()) for line in lines)


class _Entry(Protocol):
    @property
    def line(self) -> str: ...


def lines_of(entries: Iterable[_Entry]) -> tuple[str, ...]:
    """What each entry of a list says of itself."""
    return tuple(entry.line for entry in entries)


def _summary(items: tuple[Item, ...], noted: Notes) -> str:
    """The notes' summary, then a line for each of the person's messages it does not cover."""
    covered = -1 if noted.covers_to is None else noted.covers_to
    newer = tuple(item for item in items if item.position > covered)
    return trackers.newest_lines(noted.conversation_summary, trackers.summary(newer))
