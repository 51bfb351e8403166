"""The entries of a handoff document's lists, as typed values that JSON keeps without loss.

Every text in them is storable. Each says itself in one `line`, which may go over several lines
of text where it quotes: that is what the next agent and an operator read.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict
from typing_extensions import override

from context.fact_patterns import FactKind
from context.facts import SENTENCES, Fact, Origin
from context.messages import MessageId, TurnId
from context.text import storable


def _storable(value: object) -> object:
    return storable(value) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_storable)]
"""Anybody's words, without what neither Postgres nor JSON can keep."""

Sources = tuple[MessageId, ...]
"""The messages something was taken from."""


class Part(BaseModel):
    """A part of the document; unknown fields are refused.

    Neither its `repr` nor an error about it shows anybody's words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @override
    def __repr_args__(self) -> Iterable[tuple[str | None, object]]:
        return ()


class Sourced(Part):
    """Something taken from the transcript, with where it was taken from.

    Attributes:
        sources: The inbound messages; for an assistant's or a tool's words those they answer.
        positions: The transcript's items themselves, where they are known.
    """

    named_by: ClassVar[str] = "text"
    sources: Sources = ()
    positions: tuple[int, ...] = ()

    @property
    def gist(self) -> str:
        """The words by which the same entry is known again."""
        return str(getattr(self, self.named_by))


class RecentTurn(Part):
    """One of the newest turns; a whole one is replayed to the next agent as it was."""

    turn_id: TurnId
    said_at: datetime
    person: Text
    assistant: Text
    is_whole: bool = True

    @property
    def line(self) -> str:
        """Both sides, the person first."""
        said = f"person: {self.person}"
        return f"{said}\nassistant: {self.assistant}" if self.assistant else said


class Statement(Sourced):
    """What the person wants, in a sentence: a goal, or something to be observed always."""

    text: Text

    @property
    def line(self) -> str:
        """The sentence."""
        return self.text


class Preference(Sourced):
    """Something the person likes or must have."""

    text: Text
    since: date | None = None

    @property
    def line(self) -> str:
        """What, and since when it is known."""
        return f"{self.text} (since {self.since})" if self.since else self.text


class Commitment(Sourced):
    """A question that is open, or something promised."""

    kind: Literal["unanswered", "question", "promise"]
    text: Text
    due: Text | None = None

    @property
    def line(self) -> str:
        """What is open, and until when."""
        due = f" (due {self.due})" if self.due else ""
        return f"{self.kind}: {self.text}{due}"


class Todo(Sourced):
    """Something to be done."""

    text: Text
    status: Literal["open", "doing", "done"] = "open"
    owner: Text | None = None
    due: Text | None = None

    @property
    def line(self) -> str:
        """Where it stands, what it is, whose it is."""
        more = [part for part in (self.owner, self.due and f"due {self.due}") if part]
        return f"[{self.status}] {self.text}" + (f" ({', '.join(more)})" if more else "")


class TaskProgress(Sourced):
    """How far a task has come."""

    named_by: ClassVar[str] = "task"
    task: Text
    status: Text
    current_step: Text | None = None
    next_step: Text | None = None

    @property
    def line(self) -> str:
        """The task, where it stands, what comes next."""
        steps = (("now", self.current_step), ("next", self.next_step))
        return "; ".join(
            [f"{self.task}: {self.status}", *(f"{at}: {step}" for at, step in steps if step)]
        )


class PendingCall(Part):
    """A tool call whose outcome nobody has seen."""

    call_id: str
    name: Text
    idempotency_key: str | None = None

    @property
    def line(self) -> str:
        """Which call it is."""
        return f"pending: {self.name} ({self.call_id})"


class ErrorNote(Sourced):
    """Something that went wrong, in its own words."""

    named_by: ClassVar[str] = "message"
    message: Text
    where: Text
    attempts: int = 1
    resolved: bool = False
    fix: Text | None = None

    @property
    def line(self) -> str:
        """Where, what, and what helped."""
        fix = f"; fixed by {self.fix}" if self.fix else ""
        return f"{self.where}: {self.message}{fix}"


class DecisionNote(Sourced):
    """Something that was decided."""

    named_by: ClassVar[str] = "decision"
    decision: Text
    reason: Text | None = None
    by: Text | None = None
    at: datetime | None = None

    @property
    def line(self) -> str:
        """What, and why."""
        return f"{self.decision} (because {self.reason})" if self.reason else self.decision


class RejectedAlternative(Sourced):
    """An option that is not to be tried again."""

    named_by: ClassVar[str] = "option"
    option: Text
    reason: Text | None = None

    @property
    def line(self) -> str:
        """What, and why not."""
        return f"{self.option} (because {self.reason})" if self.reason else self.option


class FileNote(Part):
    """A file that was sent or worked on."""

    reference: Text
    action: Literal["sent", "read", "written"] = "sent"
    sha256: str | None = None
    note: Text | None = None
    sources: Sources = ()

    @property
    def line(self) -> str:
        """Which file, and what became of it."""
        note = f": {self.note}" if self.note else ""
        return f"{self.action} {self.reference}{note}"


class WorkNote(Sourced):
    """Something that is done, and where it can be seen."""

    named_by: ClassVar[str] = "what"
    what: Text
    evidence: Text | None = None

    @property
    def line(self) -> str:
        """What was done."""
        return f"{self.what} ({self.evidence})" if self.evidence else self.what


class Conflict(Part):
    """Two accounts of the same thing, of which the tracked one was kept."""

    category: str
    tracked: Text
    noted: Text

    @property
    def line(self) -> str:
        """What was kept, and what was not."""
        return f"{self.category}: kept “{self.tracked}”, not “{self.noted}”"


def fact_line(fact: Fact) -> str:
    """A fact by its name, a sentence by its kind, with what must be known of its worth."""
    label = str(fact.kind) if fact.kind in SENTENCES else fact.name or str(fact.kind)
    if fact.kind in _TOLD_KINDS and fact.kind not in label:
        label = f"{label} ({fact.kind})"
    notes = []
    if fact.superseded_by is not None:
        how = "settled: " if fact.kind is FactKind.PROMISE else "superseded by "
        notes.append(how + fact.superseded_by)
    if fact.origin is not Origin.USER:
        notes.append(_SAID_BY[fact.origin])
    return f"{label}: {fact.value}" + (f" ({'; '.join(notes)})" if notes else "")


_TOLD_KINDS = frozenset({FactKind.ADDRESS, FactKind.EMAIL, FactKind.PHONE})
"""What they are called leaves open what they are: "office", "live"."""

_SAID_BY = {
    Origin.OTHERS: "said by others",
    Origin.TOOL: "from a tool",
    Origin.MODEL: "said by the assistant",
}
