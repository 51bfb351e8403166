"""Requests for notes, as a bot would make them: numbered lines, a form, the notes before."""

import json

from pydantic import BaseModel

from bot.emulator.servers import standin
from bot.emulator.servers.model_request import Json, MessageRequest
from tests.bot.emulator.prompts import a_request, user


class Fact(BaseModel):
    """A value and what it is called."""

    name: str
    value: str
    sources: list[int]


class Note(BaseModel):
    """A sentence, with what belongs to it."""

    text: str
    kind: str | None = None
    by: str | None = None
    due: str | None = None
    reason: str | None = None
    since: str | None = None
    sources: list[int]


class Profile(BaseModel):
    """The person."""

    name: str | None
    preferences: list[Note]
    constraints: list[Note]


class Form(BaseModel):
    """Notes as a whole."""

    restated_goal: str | None
    standing_instructions: list[Note]
    profile: Profile
    key_facts: list[Fact]
    open_commitments: list[Note]
    todos: list[Note]
    decisions: list[Note]
    rejected_alternatives: list[Note]
    work_completed: list[Note]
    conversation_summary: str


def asking(
    *lines: str, earlier: Json | None = None, form: Json | None = None, max_tokens: int = 4_000
) -> MessageRequest:
    """A request for notes of some lines, the first of which is the person's, numbered from 0."""
    speakers = ("person", "assistant")
    numbered = (f"[{n}] {speakers[n % 2]} (2026-11-20): {line}" for n, line in enumerate(lines))
    before = f"<notes>\n{json.dumps(earlier)}\n</notes>\n" if earlier else ""
    schema = form or Form.model_json_schema()
    more: Json = {
        "max_tokens": max_tokens,
        "output_config": {"format": {"type": "json_schema", "schema": schema}},
    }
    text = "\n".join(numbered)
    return a_request(user(f"{before}<transcript>\n{text}\n</transcript>"), more=more)


def noted(*lines: str, earlier: Json | None = None) -> Form:
    """The stand-in's notes of some lines."""
    answer = standin.answer(asking(*lines, earlier=earlier))
    return Form.model_validate_json(answer.text)
