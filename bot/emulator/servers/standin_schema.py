"""The smallest JSON that a schema allows, with what a text says under a field's own name.

Arrays are empty, numbers 0, strings empty or what stands behind their label ("order number:
17"). Only the keywords that the API supports are read (structured outputs page and Anthropic
SDK 2.11, `lib._parse._transform`, read 2026-11).
"""

import re
from collections.abc import Callable, Sequence
from typing import cast

from pydantic import JsonValue

from bot.emulator.servers.model_error import ApiError
from bot.emulator.servers.model_request import Json
from bot.emulator.servers.standin_words import fold

Lookup = Callable[[str], str]
"""What a text says under a label, or nothing."""

# Behind a colon a value takes the line, behind "is" its part of the sentence. Looked at only,
# so that a label in it is found too.
_VALUE = (
    r"(?=\s{0,9}[:=][ \t]*([^\n;]{1,200})|\s{1,9}is\s+([^\n;,]{1,200}?)(?:[\n;,]|[.!?]\s|$))"
)
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_DEEPEST = 32
_PLACE = "output_config.format.schema"
_BY_FORMAT = {
    "date": "1970-01-01",
    "date-time": "1970-01-01T00:00:00Z",
    "time": "00:00:00Z",
    "duration": "PT0S",
    "email": "nobody@example.invalid",
    "hostname": "example.invalid",
    "uri": "https://example.invalid/",
    "ipv4": "0.0.0.0",  # noqa: S104 - a value in a document, no address to listen on
    "ipv6": "::",
    "uuid": "00000000-0000-0000-0000-000000000000",
}


def labelled(texts: Sequence[str]) -> Lookup:
    """Look labels up in texts; the newest mention counts."""
    folded = [fold(text) for text in texts]

    def lookup(name: str) -> str:
        label = r"[\s_-]".join(re.escape(word) for word in re.split(r"[\s_-]+", fold(name)))
        pattern = re.compile(label + _VALUE)
        for text, lower in zip(reversed(texts), reversed(folded), strict=True):
            spans = [
                m.span(m.lastindex or 0) for m in pattern.finditer(lower) if _begins_word(m)
            ]
            if spans:
                return text[slice(*spans[-1])].strip().rstrip(".!?")
        return ""

    return lookup


def minimal(schema: Json, lookup: Lookup) -> JsonValue:
    """The smallest value of a schema.

    Raises:
        ApiError: The schema is recursive, or refers to what is not there.
    """
    return _Minimal(schema, lookup).of(schema, name="", depth=0)


class Schema:
    """A schema whose fields are filled one by one, from what is known of each.

    Attributes:
        root: The whole of it.
    """

    def __init__(self, root: Json, lookup: Lookup) -> None:
        self.root = root
        self._minimal = _Minimal(root, lookup)

    def plain(self, schema: Json, *, depth: int = 0) -> Json:
        """A schema without references and choices: the first that is not null.

        Where null is a choice, too, it has a keyword `nullable`.

        Raises:
            ApiError: It is recursive, or refers to what is not there.
        """
        if depth > _DEEPEST:
            raise ApiError(400, f"{_PLACE}: Recursive schemas are not supported")
        if "$ref" in schema:
            return self.plain(self._minimal.referred(str(schema["$ref"])), depth=depth + 1)
        for word in ("anyOf", "oneOf", "allOf"):
            if word in schema:
                choices = cast("list[Json]", schema[word])  # by JSON Schema
                chosen = next((one for one in choices if one.get("type") != "null"), choices[0])
                plain = self.plain(chosen, depth=depth + 1)
                return {**plain, "nullable": True} if len(choices) > 1 else plain
        return schema

    def allowed(self, plain: Json, known: str | None) -> JsonValue:
        """What is known as a value of a plain schema; null or the smallest where it is none."""
        if known is not None and self._takes(plain, known):
            return known
        return None if plain.get("nullable") else self._minimal.of(plain, name="", depth=0)

    def _takes(self, plain: Json, known: str) -> bool:
        if "enum" in plain:
            return known in cast("list[JsonValue]", plain["enum"])  # by JSON Schema
        if plain.get("format") == "date":
            return _ISO_DATE.fullmatch(known) is not None
        return plain.get("type") == "string" and "format" not in plain


def _begins_word(match: re.Match[str]) -> bool:
    begin = match.start()
    return not begin or not match.string[begin - 1].isalnum()


class _Minimal:
    def __init__(self, root: Json, lookup: Lookup) -> None:
        self._root = root
        self._lookup = lookup

    def of(self, schema: Json, *, name: str, depth: int) -> JsonValue:
        if depth > _DEEPEST:
            raise ApiError(400, f"{_PLACE}: Recursive schemas are not supported")
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return cast("list[JsonValue]", schema["enum"])[0]  # by JSON Schema
        if "$ref" in schema:
            return self.of(self.referred(str(schema["$ref"])), name=name, depth=depth + 1)
        for word in ("anyOf", "oneOf", "allOf"):
            if word in schema:
                choices = cast("list[Json]", schema[word])  # by JSON Schema
                return self._chosen(choices, name, depth)
        return self._of_type(schema, name, depth)

    def referred(self, reference: str) -> Json:
        """What a reference leads to."""
        found: JsonValue = self._root
        for step in reference.removeprefix("#/").split("/"):
            if not isinstance(found, dict) or step not in found:
                raise ApiError(400, f"{_PLACE}: $ref leads nowhere")
            found = found[step]
        return cast("Json", found)  # a reference points to a schema

    def _chosen(self, choices: Sequence[Json], name: str, depth: int) -> JsonValue:
        """Null where it may be and the text says nothing, else the first choice."""
        if {"type": "null"} in choices:
            is_text = any(choice.get("type") == "string" for choice in choices)
            return (self._lookup(name) or None) if is_text and name else None
        return self.of(choices[0], name=name, depth=depth + 1)

    def _of_type(self, schema: Json, name: str, depth: int) -> JsonValue:
        match schema.get("type"):
            case "object":
                return self._object(schema, depth)
            case "array":
                items = [schema["items"]] * int(str(schema.get("minItems", 0)))
                inner = cast("list[Json]", items)  # by JSON Schema
                return [self.of(item, name=name, depth=depth + 1) for item in inner]
            case "string":
                fixed = _BY_FORMAT.get(str(schema.get("format")))
                return fixed or (self._lookup(name) if name else "")
            case "integer" | "number":
                return 0
            case "boolean":
                return False
            case _:
                return None

    def _object(self, schema: Json, depth: int) -> Json:
        properties = cast("dict[str, Json]", schema.get("properties", {}))  # by JSON Schema
        required = cast("list[str]", schema.get("required", []))  # by JSON Schema
        return {
            name: self.of(properties.get(name, {}), name=name, depth=depth + 1)
            for name in required
        }
