"""Files to import, and bringing them in."""

import json
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from datetime import timedelta

from pydantic_core import to_jsonable_python

from context.messages import SLACK, WHATSAPP, Platform, Provider
from storage.database import Database
from storage.export import Export, Line
from storage.importing import Import, Imported
from tests.builders import NOON, USER

PROVIDERS: Mapping[Platform, Provider] = {
    SLACK: Provider("slack"),
    WHATSAPP: Provider("twilio"),
}
WHOSE = {"type": "user", "user_id": USER}


def a_message_line(number: int = 1, text: str = "Hello", **more: object) -> dict[str, object]:
    """A message, a minute apart from others; person and assistant take turns."""
    return {
        "type": "message",
        "message_id": f"old-{number}",
        "role": "assistant" if number % 2 == 0 else "user",
        "text": text,
        "sent_at": (NOON - timedelta(days=30) + timedelta(minutes=number)).isoformat(),
        **more,
    }


def a_usage_line(number: int = 1, **more: object) -> dict[str, object]:
    """A model call that was answered."""
    return {
        "type": "usage",
        "call_id": f"old-call-{number}",
        "session_id": "old-session",
        "agent_id": "old-agent",
        "turn_id": "old-turn",
        "purpose": "reply",
        "model": "claude",
        "outcome": "answered",
        "input_tokens": 10,
        "cache_read_tokens": 0,
        "cache_write_tokens": 0,
        "output_tokens": 5,
        "started_at": NOON.isoformat(),
        "ended_at": None,
        **more,
    }


async def batches(
    lines: Iterable[bytes], *, size: int = 3
) -> AsyncGenerator[Sequence[bytes], None]:
    """Give lines some at a time, as a file is read."""
    batch: list[bytes] = []
    for line in lines:
        batch.append(line)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def written(*lines: Mapping[str, object]) -> list[bytes]:
    """Lines as they stand in a file."""
    return [json.dumps(line).encode() + b"\n" for line in lines]


async def bring_in(database: Database, *lines: Mapping[str, object]) -> Imported:
    """Import lines, the user's before them."""
    return await bring_in_raw(database, written(WHOSE, *lines))


async def bring_in_raw(database: Database, lines: Iterable[bytes]) -> Imported:
    """Import a file, word for word."""
    return await Import(database, providers=PROVIDERS).run(
        batches(lines), now=NOON, report=lambda _: None
    )


async def exported(database: Database) -> list[Line]:
    """Everything held of the usual person."""
    return [line async for line in Export(database).lines(USER)]


def of_type(lines: Iterable[Line], kind: str) -> list[Line]:
    """The lines of one type."""
    return [line for line in lines if line["type"] == kind]


def as_file(lines: Iterable[Line]) -> list[bytes]:
    """An export as it is written to a file."""
    return written(*(to_jsonable_python(dict(line)) for line in lines))
