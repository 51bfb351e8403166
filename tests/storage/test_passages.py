"""What is indexed of a message, and under which numbers."""

from hypothesis import given
from hypothesis import strategies as st

from context.messages import PersonId
from storage.database import Database
from storage.passages import indexed, number, text_of
from tests.builders import a_text, a_tool_result, a_tool_use
from tests.storage.pasts import say
from tests.storage.scenes import rows

TEXTS = st.text(max_size=20)


def test_a_term_has_one_number_for_a_person_for_ever() -> None:
    assert number(PersonId("person-1"), "lamp") == -7146857299309623298


@given(st.tuples(TEXTS, TEXTS), st.tuples(TEXTS, TEXTS))
def test_no_two_people_and_no_two_terms_share_a_number(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    numbers = [number(PersonId(person), term) for person, term in (one, other)]

    assert (numbers[0] == numbers[1]) == (one == other)
    assert all(-(2**63) <= value < 2**63 for value in numbers)


def test_what_was_said_is_the_text_between_what_machines_said() -> None:
    blocks = [a_text("One"), a_tool_use(), a_tool_result(), a_text("two")]

    assert text_of(blocks) == "One\ntwo"


def test_an_answer_is_indexed_passage_by_passage() -> None:
    text = "A lamp and a lamp. " * 100

    parts = indexed(PersonId("person-1"), text, is_answer=True)

    assert len(parts) == 3
    assert set(map(len, parts[:2])) == {84}
    assert {one for part in parts for one in part} == {number(PersonId("person-1"), "lamp")}


async def test_a_message_is_indexed_with_its_step(database: Database) -> None:
    await say(database, "I ordered a lamp", "hm. " * 900, ("user", [a_tool_result()]), "👍")

    kept = await rows(
        database, "select position, part, role, length from passage order by position, part"
    )

    assert [tuple(one.values()) for one in kept] == [
        (0, 0, "user", 2),
        *((1, part, "assistant", 200 if part < 4 else 100) for part in range(5)),
        (3, 0, "assistant", 0),
    ]


async def test_a_step_without_words_leaves_the_index_as_it_was(database: Database) -> None:
    await say(database, ("user", [a_tool_result()]), ("assistant", " "))

    assert await rows(database, "select 1 from passage") == []
