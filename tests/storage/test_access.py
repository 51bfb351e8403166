import asyncio
from datetime import timedelta

import pytest

from storage.access import AdminToken, AdminTokens
from storage.database import Database
from tests.builders import NOON
from tests.storage.scenes import value


@pytest.fixture
def tokens(database: Database) -> AdminTokens:
    return AdminTokens(database)


async def the_only(tokens: AdminTokens) -> AdminToken:
    (one,) = await tokens.all()
    return one


async def test_a_token_is_found_by_its_secret_and_by_its_id(tokens: AdminTokens) -> None:
    token_id, secret = await tokens.create("viewer", now=NOON, name="Ada's script")

    by_secret = await tokens.holder(secret, NOON)
    by_id = await tokens.working(token_id, NOON)

    assert by_secret is not None
    assert by_id is not None
    assert (by_secret.token_id, by_secret.role, by_secret.name) == (
        token_id,
        "viewer",
        "Ada's script",
    )
    assert by_id.token_id == token_id


async def test_the_database_does_not_hold_the_secret(
    database: Database, tokens: AdminTokens
) -> None:
    _, secret = await tokens.create("admin", now=NOON)

    stored = await value(database, "select row_to_json(t)::text from admin_token t")

    assert secret not in str(stored)
    assert secret.removeprefix("baton_") not in str(stored)


async def test_no_two_secrets_are_alike(tokens: AdminTokens) -> None:
    made = [await tokens.create("admin", now=NOON) for _ in range(5)]

    assert len({secret for _, secret in made}) == 5
    assert len({token_id for token_id, _ in made}) == 5
    assert all(len(secret) > 40 for _, secret in made)


@pytest.mark.parametrize("wrong", ["", "baton_", "wrong", "\udcff\udcfe", "é", "x" * 100_000])
async def test_a_wrong_secret_finds_nobody(tokens: AdminTokens, wrong: str) -> None:
    await tokens.create("admin", now=NOON)

    assert await tokens.holder(wrong, NOON) is None


async def test_a_secret_is_no_id_and_an_id_is_no_secret(tokens: AdminTokens) -> None:
    token_id, secret = await tokens.create("admin", now=NOON)

    assert await tokens.holder(token_id, NOON) is None
    assert await tokens.working(secret, NOON) is None


async def test_a_token_works_until_the_moment_it_expires(tokens: AdminTokens) -> None:
    until = NOON + timedelta(days=1)
    _, secret = await tokens.create("admin", now=NOON, expires_at=until)

    assert await tokens.holder(secret, until - timedelta(microseconds=1)) is not None
    assert await tokens.holder(secret, until) is None


async def test_a_revoked_token_works_no_more_and_keeps_its_first_date(
    tokens: AdminTokens,
) -> None:
    token_id, secret = await tokens.create("admin", now=NOON)

    revoked = [
        await tokens.revoke(token_id, now=NOON + timedelta(hours=hours)) for hours in (1, 2)
    ]

    assert revoked == [True, True]
    assert await tokens.holder(secret, NOON) is None
    assert await tokens.working(token_id, NOON) is None
    assert (await the_only(tokens)).revoked_at == NOON + timedelta(hours=1)


async def test_an_unknown_token_cannot_be_revoked(tokens: AdminTokens) -> None:
    assert not await tokens.revoke("nobody", now=NOON)


async def test_when_it_was_last_used_is_kept_to_the_minute(tokens: AdminTokens) -> None:
    _, secret = await tokens.create("admin", now=NOON)

    for seconds in (0, 59, 60, 90):
        await tokens.holder(secret, NOON + timedelta(seconds=seconds))

    assert (await the_only(tokens)).last_used_at == NOON + timedelta(seconds=60)


async def test_a_clock_that_was_put_back_leaves_the_last_use_as_it_is(
    tokens: AdminTokens,
) -> None:
    _, secret = await tokens.create("admin", now=NOON)
    await tokens.holder(secret, NOON)

    found = await tokens.holder(secret, NOON - timedelta(days=1))

    assert found is not None
    assert (await the_only(tokens)).last_used_at == NOON


async def test_many_processes_may_use_a_token_at_once(tokens: AdminTokens) -> None:
    _, secret = await tokens.create("admin", now=NOON)

    found = await asyncio.gather(*(tokens.holder(secret, NOON) for _ in range(8)))

    assert all(found)


async def test_all_tokens_are_listed_newest_first(tokens: AdminTokens) -> None:
    made = [
        (await tokens.create("viewer", now=NOON + timedelta(hours=hours)))[0]
        for hours in range(3)
    ]
    await tokens.revoke(made[0], now=NOON)

    assert [one.token_id for one in await tokens.all()] == made[::-1]
