"""The stand-in fills any schema with the least that it allows, or with what the text says."""

import pytest
from pydantic import BaseModel, JsonValue

from bot.emulator.servers.model_error import ApiError
from bot.emulator.servers.model_request import Json
from bot.emulator.servers.standin_schema import labelled, minimal

NOTHING = labelled(())
TEXTS = (
    "order number: BX-1; paid\nOrder-Number = BX-2, the blue one",
    "Reorder number: no. My city is Ghent, and the order number is BX-3, please.",
)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, ""),
        ({"type": "string", "format": "date"}, "1970-01-01"),
        ({"type": "string", "format": "unheard-of"}, ""),
        ({"type": "integer"}, 0),
        ({"type": "number"}, 0),
        ({"type": "boolean"}, False),
        ({"type": "null"}, None),
        ({"enum": ["red", "blue"]}, "red"),
        ({"const": 7}, 7),
        ({"type": "array", "items": {"type": "string"}}, []),
        ({"type": "array", "items": {"type": "string"}, "minItems": 1}, [""]),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, None),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, 0),
        ({"allOf": [{"type": "boolean"}]}, False),
        ({"type": "object"}, {}),
        ({}, None),
    ],
)
def test_every_kind_has_a_smallest_value(schema: Json, expected: JsonValue) -> None:
    assert minimal(schema, NOTHING) == expected


def test_an_object_has_what_is_required_and_no_more() -> None:
    schema: Json = {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "required": ["a"],
    }

    assert minimal(schema, NOTHING) == {"a": ""}


def test_references_are_followed() -> None:
    schema: Json = {"$ref": "#/$defs/Colour", "$defs": {"Colour": {"enum": ["red"]}}}

    assert minimal(schema, NOTHING) == "red"


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        ({"$ref": "#/$defs/Nowhere"}, "leads nowhere"),
        ({"$ref": "#"}, "leads nowhere"),
        ({"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}}, "Recursive"),
    ],
)
def test_schemas_that_nothing_follows_are_refused(schema: Json, fault: str) -> None:
    with pytest.raises(ApiError, match=fault) as caught:
        minimal(schema, NOTHING)

    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("name", "expected"),
    [("order_number", "BX-3"), ("city", "Ghent"), ("colour", ""), ("number", "BX-3")],
)
def test_a_field_holds_what_the_newest_text_says_under_its_name(
    name: str, expected: str
) -> None:
    lookup = labelled(TEXTS)

    assert lookup(name) == expected


def test_a_label_takes_its_line_up_to_a_semicolon() -> None:
    assert labelled(TEXTS[:1])("order number") == "BX-2, the blue one"
    assert labelled(("order number: BX-1; paid",))("order number") == "BX-1"


def test_a_string_that_may_be_missing_is_looked_up_too() -> None:
    schema: Json = {
        "type": "object",
        "properties": {
            "city": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "colour": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
        "required": ["city", "colour"],
    }

    assert minimal(schema, labelled(TEXTS)) == {"city": "Ghent", "colour": None}


class Fact(BaseModel):
    name: str
    value: str


class Document(BaseModel):
    order_number: str
    facts: list[Fact]
    newest: Fact | None
    tags: dict[str, str]
    score: float


def test_a_pydantic_model_takes_its_own_schema_filled() -> None:
    filled = minimal(Document.model_json_schema(), labelled(TEXTS))

    document = Document.model_validate(filled)
    assert document.order_number == "BX-3"
    assert document.facts == []
