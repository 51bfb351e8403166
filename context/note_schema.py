"""The form in which a model writes notes: read leniently, demanded strictly.

Nothing is nullable, because unions are dear where answers are held to a schema; an empty text
says that there is nothing.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_UNSUPPORTED = frozenset({"title", "default", "additionalProperties"})


def _said(value: object) -> object:
    """Null says nothing, too, where a server holds no answer to the schema."""
    return "" if value is None else value


_Words = Annotated[str, BeforeValidator(_said)]


class Written(BaseModel):
    """An entry as a model writes it.

    Attributes:
        key: Which earlier entry it takes the place of; empty for a new one.
        positions: The numbers of the transcript's lines that it was taken from.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    key: _Words = ""
    positions: tuple[int, ...] = ()

    @property
    def words(self) -> str:
        """Everything it says, a line for each field."""
        said = self.model_dump(exclude={"key", "positions"})
        return "\n".join(str(text) for text in said.values())


class WrittenStatement(Written):
    """A sentence: an instruction, a preference, a constraint."""

    text: _Words


class WrittenCommitment(Written):
    """A question or a promise."""

    kind: Literal["question", "promise"] = "question"
    text: _Words
    due: _Words = ""
    status: Literal["open", "done"] = "open"


class WrittenTodo(Written):
    """Something to be done."""

    text: _Words
    status: Literal["open", "doing", "done"] = "open"
    owner: _Words = ""
    due: _Words = ""


class WrittenProgress(Written):
    """How far a task has come."""

    task: _Words
    status: _Words = ""
    current_step: _Words = ""
    next_step: _Words = ""


class WrittenFact(Written):
    """An exact value and what it is called."""

    name: _Words
    value: _Words


class WrittenError(Written):
    """What went wrong, and what helped."""

    where: _Words = ""
    message: _Words
    fix: _Words = ""


class WrittenDecision(Written):
    """What was decided, why, by whom."""

    decision: _Words
    reason: _Words = ""
    by: _Words = ""


class WrittenRejection(Written):
    """What is not to be tried again."""

    option: _Words
    reason: _Words = ""


class WrittenWork(Written):
    """What is done."""

    what: _Words
    evidence: _Words = ""


class Withdrawal(Written):
    """An earlier entry that no longer holds, and where that was said."""


class WrittenNotes(BaseModel):
    """A model's whole answer.

    ```
    {"restated_goal": "Get the lamp replaced", "language": "English", …,
     "decisions": [{"key": "", "positions": [12], "decision": "Replace", …}], …,
     "withdrawn": [{"key": "preferences-2", "positions": [14]}],
     "conversation_summary": "The lamp came broken. …"}
    ```
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    restated_goal: _Words = ""
    language: _Words = ""
    timezone: _Words = ""
    workflow_type: _Words = Field(default="", description="One or two words, such as support")
    current_phase: _Words = ""
    task_status: Literal["", "in_progress", "waiting", "blocked", "completed"] = ""
    task_description: _Words = ""
    standing_instructions: tuple[WrittenStatement, ...] = Field(
        default=(), description="What the person wants observed always, word for word"
    )
    preferences: tuple[WrittenStatement, ...] = ()
    constraints: tuple[WrittenStatement, ...] = ()
    key_facts: tuple[WrittenFact, ...] = ()
    open_commitments: tuple[WrittenCommitment, ...] = ()
    todos: tuple[WrittenTodo, ...] = ()
    task_progress: tuple[WrittenProgress, ...] = ()
    decisions: tuple[WrittenDecision, ...] = ()
    rejected_alternatives: tuple[WrittenRejection, ...] = ()
    work_completed: tuple[WrittenWork, ...] = ()
    errors: tuple[WrittenError, ...] = ()
    withdrawn: tuple[Withdrawal, ...] = ()
    conversation_summary: _Words = Field(
        default="", description="The new lines only, in at most 150 words"
    )


def notes_schema() -> Mapping[str, object]:
    """The JSON schema that a model's answer is to keep to.

    Every field is required and no other allowed; there are no references, no unions and no
    bounds (structured outputs page, read 2026-11).
    """
    schema = WrittenNotes.model_json_schema()
    return _strict(schema, schema.get("$defs", {}))


def _strict(schema: Mapping[str, object], named: Mapping[str, object]) -> dict[str, object]:
    match schema:
        case {"$ref": str(reference)}:
            found = named[reference.removeprefix("#/$defs/")]
            return _strict(found, named) if isinstance(found, dict) else {}
        case {"type": "object", "properties": dict(properties)}:
            inner = {name: _strict(one, named) for name, one in properties.items()}
            return {
                "type": "object",
                "properties": inner,
                "required": list(inner),
                "additionalProperties": False,
            }
        case {"type": "array", "items": dict(items)}:
            return {**_plain(schema), "items": _strict(items, named)}
        case _:
            return _plain(schema)


def _plain(schema: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in schema.items() if name not in _UNSUPPORTED}
