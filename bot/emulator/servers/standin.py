"""Answers in a model's place when there is none, and never pretends to be one.

It quotes the sentence of the prompt that answers a question, says so when there is none, and
acknowledges whatever else it is told. It knows nothing that does not stand in the prompt, so
that what a conversation still holds can be seen from outside.
"""

import json
from collections.abc import Iterator
from typing import cast

from bot.emulator.servers.model_answer import Answer
from bot.emulator.servers.model_request import Json, Prompt, Tool
from bot.emulator.servers.standin_reading import Reading, reading
from bot.emulator.servers.standin_schema import Lookup, labelled, minimal
from bot.emulator.servers.standin_search import Sources, sentences
from bot.emulator.servers.standin_words import asks_who, identifiers, is_question

INTRODUCTION = (
    "I am an offline stand-in, not a language model: "
    "I can only quote what stands in this conversation."
)
NOT_FOUND = "I do not find that in this conversation."
_MOST_QUESTIONS = 3
_EDGE_CHARS = 4_000
_SHOWN_CHARS = 400


def answer(prompt: Prompt) -> Answer:
    """Answer a prompt from what it holds: in words, or in the form it demands.

    Raises:
        ApiError: It demands a form that cannot be.
    """
    read = reading(prompt)
    if prompt.output_schema is not None:
        return Answer.saying(json.dumps(minimal(prompt.output_schema, _lookup(read))))
    if (tool := _demanded(prompt)) is not None:
        return _call(tool, _lookup(read))
    return Answer.saying("\n".join(dict.fromkeys(_lines(read))))


def _lookup(read: Reading) -> Lookup:
    return labelled((*read.past, *read.results, read.new))


def _demanded(prompt: Prompt) -> Tool | None:
    """The tool that the prompt leaves no choice but to call."""
    choice = prompt.tool_choice
    if choice is None or choice.type in {"auto", "none"}:
        return None
    return next(tool for tool in prompt.tools if choice.name in {None, tool.name})


def _call(tool: Tool, lookup: Lookup) -> Answer:
    schema = tool.input_schema or {"type": "object"}
    tool_input = cast("Json", minimal(schema, lookup))  # a tool's schema is of an object
    return Answer.calling(tool.name, tool_input)


def _lines(read: Reading) -> Iterator[str]:
    questions = _questions(read.new)
    told = read.new
    for question in questions:
        told = told.replace(question, "")
    if not read.has_begun or any(map(asks_who, questions)):
        yield INTRODUCTION
    if not questions and read.results:
        yield from map(_result, read.results)
    elif not questions or identifiers(told):
        yield _noted(told)
    if asked := [question for question in questions if not asks_who(question)]:
        sources = Sources((*read.past, *read.results, told))
        yield from (_found(sources.quote(question)) for question in asked)


def _questions(new: str) -> list[str]:
    """The last questions of a message; in a long one they stand at its begin or end."""
    edges = new if len(new) <= 2 * _EDGE_CHARS else f"{new[:_EDGE_CHARS]}\n{new[-_EDGE_CHARS:]}"
    parts = [edges[start:end].strip() for start, end in sentences(edges)]
    return [part for part in parts if is_question(part)][-_MOST_QUESTIONS:]


def _noted(told: str) -> str:
    seen = identifiers(told)
    return f"Noted: {', '.join(seen)}." if seen else "Noted."


def _found(found: str | None) -> str:
    return NOT_FOUND if found is None else f"In this conversation it says: “{found}”"


def _result(result: str) -> str:
    return f"The tool gave back: “{result[:_SHOWN_CHARS].strip()}”"
