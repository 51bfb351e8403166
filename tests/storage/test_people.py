import hashlib
import hmac

import pytest

from context.messages import UserId
from storage.database import Database
from storage.people import People
from tests.builders import USER
from tests.storage.rows import a_met_person, keep

PHONE = UserId("+14155550100")


def digest(user_id: str, key: bytes) -> str:
    return hmac.new(key, user_id.encode(), hashlib.sha256).hexdigest()[:16]


@pytest.mark.parametrize("key", [b"a-key", b"k" * 64, b"longer than a block " * 10, b""])
async def test_an_identity_is_found_by_its_digest(database: Database, key: bytes) -> None:
    await keep(database, *a_met_person(USER), *a_met_person(PHONE))
    people = People(database)

    assert await people.behind(digest(PHONE, key), key=key) == PHONE
    assert await people.behind(digest(USER, key), key=key) == USER


async def test_a_digest_of_nobody_or_of_another_key_finds_nobody(database: Database) -> None:
    await keep(database, *a_met_person(USER))
    people = People(database)

    assert await people.behind(digest("T1:UNOBODY", b"key"), key=b"key") is None
    assert await people.behind(digest(USER, b"another"), key=b"key") is None
