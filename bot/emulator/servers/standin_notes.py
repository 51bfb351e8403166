"""The stand-in's notes of a conversation, in whatever form the prompt demands them.

The form is a JSON schema of an object with a `conversation_summary`; its lists are filled by
their names (`facts`, `decisions`, …), its entries by the names of their fields. What the
earlier notes held is carried on; but where entries have a `key`, the form is one of changes,
and only what is new is written. The answer keeps to the length that was asked for.
"""

import json
from collections.abc import Mapping, Sequence
from typing import cast

from pydantic import JsonValue

from bot.emulator.servers.model_request import Json, MessageRequest, Prompt
from bot.emulator.servers.standin_findings import Finding, findings, sentences_of
from bot.emulator.servers.standin_prose import MOST_WORDS, prose
from bot.emulator.servers.standin_schema import Schema, labelled
from bot.emulator.servers.standin_transcript import (
    SUMMARY,
    Line,
    earlier_notes,
    transcript,
)
from bot.emulator.servers.standin_words import fold
from bot.emulator.servers.tokens import Tokenizer

_MOST_ENTRIES = 100
_KEY = "key"
_NEW_WORDS = 150
"""Where only what is new is wanted, so is its summary."""

_SHARES = (1.0, 0.5, 0.25, 0.1, 0.03, 0.0)
_NOTHING = labelled(())

_CATEGORIES = {
    "key_facts": "facts",
    "open_commitments": "commitments",
    "open_questions": "commitments",
    "promises": "commitments",
    "rejected": "rejected_alternatives",
    "instructions": "standing_instructions",
    "to_dos": "todos",
}
_SOURCES = frozenset({"sources", "positions", "lines", "source_positions", "message_ids"})
_TEXTS = frozenset(
    {"text", "what", "decision", "option", "task", "instruction", "item", "preference"}
)
_DATES = frozenset({"since", "at", "valid_from", "said_on"})


def notes(prompt: Prompt) -> str:
    """Answer a prompt for notes with JSON of the form it demands."""
    schema = Schema(prompt.output_schema or {}, _NOTHING)
    lines, earlier = transcript(prompt), earlier_notes(prompt)
    found = findings(lines)
    most_tokens = prompt.max_tokens if isinstance(prompt, MessageRequest) else None
    written = ""
    for share in _SHARES:
        writer = _Writer(schema, found, lines=lines, share=share)
        written = json.dumps(writer.whole(earlier), ensure_ascii=False)
        if most_tokens is None or Tokenizer().text(written) <= most_tokens:
            break
    return written


class _Writer:
    """Writes one version of the notes, with a share of the entries and words allowed."""

    def __init__(
        self, schema: Schema, found: Sequence[Finding], *, lines: Sequence[Line], share: float
    ) -> None:
        self._schema = schema
        self._found = found
        self._lines = lines
        self._most_entries = int(_MOST_ENTRIES * share)
        self._is_of_changes = any(map(_has_key, _properties(schema.root).values()))
        most_words = _NEW_WORDS if self._is_of_changes else MOST_WORDS
        self._most_words = int(most_words * share)

    def whole(self, earlier: Json) -> JsonValue:
        return self._object(self._schema.root, earlier)

    def _object(self, schema: Json, earlier: Mapping[str, JsonValue]) -> Json:
        return {
            name: self._value(self._schema.plain(inner), name, earlier.get(name))
            for name, inner in _properties(schema).items()
        }

    def _value(self, schema: Json, name: str, earlier: JsonValue) -> JsonValue:
        match schema.get("type"):
            case "array":
                before = earlier if isinstance(earlier, list) else []
                return self._entries(schema, _CATEGORIES.get(name, name), before)
            case "object":
                return self._object(schema, earlier if isinstance(earlier, dict) else {})
            case "string" if name == SUMMARY:
                return self._summary("" if self._is_of_changes else str(earlier or ""))
            case _ if earlier not in (None, ""):
                return earlier
            case _:
                return self._said(schema, name)

    def _entries(
        self, schema: Json, category: str, before: Sequence[JsonValue]
    ) -> list[JsonValue]:
        """The earlier entries, then the new ones; the newest of what says the same.

        Where entries have keys, only what is new or changed is wanted.
        """
        items = self._schema.plain(cast("Json", schema["items"]))  # by JSON Schema
        new = [self._entry(items, one) for one in self._of(category)]
        if _KEY in _properties(items):
            return _changes(before, new)
        kept = {_gist(entry): entry for entry in (*before, *new)}
        return list(kept.values())[max(0, len(kept) - self._most_entries) :]

    def _of(self, category: str) -> list[Finding]:
        of = [one for one in self._found if one.category == category]
        return of[max(0, len(of) - self._most_entries) :]

    def _entry(self, schema: Json, found: Finding) -> JsonValue:
        if schema.get("type") != "object":
            return found.text
        return {
            name: self._field(self._schema.plain(inner), name, found)
            for name, inner in _properties(schema).items()
        }

    def _field(self, schema: Json, name: str, found: Finding) -> JsonValue:
        if name in _SOURCES:
            items = cast("Json", schema.get("items", {}))  # by JSON Schema
            is_text = items.get("type") == "string"
            return [str(found.position) if is_text else found.position]
        known = found.more.get(name)
        if known is None and name in _DATES:
            known = found.said_on
        if known is None and name in _TEXTS:
            known = found.text
        return self._schema.allowed(schema, known)

    def _said(self, schema: Json, name: str) -> JsonValue:
        """A single value: what the person first wanted, or is called, if that was said."""
        first = next((line for line in self._lines if line.is_persons), None)
        opening = next(sentences_of(first.text), None) if first else None
        told = {one.more.get("name"): one.more.get("value") for one in self._of("facts")}
        known = {"goal": opening, "restated_goal": opening, "task_description": opening}
        return self._schema.allowed(schema, known.get(name) or told.get(name))

    def _summary(self, earlier: str) -> str:
        return prose(self._lines, self._found, earlier=earlier, most_words=self._most_words)


def _properties(schema: Json) -> Mapping[str, Json]:
    return cast("dict[str, Json]", schema.get("properties", {}))  # by JSON Schema


def _has_key(schema: Json) -> bool:
    items = schema.get("items")
    return isinstance(items, dict) and _KEY in _properties(items)


def _changes(before: Sequence[JsonValue], new: Sequence[JsonValue]) -> list[JsonValue]:
    """The new entries, with the key of the earlier one whose place they take."""
    earlier = {_gist(entry): entry for entry in before if isinstance(entry, dict)}
    return [
        {**entry, _KEY: earlier.get(_gist(entry), {}).get(_KEY) or ""}
        for entry in new
        if isinstance(entry, dict)
    ]


def _gist(entry: JsonValue) -> str:
    """By what two entries say the same: the name where there is one, else the text."""
    if not isinstance(entry, dict):
        return fold(str(entry))
    texts = (entry.get("name"), *(entry.get(name) for name in sorted(_TEXTS)))
    return fold(next((str(text) for text in texts if text), json.dumps(entry)))
