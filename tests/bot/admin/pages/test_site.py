import re
from html.parser import HTMLParser
from urllib.parse import quote

import httpx2
import pytest
from typing_extensions import override

from bot.admin.pages.page import Page
from bot.admin.pages.site import page_routes
from storage.database import Database
from tests.bot.admin.pages.front import a_desk
from tests.bot.admin.pages.past import FIRST, SECOND, a_past
from tests.builders import USER
from tests.storage.rows import SESSION, TRACE

pytestmark = pytest.mark.slow

HOSTILE = "<script>alert('planted')</script>\"><img src=x onerror=alert('planted')>'"
SECRET = "blue-lamp-of-a-person"

PERSON = f"/admin/people/{quote(USER)}"
PAGES = [
    "/admin/",
    "/admin/sessions",
    f"/admin/sessions/{SESSION}",
    "/admin/handoffs",
    "/admin/handoffs?q=lamp",
    f"/admin/handoffs/{FIRST}",
    f"/admin/handoffs/{SECOND}/diff",
    f"/admin/traces/{TRACE}",
    "/admin/people",
    f"/admin/people?user={quote('T024')}",
    "/admin/people?user=nobody",
    PERSON,
    f"{PERSON}/search?q=lamp",
    "/admin/usage?since=2026-11-01T00:00",
    "/admin/dead-letters",
    "/admin/deliveries",
    "/admin/statistics",
    "/admin/audit",
]


class Seen(HTMLParser):
    """What a browser would make of a page.

    Attributes:
        tags: The names of its elements.
        handlers: Attributes that would run something, and styles.
        links: Where it points.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.links: list[str] = []
        self.feed(html)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]
        self.links += [
            value or "" for name, value in attrs if name in {"href", "src", "action"}
        ]


async def test_a_later_page_joins_all_these_tests(database: Database) -> None:
    paths = [page.partition("?")[0].removeprefix("/admin") for page in PAGES]

    looked_at = {
        route.path
        for route in page_routes(a_desk(database))
        if any(route.path_regex.match(path) for path in paths)
    }

    pages = {one.path for one in page_routes(a_desk(database)) if isinstance(one, Page)}
    assert pages <= looked_at


async def test_every_page_shows_a_past(database: Database, admin: httpx2.AsyncClient) -> None:
    await a_past(database, "lamp")

    for page in PAGES:
        answer = await admin.get(page, follow_redirects=True)

        assert answer.status_code == 200, page
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert '<html lang="en">' in answer.text
        assert re.search("<title>[^<]+ · Baton</title>", answer.text), page


async def test_every_page_is_there_before_anything_happened(admin: httpx2.AsyncClient) -> None:
    for page in PAGES:
        answer = await admin.get(page, follow_redirects=True)

        is_of_somebody = any(part in page for part in (SESSION, FIRST, SECOND, TRACE, PERSON))
        assert answer.status_code == (404 if is_of_somebody else 200), page
        assert "Overview" in answer.text


async def test_nothing_that_anybody_said_is_markup(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await a_past(database, HOSTILE)

    for page in PAGES:
        seen = Seen((await admin.get(page, follow_redirects=True)).text)

        assert seen.tags.count("script") == (2 if "/usage" in page else 0), page
        assert "img" not in seen.tags, page
        assert seen.handlers == [], page


@pytest.mark.parametrize(
    "name", ["q", "user", "user_id", "trace_id", "cursor", "since", "done", HOSTILE]
)
async def test_what_was_asked_is_no_markup_either(admin: httpx2.AsyncClient, name: str) -> None:
    for page in PAGES:
        answer = await admin.get(
            page.partition("?")[0], params={name: HOSTILE}, follow_redirects=True
        )

        assert answer.status_code in {200, 404, 422}, page
        assert "<img" not in answer.text
        assert "<script>" not in answer.text


async def test_a_viewer_reads_nobodys_words_and_is_offered_no_change(
    database: Database, viewer: httpx2.AsyncClient
) -> None:
    await a_past(database, SECRET)

    for page in PAGES:
        text = (await viewer.get(page, follow_redirects=True)).text

        assert SECRET not in text, page
        forms = re.findall('<form[^>]*method="post"[^>]*>', text)
        assert [form for form in forms if "sign-out" not in form] == [], page


async def test_a_page_loads_and_names_nothing_of_another_host(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp")

    links = {
        link
        for page in PAGES
        for link in Seen((await admin.get(page, follow_redirects=True)).text).links
    }

    assert [link for link in links if not link.startswith(("/admin", "?", "#"))] == []
    for link in sorted(one for one in links if one.startswith("/admin/static/")):
        assert (await admin.get(link)).status_code == 200, link


async def test_every_link_between_pages_leads_somewhere(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp")
    to_see, seen = {"/admin/"}, set[str]()

    while to_see:
        page = to_see.pop()
        seen.add(page)
        answer = await admin.get(page, follow_redirects=True)
        assert answer.status_code == 200, page
        if answer.headers["content-type"].startswith("text/html"):
            links = {link.partition("#")[0] for link in Seen(answer.text).links}
            to_see |= {link for link in links if _is_page(link)} - seen

    assert f"/admin/handoffs/{SECOND}/diff" in seen
    assert PERSON in seen


def _is_page(link: str) -> bool:
    """Whether a link can be followed: what changes something is no page."""
    leads_away = link.endswith(("/retry", "/undo", "/deactivate", "/erase", "/sign-out"))
    is_unasked = link.endswith("/search")
    return link.startswith("/admin") and "?" not in link and not (leads_away or is_unasked)


@pytest.mark.parametrize(
    "page",
    [
        "/admin/handoffs/unknown",
        "/admin/handoffs/unknown/diff",
        f"/admin/handoffs/{FIRST}/diff",
        "/admin/traces/unknown",
        "/admin/sessions/unknown",
        "/admin/people/unknown",
        "/admin/people/unknown/search?q=lamp",
        "/admin/unknown",
        "/admin/static/unknown.css",
    ],
)
async def test_what_is_not_there_is_a_page_that_helps(
    database: Database, admin: httpx2.AsyncClient, page: str
) -> None:
    await a_past(database, "lamp")

    answer = await admin.get(page)

    assert answer.status_code == 404
    if "static" not in page:
        assert "There is no such page" in answer.text
        assert 'href="/admin/handoffs"' in answer.text


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("/admin/handoffs?created_after=yesterday", "must be a time"),
        ("/admin/handoffs?limit=0", "greater than or equal to 1"),
        ("/admin/sessions?state=asleep", "Input should be"),
        ("/admin/audit?cursor=nonsense", "not a cursor of this list"),
        ("/admin/usage?colour=blue", "is not a parameter of this page"),
        ("/admin/sessions?platform=slack&amp;platform=slack", "is not a parameter"),
        ("/admin/sessions?platform=slack&platform=slack", "is given more than once"),
        ("/admin/handoffs/no%20id", "has not the form of one"),
        ("/admin/people/no%20body", "has not the form of one"),
    ],
)
async def test_a_wrong_question_is_answered_with_its_fault(
    admin: httpx2.AsyncClient, page: str, fault: str
) -> None:
    answer = await admin.get(page)

    assert answer.status_code == 422
    assert fault in answer.text


ODD = [
    "' or 1=1 --",
    "\x00",
    "a" * 3_000,
    "😀",
    "../..",
    "{{ 7 * 191 }}",
    "%",
    "\u0661",
    "null",
]
ASKED = {
    "/admin/handoffs": ("q", "user_id", "limit", "cursor", "created_after", "active"),
    "/admin/sessions": ("user_id", "state", "platform"),
    "/admin/people": ("user",),
    f"{PERSON}/search": ("q",),
    "/admin/usage": ("since",),
    "/admin/statistics": ("hours",),
    "/admin/audit": ("who", "cursor"),
}
PLACES = ("handoffs/{}", "handoffs/{}/diff", "traces/{}", "sessions/{}", "people/{}")


async def test_nothing_that_can_be_asked_breaks_a_page(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp")

    for odd in ODD:
        places = [f"/admin/{place.format(quote(odd, safe=''))}" for place in PLACES]
        asked = [
            f"{page}?{name}={quote(odd)}" for page, names in ASKED.items() for name in names
        ]
        for address in (*places, *asked):
            answer = await admin.get(address)

            assert answer.status_code in {200, 303, 404, 422}, address
            assert "1337" not in answer.text
