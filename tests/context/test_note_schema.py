import json
from collections.abc import Iterator

from context.note_schema import WrittenNotes, notes_schema
from context.notes import Notes

SUPPORTED = {
    "additionalProperties",
    "description",
    "enum",
    "items",
    "properties",
    "required",
    "type",
}


def schemas(schema: object) -> Iterator[dict[str, object]]:
    """A schema and all inside it."""
    if isinstance(schema, dict):
        yield schema
        for name, inner in schema.items():
            for one in inner.values() if name == "properties" else [inner]:
                yield from schemas(one)


def test_only_keywords_that_the_api_supports_are_used() -> None:
    used = {keyword for schema in schemas(dict(notes_schema())) for keyword in schema}

    assert used <= SUPPORTED


def test_every_field_is_required_and_no_other_allowed() -> None:
    objects = [one for one in schemas(dict(notes_schema())) if one["type"] == "object"]

    assert len(objects) == 13
    assert all(one["additionalProperties"] is False for one in objects)
    assert all(one["required"] == list(one["properties"]) for one in objects)  # type: ignore[call-overload]  # properties are an object


def test_every_list_of_the_notes_can_be_written() -> None:
    properties = set(notes_schema()["properties"])  # type: ignore[call-overload]  # is an object

    assert {name for name, _ in Notes().lists} <= properties
    assert properties == set(WrittenNotes.model_fields)


def test_the_schema_is_the_same_bytes_every_time_and_small() -> None:
    written = json.dumps(notes_schema())

    assert written == json.dumps(notes_schema())
    assert len(written) < 5_000
