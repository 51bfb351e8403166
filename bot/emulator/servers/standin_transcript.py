"""How the stand-in reads a prompt that asks for notes: numbered lines, and the notes before.

    {"goal": "…", "facts": [{"name": "order number", …}], …, "conversation_summary": "…"}

    [12] person (2026-11-20): My order number is BX-48213-A.
    [13] assistant (2026-11-20): Noted.

A line goes on until the next numbered one, or a closing tag. The earlier notes are the last
JSON object in the prompt that has a `conversation_summary`.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.emulator.servers.model_request import Json, Prompt, TextBlock

SUMMARY = "conversation_summary"

_BEGIN = re.compile(
    r"^\[(\d{1,9})\] ([^\W\d][\w -]{0,30}?)(?: \(([^()\n]{1,40})\))?:(?: |$)", re.MULTILINE
)
_END = re.compile(r"^</", re.MULTILINE)
_OBJECT = re.compile(r"\{(?=\s{0,9}\")")


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a transcript.

    Attributes:
        position: Its number.
        speaker: Who said it, such as `person`.
        said_on: The date as it stands there, if one does.
        text: What was said.
    """

    position: int
    speaker: str
    said_on: str | None
    text: str

    @property
    def is_persons(self) -> bool:
        """Whether the person said it, whose words count most."""
        return self.speaker in {"person", "user"}


def asks_for_notes(prompt: Prompt) -> bool:
    """Whether a prompt wants notes of a conversation, by the form it demands."""
    schema = prompt.output_schema or {}
    properties = schema.get("properties")
    return isinstance(properties, dict) and SUMMARY in properties


def transcript(prompt: Prompt) -> tuple[Line, ...]:
    """The numbered lines of a prompt, in order; the JSON before them is none of them."""
    return tuple(line for text in _texts(prompt) for line in _lines(text))


def earlier_notes(prompt: Prompt) -> Json:
    """The notes that are to be carried on; none in a first prompt."""
    found: Json = {}
    for text in _texts(prompt):
        first = _BEGIN.search(text)
        found = _notes(text[: first.start()] if first else text) or found
    return found


def _texts(prompt: Prompt) -> Iterator[str]:
    """What the person's side holds; instructions may show examples of all this."""
    for message in prompt.messages:
        if message.role == "user":
            yield from (block.text for block in message.content if isinstance(block, TextBlock))


def _lines(text: str) -> Iterator[Line]:
    begins = list(_BEGIN.finditer(text))
    ends = [begin.start() for begin in begins[1:]] + [len(text)]
    for begin, end in zip(begins, ends, strict=False):  # without lines there is one end
        closing = _END.search(text, begin.end(), end)
        said = text[begin.end() : closing.start() if closing else end]
        yield Line(int(begin[1]), begin[2], begin[3], said.strip())


def _notes(text: str) -> Json:
    decoder = json.JSONDecoder()
    found: Json = {}
    end = 0
    for begin in _OBJECT.finditer(text):
        if begin.start() < end:
            continue
        try:
            value, end = decoder.raw_decode(text, begin.start())
        except (ValueError, RecursionError):  # no JSON, or nested too deeply
            continue
        if SUMMARY in value:
            found = value
    return found
