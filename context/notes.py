"""Notes: what only a model can say of a conversation, kept while it goes on.

A model makes them in the background (`context.compactor`), and nothing of it is believed that
does not stand in the transcript (`context.note_reading`). They are rendered as the summary of
a compaction (`context.note_text`), and go into the handoff document (`context.handoff`), from
which the next agent's notes begin.
"""

from collections.abc import Sequence
from typing import Literal

from context.categories import UserProfile
from context.entries import (
    Commitment,
    DecisionNote,
    ErrorNote,
    Part,
    RejectedAlternative,
    Sourced,
    Statement,
    TaskProgress,
    Text,
    Todo,
    WorkNote,
)
from context.facts import Fact

MOST_ENTRIES = 60
"""No list of the notes is longer; its oldest entries go first."""


class Notes(Part):
    """What a model noted of a transcript, each entry with the positions it came from.

    `covers_to` is the position of the last item that was read, where that is known.

    ```
    {"schema_number": 1, "covers_to": 41, "restated_goal": "Get the lamp replaced",
     "decisions": [{"decision": "Replace, not refund", "reason": "It was a present",
                    "sources": ["slack-…"], "positions": [12]}], …,
     "conversation_summary": "2026-11-20: The lamp came broken. …"}
    ```
    """

    schema_number: Literal[1] = 1
    covers_to: int | None = None
    restated_goal: Text | None = None
    standing_instructions: tuple[Statement, ...] = ()
    profile: UserProfile = UserProfile()
    open_commitments: tuple[Commitment, ...] = ()
    todos: tuple[Todo, ...] = ()
    task_progress: tuple[TaskProgress, ...] = ()
    key_facts: tuple[Fact, ...] = ()
    errors: tuple[ErrorNote, ...] = ()
    decisions: tuple[DecisionNote, ...] = ()
    rejected_alternatives: tuple[RejectedAlternative, ...] = ()
    work_completed: tuple[WorkNote, ...] = ()
    conversation_summary: Text = ""
    workflow_type: Text | None = None
    current_phase: Text | None = None
    task_status: Text | None = None
    task_description: Text | None = None

    @property
    def lists(self) -> tuple[tuple[str, Sequence[Sourced]], ...]:
        """Every list of entries by the name that it has towards the model, but the facts."""
        return (
            ("standing_instructions", self.standing_instructions),
            ("preferences", self.profile.preferences),
            ("constraints", self.profile.constraints),
            ("open_commitments", self.open_commitments),
            ("todos", self.todos),
            ("task_progress", self.task_progress),
            ("errors", self.errors),
            ("decisions", self.decisions),
            ("rejected_alternatives", self.rejected_alternatives),
            ("work_completed", self.work_completed),
        )

    @property
    def task_lines(self) -> tuple[str, ...]:
        """What the whole is about, and where it stands."""
        return labelled(
            about=self.task_description,
            kind=self.workflow_type,
            phase=self.current_phase,
            status=self.task_status,
        )


def labelled(**texts: str | None) -> tuple[str, ...]:
    """A line for each text that says something, behind its label."""
    return tuple(f"{label}: {text}" for label, text in texts.items() if text)


def key_of(category: str, place: int) -> str:
    """What an entry of earlier notes is called towards the model: `todos-3`.

    Args:
        category: The name of its list.
        place: Its place there, from 0.
    """
    return f"{category}-{place + 1}"
