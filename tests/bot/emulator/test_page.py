"""The emulator's page: what it shows, what it posts, and what it does not take."""

import json
import re
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from bot.emulator.emulator import Emulator, emulator, parts
from bot.emulator.page import BENS_ID, EmulatorPage
from bot.emulator.servers.slack import SlackApi
from bot.emulator.servers.slack_messages import direct_channel
from context.messages import SLACK, UserId, session_id
from storage.database import Database
from storage.outbox import Outbox
from storage.sessions import Sessions
from tests.bot.emulator.bot import Bot
from tests.clock import ManualClock
from tests.storage.rows import TRACE, a_met_person, a_session, an_agent_row, an_outbox_row, keep
from tests.storage.scenes import run

BEN = UserId(f"{SlackApi.team}:{BENS_ID}")
BENS_SESSION = session_id(SLACK, BEN, direct_channel(BENS_ID))
LIMIT = 10_000
SLACKS = {"SLACK_SIGNING_SECRET": "signing", "SLACK_BOT_TOKEN": "xoxb-real"}
TWILIO = {
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_WHATSAPP_FROM": "+14155550199",
}


def repr_of(body: object) -> str:
    """A name for a case that does not hold all of it."""
    return repr(body)[:60]


def emulated(
    bot_url: str, variables: Mapping[str, str] | None = None, *, plays_model: bool = True
) -> Emulator:
    return emulator(
        parts(variables or {}, origin=bot_url, secret="a secret"),
        origin=bot_url,
        bot_url=bot_url,
        plays_model=plays_model,
        now=ManualClock().now,
    )


class Browser:
    """Somebody who looks at the page, beside what is played."""

    def __init__(self, database: Database, found: Emulator) -> None:
        page = EmulatorPage(
            emulated=found,
            sessions=Sessions(database),
            outbox=Outbox(database),
            limit_tokens=LIMIT,
        )
        app = Starlette(routes=list(page.routes()))
        self._client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app), base_url="http://page", trust_env=False
        )

    async def get(self, path: str) -> httpx2.Response:
        return await self._client.get(path)

    async def post(self, path: str, body: object) -> httpx2.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self._client.post(path, content=content)

    async def pane(self, platform: str) -> dict[str, Any]:
        pane: dict[str, Any] = (await self.get("/emulator/state")).json()["panes"][platform]
        return pane


@pytest.fixture
def browser(database: Database, bot_url: str) -> Browser:
    """The page where everything is played, in front of a bot that takes everything."""
    return Browser(database, emulated(bot_url))


async def an_agent(database: Database, occupied_tokens: int) -> None:
    """Give Ben's chat an agent whose window holds so much."""
    agent = an_agent_row(user_id=BEN)
    await keep(
        database,
        *a_met_person(BEN)[:2],
        a_session(BEN).values(id=BENS_SESSION, agent_id="agent-1"),
        agent.values(id="agent-1", session_id=BENS_SESSION, occupied_tokens=occupied_tokens),
    )


async def test_the_page_is_there_and_may_load_nothing_from_elsewhere(browser: Browser) -> None:
    page = await browser.get("/emulator")

    assert page.text.startswith("<!doctype html>")
    assert "default-src 'self'" in page.headers["content-security-policy"]


async def test_there_is_a_pane_for_each_platform_that_is_played(
    database: Database, bot_url: str
) -> None:
    browser = Browser(database, emulated(bot_url, TWILIO))

    state = (await browser.get("/emulator/state")).json()

    assert state.keys() == {"panes", "stand_in"}
    assert state["panes"].keys() == {"slack"}
    assert state["stand_in"] is True


async def test_without_anything_to_play_there_is_no_pane(
    database: Database, bot_url: str
) -> None:
    browser = Browser(database, emulated(bot_url, SLACKS | TWILIO, plays_model=False))

    assert (await browser.get("/emulator/state")).json() == {"panes": {}, "stand_in": False}


async def test_what_ana_writes_is_posted_and_shown(browser: Browser, bot: Bot) -> None:
    written = await browser.post("/emulator/write", {"platform": "whatsapp", "text": "Hello"})

    assert written.json() == {"webhook_status": 200}
    assert [one.path for one in bot.received] == ["/webhooks/twilio/whatsapp"]
    (shown,) = (await browser.pane("whatsapp"))["messages"]
    assert (shown["text"], shown["mine"], shown["status"]) == ("Hello", True, "received")


async def test_what_ben_writes_is_posted_and_shown(browser: Browser, bot: Bot) -> None:
    await browser.post("/emulator/write", {"platform": "slack", "text": "Hello"})

    assert [one.path for one in bot.received] == ["/webhooks/slack/events"]
    (shown,) = (await browser.pane("slack"))["messages"]
    assert (shown["text"], shown["mine"]) == ("Hello", True)


async def test_what_the_bot_said_is_shown_for_what_it_is(
    browser: Browser, database: Database
) -> None:
    """On the platform a notice is a message like any other; only the bot knows it."""
    for text in ("An answer", "1,250/10,000 tokens"):
        await browser.post("/emulator/write", {"platform": "slack", "text": text})
    _, usage = (await browser.pane("slack"))["messages"]
    await an_agent(database, occupied_tokens=1_250)
    await keep(
        database,
        an_outbox_row(state="sent").values(
            session_id=BENS_SESSION, receipt=usage["key"], kind="notice", notice="usage"
        ),
    )

    shown = (await browser.pane("slack"))["messages"]

    assert [(one["kind"], one["notice"]) for one in shown] == [
        (None, None),
        ("notice", "usage"),
    ]


async def test_a_slash_command_is_posted_as_one(browser: Browser, bot: Bot) -> None:
    await browser.post("/emulator/write", {"platform": "slack", "text": "/baton context"})

    assert [one.path for one in bot.received] == ["/webhooks/slack/commands"]
    assert b"text=context" in bot.received[0].body


async def test_the_status_of_the_webhook_is_told(browser: Browser, bot: Bot) -> None:
    bot.status = 503

    written = await browser.post("/emulator/write", {"platform": "slack", "text": "Hello"})

    assert written.json() == {"webhook_status": 503}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        [],
        {"platform": "slack"},
        {"platform": "slack", "text": ""},
        {"platform": "slack", "text": 5},
        {"platform": "sms", "text": "Hello"},
        {"platform": "slack", "text": "Hello", "user": "U2"},
        {"platform": "slack", "text": "x" * 3_000_001},
    ],
    ids=repr_of,
)
async def test_what_is_no_writing_is_refused(browser: Browser, bot: Bot, body: object) -> None:
    refused = await browser.post("/emulator/write", body)

    assert (refused.status_code, refused.json()) == (422, {"error": "write some text"})
    assert bot.received == []


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        {"platform": "slack"},
        {"platform": "slack", "share": 0},
        {"platform": "slack", "share": 1},
        {"platform": "slack", "share": "much"},
        {"platform": "sms", "share": 0.5},
    ],
)
async def test_what_is_no_filling_is_refused(browser: Browser, bot: Bot, body: object) -> None:
    refused = await browser.post("/emulator/fill", body)

    assert refused.status_code == 422
    assert bot.received == []


async def test_nobody_writes_where_the_platform_is_real(
    database: Database, bot_url: str, bot: Bot
) -> None:
    browser = Browser(database, emulated(bot_url, SLACKS | TWILIO))

    for platform in ("whatsapp", "slack"):
        refused = await browser.post("/emulator/write", {"platform": platform, "text": "Hi"})

        assert refused.status_code == 409
        assert platform in refused.json()["error"]
    assert bot.received == []


async def test_a_bot_that_is_not_there_is_told(database: Database) -> None:
    browser = Browser(database, emulated("http://127.0.0.1:1"))

    failed = await browser.post("/emulator/write", {"platform": "slack", "text": "Hello"})

    assert failed.status_code == 502
    assert "connection_failed" in failed.json()["error"]


async def test_real_tokens_are_not_filled(database: Database, bot_url: str, bot: Bot) -> None:
    browser = Browser(database, emulated(bot_url, plays_model=False))

    refused = await browser.post("/emulator/fill", {"platform": "slack", "share": 0.5})

    assert refused.status_code == 409
    assert bot.received == []


async def test_an_empty_window_is_filled_up_to_its_share(browser: Browser) -> None:
    await browser.post("/emulator/fill", {"platform": "whatsapp", "share": 0.5})

    (shown,) = (await browser.pane("whatsapp"))["messages"]
    hidden = re.search(r"\(([\d,]+) more characters\)", shown["text"])
    assert hidden is not None
    chars = 300 + int(hidden[1].replace(",", ""))
    assert 0.99 * LIMIT / 2 <= chars / 4 <= LIMIT / 2


async def test_what_an_agent_holds_already_is_not_filled_again(
    browser: Browser, database: Database, bot: Bot
) -> None:
    await an_agent(database, occupied_tokens=4_990)
    half = {"platform": "slack", "share": 0.5}

    await browser.post("/emulator/fill", half)
    (shown,) = (await browser.pane("slack"))["messages"]
    await run(database, "update agent set occupied_tokens = 5000")
    filled = await browser.post("/emulator/fill", half)

    assert shown["text"] == "This line only takes up room in the window."
    assert filled.json() == {"sent_tokens": 0}
    assert len(bot.received) == 1


async def test_the_agents_of_a_trace_are_shown(browser: Browser, database: Database) -> None:
    await an_agent(database, occupied_tokens=1_250)

    pane = await browser.pane("slack")

    assert pane["limit_tokens"] == LIMIT
    (agent,) = pane["agents"]
    assert agent == {
        "version": 1,
        "trace_id": TRACE,
        "state": "active",
        "occupied_tokens": 1_250,
        "peak_tokens": 1_300,
        "turns": 3,
        "handoff_id": None,
    }


async def test_messages_of_others_are_not_shown(database: Database, bot_url: str) -> None:
    found = emulated(bot_url)
    assert found.twilio is not None
    found.twilio.people.text("+14155550101", "Not for Ana")

    assert (await Browser(database, found).pane("whatsapp"))["messages"] == []
