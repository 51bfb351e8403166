from urllib.parse import quote

import httpx2
import pytest

from context.messages import SLACK, UserId, person_id
from storage.database import Database
from tests.bot.admin.pages.past import SECOND, a_past
from tests.bot.admin.test_api import logged_as
from tests.builders import USER
from tests.storage.pasts import say
from tests.storage.rows import a_met_person, a_person, an_identity, keep

pytestmark = pytest.mark.slow

PAGE = f"/admin/people/{quote(USER)}"
PHONE = UserId("+14155550100")


async def test_a_person_is_gone_to_by_identity_digest_part_or_name(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await say(database, "Hello", name="Ada Lovelace")

    for known in (USER, f" {USER} ", logged_as(USER), "u061f7", "lovelace"):
        answer = await admin.get("/admin/people", params={"user": known})

        assert answer.headers.get("location") == PAGE, known


async def test_several_who_may_be_meant_are_shown(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    for user_id in ("T1:UADA", "T1:UADAM"):
        await keep(database, *a_met_person(UserId(user_id)))

    exact = await admin.get("/admin/people", params={"user": "T1:UADA"})
    several = await admin.get("/admin/people", params={"user": "T1:UA"})
    none = await admin.get("/admin/people", params={"user": "eve"})

    assert exact.headers["location"] == "/admin/people/T1%3AUADA"
    assert several.text.index("T1:UADA<") < several.text.index("T1:UADAM<")
    assert "Nobody is known by “eve”" in none.text


async def test_any_identity_shows_the_person(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await keep(
        database,
        *a_met_person(),
        a_person(PHONE, linked_to=person_id(SLACK, USER)),
        an_identity(PHONE),
    )

    html = (await admin.get(f"/admin/people/{quote(PHONE)}")).text

    assert USER in html
    assert PHONE in html


async def test_a_person_shows_why_their_agent_changed_last(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp")

    html = (await admin.get(PAGE)).text

    last = html.partition('id="last-change"')[2].partition("</section>")[0]
    assert "agent 2 ended because its context window was about to overflow" in last
    assert f'href="/admin/handoffs/{SECOND}#told">What the next agent was told' in last
    assert "Its context window was full" in last.partition("Earlier changes")[2]


async def test_a_person_whose_agent_never_changed_is_told_so(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await keep(database, *a_met_person())

    html = (await admin.get(PAGE)).text

    assert "It has not changed yet." in html
    assert "No model calls." in html


async def test_what_was_said_is_searched(database: Database, admin: httpx2.AsyncClient) -> None:
    await say(database, "My order is A-1042.", "I see.")

    found = await admin.get(f"{PAGE}/search", params={"q": "order"})
    nothing = await admin.get(f"{PAGE}/search", params={"q": "zebra"})

    assert "My order is A-1042." in found.text
    assert "Nothing was found." in nothing.text
