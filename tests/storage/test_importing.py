"""Pasts brought in from elsewhere."""

import resource
import tracemalloc
from collections.abc import Iterator

import pytest

from context.errors import QueryError
from context.messages import SLACK, WHATSAPP, UserId, person_id, session_id
from storage.database import Database
from storage.importing import Import
from storage.recall import Recall
from storage.sessions import Sessions
from tests.builders import NOON, USER, an_inbound
from tests.storage.files import (
    PROVIDERS,
    WHOSE,
    a_message_line,
    as_file,
    batches,
    bring_in,
    bring_in_raw,
    exported,
    of_type,
    written,
)
from tests.storage.pasts import say
from tests.storage.scenes import ADA, arrive, everything, rows, run, value

PERSON = person_id(SLACK, USER)


async def test_what_is_imported_is_found_again(database: Database) -> None:
    done = await bring_in(
        database, a_message_line(1, "I have a parrot"), a_message_line(2, "What is its name?")
    )

    hit, *_ = await Recall(database).found_of(USER, "parrot", limit=5)
    assert (hit.message_id, hit.text, hit.role) == ("old-1", "I have a parrot", "user")
    assert hit.session_id == session_id(SLACK, USER, "imported")
    assert (done.user_id, done.messages, done.known) == (USER, 2, 0)


async def test_the_same_file_again_adds_nothing(database: Database) -> None:
    lines = [a_message_line(1), a_message_line(2), a_message_line(1, "the same id again")]
    await bring_in(database, *lines)
    before = await everything(database)

    done = await bring_in(database, *lines)

    assert (done.messages, done.known) == (0, 3)
    assert await everything(database) == before


async def test_what_is_new_in_a_later_file_is_added_before_the_rest(
    database: Database,
) -> None:
    await bring_in(database, a_message_line(3, "c"), a_message_line(4, "d"))

    done = await bring_in(database, *(a_message_line(n, "ab"[n - 1 : n]) for n in range(1, 5)))

    assert (done.messages, done.known) == (2, 2)
    kept = await rows(
        database, "select position, imported_id from content_item order by position"
    )
    assert [tuple(one.values()) for one in kept] == [
        (-4, "old-1"),
        (-3, "old-2"),
        (-2, "old-3"),
        (-1, "old-4"),
    ]


async def test_a_conversation_that_goes_on_here_is_not_disturbed(database: Database) -> None:
    session = await say(database, "Here", "I am")
    before = await Sessions(database).open(session)

    await bring_in(database, a_message_line(1, "There", conversation="D0001"))

    assert await Sessions(database).open(session) == before
    positions = await rows(database, "select position from content_item order by 1")
    assert [one["position"] for one in positions] == [-1, 0, 1]


@pytest.mark.parametrize("line", [b"{", b'{"type": "message"}', b'{"type": "note"}'])
async def test_a_bad_line_leaves_nothing_behind(database: Database, line: bytes) -> None:
    before = await everything(database)
    good = written(WHOSE, *(a_message_line(n) for n in range(1, 9)))

    with pytest.raises(QueryError, match=r"^line 10: "):
        await bring_in_raw(database, [*good, line, *good])

    assert await everything(database) == before
    assert (await bring_in_raw(database, [*good, b"\n", *good[1:]])).messages == 8


async def test_an_empty_file_is_no_file(database: Database) -> None:
    with pytest.raises(QueryError, match="line 1: the first line must be of type user"):
        await bring_in_raw(database, [])


async def test_a_person_without_a_message_is_known(database: Database) -> None:
    done = await bring_in(
        database, {"type": "identity", "platform": "slack", "user_id": USER, "speaker": "Ada"}
    )

    assert done.messages == 0
    assert await rows(database, "select user_id, speaker from identity") == [
        {"user_id": USER, "speaker": "Ada"}
    ]
    assert await value(database, "select created_at from person") == NOON


async def test_messages_of_another_platform_go_to_the_identity_there(
    database: Database,
) -> None:
    phone = UserId("+14155550100")
    await bring_in(
        database,
        {"type": "identity", "platform": "whatsapp", "user_id": phone},
        a_message_line(1, "I have a parrot", platform="whatsapp", user_id=phone),
    )

    hit, *_ = await Recall(database).found_of(phone, "parrot", limit=1)
    assert hit.session_id == session_id(WHATSAPP, phone, "imported")
    assert await Recall(database).found_of(USER, "parrot", limit=1) == (hit,)
    assert await value(database, "select provider from session") == "twilio"


@pytest.mark.parametrize(
    "line",
    [
        {"type": "identity", "platform": "slack", "user_id": ADA},
        a_message_line(user_id=ADA),
    ],
)
async def test_nothing_is_brought_to_somebody_else(
    database: Database, line: dict[str, object]
) -> None:
    await say(database, "I am Ada", user_id=ADA)
    before = await everything(database)

    with pytest.raises(QueryError, match="line 3: user_id: belongs to somebody else here"):
        await bring_in(database, a_message_line(5), line)

    assert await everything(database) == before


async def test_the_same_id_of_another_persons_message_is_no_obstacle(
    database: Database,
) -> None:
    await bring_in_raw(
        database, written({"type": "user", "user_id": ADA}, a_message_line(1, "Her parrot"))
    )

    done = await bring_in(database, a_message_line(1, "My parrot"))

    assert done.messages == 1
    hit, *_ = await Recall(database).found_of(USER, "parrot", limit=9)
    assert hit.text == "My parrot"


async def test_whoever_is_linked_gets_it_under_the_person_they_are(database: Database) -> None:
    await say(database, "I am Ada", user_id=ADA)
    await say(database, "I am Ada too")
    await run(
        database,
        "update person set linked_to = $1 where id = $2",
        person_id(SLACK, ADA),
        PERSON,
    )

    await bring_in(database, a_message_line(1, "I have a parrot"))

    assert await bring_in(database, a_message_line(1)) is not None
    assert len(await Recall(database).found_of(ADA, "parrot", limit=9)) == 1
    owner = "select person_id from content_item where position < 0"
    assert await value(database, owner) == person_id(SLACK, ADA)


async def test_what_was_said_here_is_known_by_the_ids_it_is_exported_under(
    database: Database,
) -> None:
    await arrive(database, an_inbound("I have a parrot"))
    await say(database, ("assistant", "What is its name?"), first=1)
    lines = await exported(database)
    before = await everything(database)

    done = await bring_in_raw(database, as_file(lines))

    assert (done.messages, done.known) == (0, 2)
    assert await everything(database) == before


def many_lines(count: int, *, bad: int | None = None) -> Iterator[bytes]:
    """A file of so many messages, one of its lines perhaps of no type."""
    yield from written(WHOSE)
    for number in range(2, count + 2):
        if number == bad:
            yield b'{"type": "note"}\n'
        else:
            yield from written(a_message_line(number, f"Word{number % 500} of many"))


async def bring_in_many(database: Database, lines: Iterator[bytes]) -> None:
    importing = Import(database, providers=PROVIDERS)
    await importing.run(batches(lines, size=500), now=NOON, report=lambda _: None)


@pytest.mark.slow
async def test_a_large_file_takes_no_more_memory(database: Database) -> None:
    async def peak_bytes(count: int) -> int:
        tracemalloc.start()
        try:
            await bring_in_many(database, many_lines(count))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    await peak_bytes(500)
    # Fewer do not fill the buffers on the way, and are no measure for many.
    few = await peak_bytes(10_000)

    assert await peak_bytes(50_000) < few * 1.5
    assert await value(database, "select count(*) from content_item") == 50_000


@pytest.mark.slow_chaos
async def test_a_bad_line_late_in_a_million_stops_it_before_anything_is_written(
    database: Database,
) -> None:
    before = await everything(database)
    await bring_in_many(database, many_lines(2_000))
    await run(database, "truncate person cascade")
    at_first_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(QueryError, match=r"^line 900000: type: must be one of"):
        await bring_in_many(database, many_lines(1_000_000, bad=900_000))

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < at_first_kib + 64 * 1024
    assert await everything(database) == before


async def test_how_many_lines_were_read_is_told(database: Database) -> None:
    told: list[int] = []
    lines = written(WHOSE, *(a_message_line(n) for n in range(1, 8)))

    await Import(database, providers=PROVIDERS).run(
        batches(lines), now=NOON, report=told.append
    )

    assert told == [3, 6, 8]


async def test_what_an_import_says_of_messages_comes_out_again(database: Database) -> None:
    line = a_message_line(
        1,
        "The parrot 🦜",
        speaker="Bob",
        conversation="C1:1",
        shared=True,
        trace_id="0123456789abcdef",
    )
    await bring_in(database, line)

    (out,) = of_type(await exported(database), "message")
    assert {name: out[name] for name in line if name != "sent_at"} == {
        name: value for name, value in line.items() if name != "sent_at"
    }
