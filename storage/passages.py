"""The index of the transcript: what messages are found by, kept with every step.

A term is stored as a number made of the term and the person, so that the index itself keeps
people apart: what is looked up for one finds nothing of another.
"""

import asyncio
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from context.messages import PersonId, SessionId
from context.prompt import Block, Item
from context.terms import passages, terms
from storage.tables.transcript import PassageRow

_NUMBER_BYTES = 8
_MOST_BYTES_SALT = 64
_NUMBERS_REMEMBERED = 20_000


@lru_cache(maxsize=_NUMBERS_REMEMBERED)
def number(person_id: PersonId, term: str) -> int:
    """Give the number that stands for one term of one person, as a signed `bigint`."""
    salt = hashlib.blake2b(person_id.encode(), digest_size=_MOST_BYTES_SALT).digest()
    digest = hashlib.blake2b(term.encode(), digest_size=_NUMBER_BYTES, key=salt).digest()
    return int.from_bytes(digest, "big", signed=True)


def text_of(blocks: Iterable[Block]) -> str:
    """Give what was said in content blocks, without what only machines said."""
    return "\n".join(str(block["text"]) for block in blocks if block["type"] == "text")


def indexed(person_id: PersonId, text: str, *, is_answer: bool) -> list[list[int]]:
    """Give the numbers of each passage of a message."""
    return [
        [number(person_id, term) for term in terms(passage)]
        for passage in passages(text, is_answer=is_answer)
    ]


async def keep_passages(
    connection: AsyncConnection,
    items: Iterable[Item],
    *,
    session_id: SessionId,
    person_id: PersonId,
) -> None:
    """Index what transcript items say; those without words are left out."""
    # In a thread: a very long message takes a while, and other turns go on.
    rows = await asyncio.to_thread(
        lambda: [row for item in items for row in _rows(item, session_id, person_id)]
    )
    if rows:
        await connection.execute(insert(PassageRow), rows)


def _rows(
    item: Item, session_id: SessionId, person_id: PersonId
) -> Iterator[Mapping[str, object]]:
    text = text_of(item.blocks)
    if not text.strip():
        return
    parts = indexed(person_id, text, is_answer=item.role == "assistant")
    for part, numbers in enumerate(parts):
        yield {
            "session_id": session_id,
            "position": item.position,
            "part": part,
            "person_id": person_id,
            "role": item.role,
            "length": len(numbers),
            "terms": numbers,
        }
