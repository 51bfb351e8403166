import json
from urllib.parse import quote

import httpx2
import pytest

from storage.database import Database
from tests.bot.admin.pages.front import press
from tests.bot.admin.pages.past import a_past
from tests.builders import USER

pytestmark = pytest.mark.slow

PAGE = f"/admin/people/{quote(USER)}"


async def test_everything_held_of_a_person_is_given_as_a_file(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp")

    answer = await admin.get(f"{PAGE}/export")

    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.headers["content-disposition"] == 'attachment; filename="export.ndjson"'
    assert answer.headers["cache-control"] == "no-store"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines[0]["user_id"] == USER
    assert {"identity", "message", "handoff"} <= {line["type"] for line in lines}


async def test_a_viewer_is_given_no_export(
    database: Database, viewer: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp")

    answer = await viewer.get(f"{PAGE}/export")

    assert answer.status_code == 403
    assert "A viewer may not read" in answer.text


async def test_a_person_is_erased_once_their_identity_was_typed_again(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp")

    answer = await press(admin, PAGE, f"{PAGE}/erase", confirmation=f" {USER} ")

    assert answer.status_code == 200
    assert "Receipt" in answer.text
    assert "agent handoff" in answer.text
    assert USER not in answer.text
    assert (await admin.get(PAGE)).status_code == 404
    assert (await press(admin, "/admin", f"{PAGE}/erase", confirmation=USER)).status_code == 404


@pytest.mark.parametrize("confirmation", ["", "yes", USER.lower()])
async def test_nobody_is_erased_by_mistake(
    database: Database, admin: httpx2.AsyncClient, confirmation: str
) -> None:
    await a_past(database, "lamp")

    answer = await press(admin, PAGE, f"{PAGE}/erase", confirmation=confirmation)

    assert answer.status_code == 422
    assert "is not the identity that is to be erased" in answer.text
    assert (await admin.get(PAGE)).status_code == 200
