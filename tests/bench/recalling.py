"""How much of what a question is about is found, and how long that takes.

`python -m tests.bench.recalling PATH` measures on a file in the form of LoCoMo, without a path
on made-up talk; then it stores 10,000 messages of one person among others' and asks away.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from time import perf_counter

from context.messages import SLACK, Provider, UserId
from context.recall import Archive, Question, Term, _own_scores
from context.terms import terms
from storage.database import Database, address, open_database
from storage.importing import Import
from storage.migrate import migrate
from storage.recall import Recall
from tests.bench.conversations import Talk, made_up_talk, public_talks
from tests.bench.figures import AtMost, Measurement, figures, table
from tests.bench.servers import durable_postgres
from tests.builders import NOON
from tests.context.archives import ASSISTANT, Past
from tests.postgres import new_database
from tests.storage.files import batches, written

_FIRST = 10
_MESSAGES = 10_000
_WARM_UP = 20
_P95_MS = 50.0


def found_shares(talks: Sequence[Talk]) -> list[Measurement]:
    """Measure which share of the messages that answer a question are among the first ten."""
    ours, plain, wanted = 0, 0, 0
    for talk in talks:
        past = Past(*talk.conversations)
        numbers = _numbers(talk)
        for asked in talk.questions:
            evidence = {numbers[place] for place in asked.evidence}
            wanted += len(evidence)
            ours += len(
                evidence & {one.message for one in past.ranked(asked.text, limit=_FIRST)}
            )
            plain += len(evidence & _plain(past.archive, past.found, asked.text))
    return [
        Measurement(name="evidence in the first ten", value=100 * ours / wanted, unit="%"),
        Measurement(name="… by BM25 alone", value=100 * plain / wanted, unit="%"),
        Measurement(name="… of so many messages", value=wanted, unit=""),
    ]


def _numbers(talk: Talk) -> dict[tuple[int, int], int]:
    """The numbers of messages in a `Past`: a gap stands before each conversation."""
    numbers, number = {}, 0
    for conversation, said in enumerate(talk.conversations):
        for place in range(len(said)):
            number += 1
            numbers[conversation, place] = number
        number += 1
    return numbers


def _plain(archive: Archive, found: dict[str, Term] | object, text: str) -> set[int]:
    """The first ten by BM25 over single messages: the baseline."""
    assert isinstance(found, dict)
    asked = Question(terms=tuple(dict.fromkeys(terms(text))), named=frozenset())
    scores, _ = _own_scores(archive, {one: found[one] for one in asked.terms if one in found})
    return set(sorted(scores, key=lambda number: -scores[number])[:_FIRST])


def recalled() -> list[Measurement]:
    """Measure what is found in made-up talk, which says little of real talk."""
    return found_shares([made_up_talk(messages=2_000)])


async def search_times(
    server_url: str, *, messages: int = _MESSAGES, others: int = 2, questions: int = 200
) -> list[Measurement]:
    """Measure how long questions take over one person's messages among others'.

    Args:
        server_url: A Postgres server.
        messages: So many each.
        others: How many other persons there are.
        questions: How many are asked, after some that are not counted.
    """
    async with new_database(server_url) as url:
        await migrate(address(url))
        async with open_database(address(url), connections=4) as database:
            for person in range(others + 1):
                await _fill(database, person, messages=messages)
            async with database.hot() as connection:
                await connection.execute("vacuum analyze", timeout=600)
            seconds = await _asked(database, messages=messages, questions=questions)
    taken = figures(seconds)
    p95 = sorted(seconds)[int(0.95 * len(seconds))] * 1000
    return [
        Measurement(
            name=f"a question over {messages:,} messages, p95",
            value=p95,
            unit="ms",
            target=AtMost(_P95_MS),
        ),
        Measurement(name="… median", value=taken.median_ms, unit="ms"),
    ]


def _user(person: int) -> UserId:
    return UserId(f"T1:U{person}")


async def _fill(database: Database, person: int, *, messages: int) -> None:
    talk = made_up_talk(messages=messages, seed=person)
    lines = written(
        {"type": "user", "user_id": _user(person)},
        *(
            {
                "type": "message",
                "message_id": f"m{number}",
                "role": "assistant" if one.voice == ASSISTANT else "user",
                "text": one.text,
                "sent_at": NOON.isoformat(),
            }
            for number, one in enumerate(talk.conversations[0][:messages])
        ),
    )
    importing = Import(database, providers={SLACK: Provider("slack")})
    await importing.run(batches(lines, size=500), now=NOON, report=lambda _: None)


async def _asked(database: Database, *, messages: int, questions: int) -> list[float]:
    recall, random = Recall(database), Random(2)  # noqa: S311 - the same questions every time
    texts = [one.text for one in made_up_talk(messages=messages, seed=0).questions]
    seconds = []
    for _ in range(_WARM_UP + questions):
        began = perf_counter()
        await recall.found_of(_user(0), random.choice(texts), limit=_FIRST)
        seconds.append(perf_counter() - began)
    return seconds[_WARM_UP:]


def main(arguments: Sequence[str]) -> None:
    """Run it."""
    measurements = found_shares(public_talks(Path(arguments[0]))) if arguments else recalled()
    with durable_postgres() as server_url:
        measurements += asyncio.run(search_times(server_url))
    sys.stdout.write(f"{table([], measurements)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
