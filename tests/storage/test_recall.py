"""The search over what was said: what is found, and in whose past."""

from dataclasses import replace
from datetime import timedelta

import pytest

from context.messages import SLACK, MessageId, PersonId, SessionId, TurnId, UserId, person_id
from storage.archive import _POSTINGS, Scope, numbered, postings
from storage.database import Database
from storage.passages import number
from storage.recall import MOST_HITS, Hit, Recall
from tests.builders import NOON, USER, a_text, a_tool_result, a_tool_use
from tests.storage.pasts import say
from tests.storage.scenes import ADA, run, value

PERSON = person_id(SLACK, USER)


def texts(hits: tuple[Hit, ...]) -> list[str]:
    return [hit.text for hit in hits]


async def test_what_was_said_is_found_with_all_that_is_known_of_it(database: Database) -> None:
    session = await say(database, "I ordered a blue lamp", "It is on its way")

    hit, *_ = await Recall(database).found(PERSON, "Which lamp?", limit=5)

    assert hit == Hit(
        message_id=MessageId(f"slack-{0:032x}"),
        session_id=session,
        role="user",
        text="I ordered a blue lamp",
        passage="I ordered a blue lamp",
        score=1.0,
        sent_at=NOON,
        position=0,
    )


async def test_an_answer_is_named_by_its_place(database: Database) -> None:
    session = await say(database, "Hello", "The parrot is called Polly")

    hit, *_ = await Recall(database).found(PERSON, "parrot", limit=5)

    assert (hit.role, hit.message_id) == ("assistant", MessageId(f"{session}-1"))
    assert hit.sent_at == NOON + timedelta(minutes=1)


async def test_of_a_long_answer_the_passage_is_given_too(database: Database) -> None:
    padding = "There is much to be told of gardens. " * 60
    told = f"{padding}The parrot is called Polly. {padding}"
    await say(database, "Hello", told)

    hit, *_ = await Recall(database).found(PERSON, "parrot", limit=5)

    assert hit.text == told
    assert "Polly" in hit.passage
    assert len(hit.passage) < len(told) / 2


async def test_all_blocks_of_text_are_searched_and_what_tools_say_is_not(
    database: Database,
) -> None:
    await say(
        database,
        ("user", [a_text("First the lamp"), a_text("then the order")]),
        ("assistant", [a_text("Let me see"), a_tool_use()]),
        ("user", [a_tool_result(text="a parrot")]),
        ("assistant", [a_tool_use()]),
    )

    assert await Recall(database).found(PERSON, "parrot", limit=5) == ()
    hit, *_ = await Recall(database).found(PERSON, "order", limit=5)
    assert hit.text == "First the lamp\nthen the order"


async def test_a_limit_is_kept(database: Database) -> None:
    await say(database, *(f"lamp number {n}" for n in range(MOST_HITS + 10)))

    assert len(await Recall(database).found(PERSON, "lamp", limit=3)) == 3
    assert len(await Recall(database).found(PERSON, "lamp", limit=10_000)) == MOST_HITS


@pytest.mark.parametrize("asked", ["", "what was it?", "\x00", "zebra"])
async def test_a_question_that_no_message_is_about_finds_nothing(
    database: Database, asked: str
) -> None:
    await say(database, "I ordered a blue lamp")

    assert await Recall(database).found(PERSON, asked, limit=5) == ()


async def test_of_a_person_who_said_nothing_nothing_is_found(database: Database) -> None:
    assert await Recall(database).found(PersonId("nobody"), "lamp", limit=5) == ()
    assert await Recall(database).found_of(UserId("T1:UNOBODY"), "lamp", limit=5) == ()
    assert await Recall(database).found_from(SessionId("nowhere"), "lamp", limit=5) == ()


async def test_any_script_is_found(database: Database) -> None:
    await say(database, "昨日、東京タワーに行きました", "Где мой заказ?", "Crème brûlée")

    for asked, said in (
        ("東京", "昨日、東京タワーに行きました"),
        ("заказ", "Где мой заказ?"),
        ("creme brulee", "Crème brûlée"),
    ):
        hit, *_ = await Recall(database).found(PERSON, asked, limit=1)
        assert hit.text == said


async def test_nobody_finds_what_others_said(database: Database) -> None:
    await say(database, "My blue lamp", user_id=USER)
    await say(database, "Her blue lamp", user_id=ADA)

    assert texts(await Recall(database).found(PERSON, "lamp", limit=9)) == ["My blue lamp"]
    assert texts(await Recall(database).found_of(ADA, "lamp", limit=9)) == ["Her blue lamp"]


async def test_what_the_index_gives_is_still_asked_whose_it_is(database: Database) -> None:
    """Even a number that two people share, which no two have, shows one nothing of the other."""
    await say(database, "My blue lamp", user_id=USER)
    await say(database, "Her blue lamp", user_id=ADA)
    await run(database, "update passage set terms = $1", [number(PERSON, "lamp")])

    async with database.hot() as connection:
        rows = await connection.fetch(_POSTINGS, [PERSON], None, [number(PERSON, "lamp")])

    assert [row["passages"] for row in rows] == [1]
    assert texts(await Recall(database).found(PERSON, "lamp", limit=9)) == ["My blue lamp"]


async def test_one_person_has_one_past_under_all_identities(database: Database) -> None:
    await say(database, "My blue lamp", user_id=USER)
    await say(database, "My green lamp", user_id=ADA)
    await run(
        database,
        "update person set linked_to = $1 where id = $2",
        PERSON,
        person_id(SLACK, ADA),
    )

    expected = {"My blue lamp", "My green lamp"}
    recall = Recall(database)
    for one in (USER, ADA):
        assert set(texts(await recall.found_of(one, "lamps", limit=9))) == expected
        found = await recall.found(person_id(SLACK, one), "lamps", limit=9)
        assert set(texts(found)) == expected


async def test_a_search_may_be_for_one_session_alone(database: Database) -> None:
    here = await say(database, "The lamp here", conversation="D1")
    await say(database, "The lamp there", conversation="D2")

    found = await Recall(database).found(PERSON, "lamp", session_id=here, limit=9)

    assert texts(found) == ["The lamp here"]


async def test_what_is_said_in_a_direct_chat_is_not_brought_up_where_others_read(
    database: Database,
) -> None:
    direct = await say(database, "My secret lamp", conversation="D1")
    shared = await say(database, "The lamp of us all", conversation="C1:1", shared=True)
    other = await say(database, "Another lamp of us all", conversation="C2:1", shared=True)
    recall = Recall(database)

    assert texts(await recall.found_from(shared, "lamp", limit=9)) == ["The lamp of us all"]
    assert texts(await recall.found_from(other, "lamp", limit=9)) == ["Another lamp of us all"]
    assert len(await recall.found_from(direct, "lamp", limit=9)) == 3


async def test_the_words_of_the_turn_at_work_are_no_find(database: Database) -> None:
    session = await say(database, "A blue lamp", "I see", "What lamp was it?", "Let me see")

    found = await Recall(database).found_from(
        session, "lamp", limit=2, besides=TurnId("turn-1")
    )

    assert texts(found) == ["A blue lamp", "I see"]


async def test_whoever_is_named_goes_first(database: Database) -> None:
    """An import says who spoke; here the person's shown name does."""
    small_talk = [f"Nothing happened on day {n}" for n in range(20)]
    await say(database, *small_talk, ("user", "I play the piano"), name="Bob")
    await say(database, ("assistant", "I play the piano"), *small_talk[1:], conversation="D2")
    await run(database, "update passage set speaker = 'Ada' where role = 'assistant'")

    recall = Recall(database)
    by_bob, *_ = await recall.found(PERSON, "Does Bob play the piano?", limit=1)
    by_ada, *_ = await recall.found(PERSON, "Does Ada play the piano?", limit=1)

    assert (by_bob.role, by_ada.role) == ("user", "assistant")


async def test_rare_words_are_looked_up_before_those_that_stand_everywhere(
    database: Database,
) -> None:
    await say(database, *(f"the lamp again, day {n}" for n in range(3_200)))
    await say(database, "A lamp and a parrot", conversation="D2")

    hit, *_ = await Recall(database).found(PERSON, "lamp parrot", limit=5)
    assert hit.text == "A lamp and a parrot"
    assert len(await Recall(database).found(PERSON, "lamp", limit=5)) == 5


async def test_what_is_gone_meanwhile_is_not_given(database: Database) -> None:
    await say(database, "A blue lamp", "A green lamp")
    await run(database, "delete from content_item where position = 0")

    assert texts(await Recall(database).found(PERSON, "lamp", limit=5)) == ["A green lamp"]


async def test_what_is_said_during_a_search_waits_for_the_next(database: Database) -> None:
    await say(database, "A blue lamp")
    async with database.hot() as connection:
        past = await numbered(connection, Scope((PERSON,)))
        await say(database, "A green lamp", first=1)
        await say(database, "A red lamp", conversation="D2")

        found = await postings(connection, Scope((PERSON,)), past, terms=["lamp"])

    assert list(found["lamp"].messages) == [1]
    assert past.place(1)[1] == 0


async def test_where_terms_stand_is_read_from_the_index(database: Database) -> None:
    for conversation in range(8):
        said = (f"word{n} and word{n + 1} lamp" for n in range(400))
        await say(database, *said, user_id=UserId(f"T1:U{conversation}"))
    async with database.hot() as connection:
        await connection.execute("vacuum analyze passage")
        person = person_id(SLACK, UserId("T1:U1"))
        asked = [number(person, "word7"), number(person, "lamp")]
        for scope in (None, "session"):
            plan = await connection.fetchval(
                f"explain (format json) {_POSTINGS}", [person], scope, asked
            )
            assert "passage_terms" in plan
            assert "Seq Scan" not in plan.replace("CTE Scan", "")


def test_a_hit_does_not_show_peoples_words() -> None:
    hit = Hit(
        message_id=MessageId("m1"),
        session_id=SessionId("s1"),
        role="user",
        text="secret",
        passage="secret",
        score=1.0,
        sent_at=NOON,
        position=0,
    )

    assert "secret" not in repr(replace(hit, speaker="secret"))


async def test_the_index_holds_no_words(database: Database) -> None:
    await say(database, "secret parrot")

    assert await value(database, "select count(*) from passage") == 1
    stored = await value(database, "select passage::text from passage")
    assert "parrot" not in str(stored)
