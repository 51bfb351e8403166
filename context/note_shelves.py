"""The lists of the notes: how an entry of each is made of what a model wrote."""

from datetime import datetime

from context.entries import (
    Commitment,
    DecisionNote,
    ErrorNote,
    Preference,
    RejectedAlternative,
    Statement,
    TaskProgress,
    Todo,
    WorkNote,
)
from context.note_entries import Shelf, Voice
from context.note_schema import (
    WrittenCommitment,
    WrittenDecision,
    WrittenError,
    WrittenProgress,
    WrittenRejection,
    WrittenStatement,
    WrittenTodo,
    WrittenWork,
)


def _statement(one: WrittenStatement, _said_at: datetime | None) -> Statement:
    return Statement(text=one.text)


def _preference(one: WrittenStatement, said_at: datetime | None) -> Preference:
    return Preference(text=one.text, since=said_at.date() if said_at else None)


def _commitment(one: WrittenCommitment, _said_at: datetime | None) -> Commitment:
    return Commitment(kind=one.kind, text=one.text, due=one.due or None)


def _todo(one: WrittenTodo, _said_at: datetime | None) -> Todo:
    return Todo(text=one.text, status=one.status, owner=one.owner or None, due=one.due or None)


def _progress(one: WrittenProgress, _said_at: datetime | None) -> TaskProgress:
    return TaskProgress(
        task=one.task,
        status=one.status,
        current_step=one.current_step or None,
        next_step=one.next_step or None,
    )


def _error(one: WrittenError, _said_at: datetime | None) -> ErrorNote:
    return ErrorNote(
        message=one.message,
        where=one.where or "unknown",
        resolved=bool(one.fix),
        fix=one.fix or None,
    )


def _decision(one: WrittenDecision, said_at: datetime | None) -> DecisionNote:
    return DecisionNote(
        decision=one.decision, reason=one.reason or None, by=one.by or None, at=said_at
    )


def _rejection(one: WrittenRejection, _said_at: datetime | None) -> RejectedAlternative:
    return RejectedAlternative(option=one.option, reason=one.reason or None)


def _work(one: WrittenWork, _said_at: datetime | None) -> WorkNote:
    return WorkNote(what=one.what, evidence=one.evidence or None)


STANDING_INSTRUCTIONS = Shelf("standing_instructions", _statement, Voice.PERSON)
PREFERENCES = Shelf("preferences", _preference, Voice.PERSON)
CONSTRAINTS = Shelf("constraints", _preference, Voice.PERSON)
OPEN_COMMITMENTS = Shelf("open_commitments", _commitment)
TODOS = Shelf("todos", _todo)
TASK_PROGRESS = Shelf("task_progress", _progress)
ERRORS = Shelf("errors", _error, Voice.ANY)
DECISIONS = Shelf("decisions", _decision)
REJECTED_ALTERNATIVES = Shelf("rejected_alternatives", _rejection)
WORK_COMPLETED = Shelf("work_completed", _work, Voice.ANY)
