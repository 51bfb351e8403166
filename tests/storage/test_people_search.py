from context.messages import UserId
from storage.database import Database
from storage.people_search import PeopleSearch
from tests.storage.rows import a_person, an_identity, keep

ADA, BEN, WILD = UserId("T1:UADA"), UserId("T1:UBEN"), UserId("T1:U%_!")


async def people(database: Database) -> PeopleSearch:
    for user_id, speaker in ((ADA, "Ada Lovelace"), (BEN, "Adam"), (WILD, None)):
        await keep(database, a_person(user_id), an_identity(user_id).values(speaker=speaker))
    return PeopleSearch(database)


async def test_a_person_is_found_by_a_part_of_an_identity_or_a_name(
    database: Database,
) -> None:
    search = await people(database)

    assert [one.user_id for one in await search.found("lovelace", limit=10)] == [ADA]
    assert [one.user_id for one in await search.found("uben", limit=10)] == [BEN]
    assert await search.found("nobody", limit=10) == ()


async def test_the_very_identity_comes_first(database: Database) -> None:
    search = await people(database)
    await keep(
        database,
        a_person(UserId("T1:UBENNO")),
        an_identity(UserId("T1:UBENNO")).values(speaker="T1:UBEN"),
    )

    first, *_ = await search.found("T1:UBEN", limit=10)

    assert first.user_id == BEN


async def test_wildcards_of_sql_are_only_characters(database: Database) -> None:
    search = await people(database)

    assert [one.user_id for one in await search.found("%_!", limit=10)] == [WILD]
