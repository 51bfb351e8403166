"""Answers in a model's place when there is none, and never pretends to be one.

It quotes the sentence of the prompt that answers a question, says so when there is none, and
acknowledges whatever else it is told. It knows nothing that does not stand in the prompt, so
that what a conversation still holds can be seen from outside. A question that the prompt does
not answer it looks up once, if it is offered the tool `recall`; notes it takes on demand.
"""

import json
from collections.abc import Iterator
from typing import cast

from bot.emulator.servers.model_answer import Answer, tool_use
from bot.emulator.servers.model_request import Json, Prompt, Tool, ToolUseBlock
from bot.emulator.servers.standin_notes import notes
from bot.emulator.servers.standin_reading import RECALL, Reading, reading
from bot.emulator.servers.standin_schema import Lookup, labelled, minimal
from bot.emulator.servers.standin_search import Sources, sentences
from bot.emulator.servers.standin_transcript import asks_for_notes
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
    if asks_for_notes(prompt):
        return Answer.saying(notes(prompt))
    read = reading(prompt)
    if prompt.output_schema is not None:
        return Answer.saying(json.dumps(minimal(prompt.output_schema, _lookup(read))))
    if (tool := _demanded(prompt)) is not None:
        return _call(tool, _lookup(read))
    if (recall := _offered(prompt)) is not None and (unknown := _unknown(read)):
        return Answer(content=tuple(_recalling(recall, question) for question in unknown))
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


def _offered(prompt: Prompt) -> Tool | None:
    """The tool that looks things up, where it may be called."""
    if prompt.tool_choice is not None and prompt.tool_choice.type == "none":
        return None
    return next((tool for tool in prompt.tools if tool.name == RECALL), None)


def _unknown(read: Reading) -> list[str]:
    """The questions that the prompt does not answer; none once they were looked up."""
    if read.asked_for:
        return []
    asked, sources = _asked(read)
    return [question for question in asked if not sources.is_about(question)]


def _recalling(tool: Tool, question: str) -> ToolUseBlock:
    """Look a question up: it goes into whatever text the tool wants."""
    schema = tool.input_schema or {"type": "object"}
    wanted = cast(
        "Json", minimal(schema, lambda _: question)
    )  # a tool's schema is of an object
    return tool_use(tool.name, wanted)


def _lines(read: Reading) -> Iterator[str]:
    said = read.asked_for or read.new
    questions = _questions(said)
    told = _without(said, questions)
    if not read.has_begun or any(map(asks_who, questions)):
        yield INTRODUCTION
    if not questions and read.results:
        yield from map(_result, read.results)
    elif not questions or identifiers(told):
        yield _noted(told)
    asked, sources = _asked(read)
    yield from (_found(sources.quote(question)) for question in asked)


def _asked(read: Reading) -> tuple[list[str], Sources]:
    """The questions that want an answer, and where it may stand."""
    said = read.asked_for or read.new
    questions = _questions(said)
    asked = [question for question in questions if not asks_who(question)]
    return asked, Sources((*read.past, *read.results, _without(said, questions)))


def _without(said: str, questions: list[str]) -> str:
    for question in questions:
        said = said.replace(question, "")
    return said


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
