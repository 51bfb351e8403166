"""What a model writes when it is asked for notes; a test states only what it is about."""

import json

from context.note_reading import Reading, read_notes
from context.notes import Notes
from context.prompt import Item


def an_answer(**fields: object) -> str:
    """A model's answer, in the form demanded."""
    return json.dumps(fields)


def an_entry(*positions: int, key: str = "", **fields: object) -> dict[str, object]:
    """One entry of an answer, and the lines that it names."""
    return {"key": key, "positions": positions, **fields}


def read(
    items: tuple[Item, ...], previous: Notes | None = None, /, **fields: object
) -> Reading:
    """Read an answer of those fields."""
    return read_notes(an_answer(**fields), items, previous=previous)
