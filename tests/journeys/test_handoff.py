"""The window fills: a warning, a critical notice, and a fresh agent that goes on."""

from typing import Any

import httpx2

from bot.emulator.servers.model_delivery import Latency
from bot.emulator.servers.slack_messages import direct_channel
from storage.database import Database
from tests.journeys.town import ADMIN_TOKEN, Town, town, until

ANA = "+14155550100"
BEN = "U1BEN"
LIMIT = 4_000
FILLER = "This line only takes up room. "


def paste_to(here: Town, share: float) -> str:
    """Text that fills the window up to a share of the limit, the answer left aside."""
    missing_tokens = int(LIMIT * share) - here.model.bill.calls[-1].usage.occupied_tokens
    return (FILLER * (missing_tokens * 4 // len(FILLER))).strip()


async def say(here: Town, text: str, *, answers: int = 1) -> list[str]:
    """Write, and wait for so many messages; what was heard since."""
    before = len(here.heard_on_whatsapp(ANA))
    await here.whatsapp(ANA, text)
    await until(lambda: len(here.heard_on_whatsapp(ANA)) >= before + answers)
    return here.heard_on_whatsapp(ANA)[before:]


async def test_an_order_number_survives_the_handoff(database_url: str) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        await say(here, "My order number is BX-48213-A.", answers=2)
        warned = await say(here, paste_to(here, 0.77), answers=2)
        full = await say(here, paste_to(here, 0.91), answers=2)
        answer = await say(here, "What is my order number?")

        assert warned[1].startswith("⚠️")
        assert full[1].startswith("🔴")
        assert "/4,000" in full[1]
        assert "BX-48213-A" in answer[0]


async def test_each_notice_is_sent_once_per_crossing(database_url: str) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        await say(here, "Hello", answers=2)
        await say(here, paste_to(here, 0.76), answers=2)
        await say(here, "And on")
        await say(here, "And on")

        heard = here.heard_on_whatsapp(ANA)
        assert sum(text.startswith("⚠️") for text in heard) == 1
        assert not any(text.startswith("🔴") for text in heard)


async def test_a_handoff_is_one_row_and_the_next_agent(database_url: str) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        await say(here, "Hello", answers=2)
        await say(here, paste_to(here, 0.91), answers=2)
        await say(here, "Go on")

        handoffs = await admin(here, "/handoffs")
        trace = await admin(here, f"/traces/{handoffs['items'][0]['trace_id']}")
        assert len(handoffs["items"]) == 1
        assert handoffs["items"][0]["user_id"] == ANA
        assert handoffs["items"][0]["platform"] == "whatsapp"
        assert handoffs["items"][0]["sequence"] == 1
        assert [agent["agent_version"] for agent in trace["agents"]] == [1, 2]


async def test_a_jump_past_both_sends_only_the_critical_and_rotates(database_url: str) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        await say(here, "Hello", answers=2)
        heard = await say(here, paste_to(here, 0.96), answers=2)

        handoffs = await admin(here, "/handoffs")
        assert [text[:2] for text in heard if text[0] in "⚠🔴"] == ["🔴 "]
        assert handoffs["items"][0]["termination_reason"] == "forced_rotation"
        assert await rotations(here.database) == 1


async def test_an_answer_is_heard_though_its_turn_rotated_and_was_taken_again(
    database_url: str,
) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:

        def heard() -> list[str]:
            return here.heard_in_slack(direct_channel(BEN))

        await here.slack_message(BEN, "Hello")
        await until(lambda: len(heard()) == 2)
        await here.slack_message(BEN, paste_to(here, 0.7))
        await until(lambda: len(heard()) == 3)
        here.model.latency = Latency(first_token_s=5)
        asked = len(here.model.requests)
        said = here.slackers.say(BEN, FILLER * (LIMIT * 2 // len(FILLER)))
        await here.slack_hooks.deliver(said.webhook)
        await until(lambda: len(here.model.requests) > asked)
        here.model.latency = Latency()
        await here.slack_hooks.deliver(here.slackers.edit(said.message, "My order is BX-2"))
        await until(lambda: len(heard()) == 5)

        assert heard()[3].startswith("🔴")
        assert "BX-2" in heard()[4]


async def test_a_message_larger_than_the_window_gets_one_clear_sentence(
    database_url: str,
) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        heard = await say(here, FILLER * 1_000)
        assert "too long" in heard[0]
        assert len(await say(here, "Hello", answers=2)) == 2


async def admin(here: Town, path: str) -> Any:  # noqa: ANN401 - JSON
    async with httpx2.AsyncClient(trust_env=False) as client:
        response = await client.get(
            f"{here.url}/admin/api/v1{path}", headers={"Authorization": f"Bearer {ADMIN_TOKEN}"}
        )
    return response.json()


async def rotations(database: Database) -> int:
    async with database.hot() as connection:
        return int(await connection.fetchval("select count(*) from rotation"))
