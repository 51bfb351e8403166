"""Messages in, answers out, on both platforms."""

import asyncio

from bot.emulator.servers.model_delivery import Latency
from bot.emulator.servers.slack_messages import direct_channel
from tests.journeys.town import ANA, BEN, Town, town, until


async def test_a_whatsapp_message_is_answered(database_url: str) -> None:
    async with town(database_url) as here:
        status = await here.whatsapp(ANA, "My order number is BX-48213-A.")
        await until(lambda: len(here.heard_on_whatsapp(ANA)) == 2)

    greeting, answer = here.heard_on_whatsapp(ANA)
    assert status == 200
    assert "/help" in greeting
    assert "BX-48213-A" in answer


async def test_a_slack_message_is_answered_in_its_thread(database_url: str) -> None:
    async with town(database_url) as here:
        await here.slack_message(BEN, "My order number is BX-48213-A.")
        await until(lambda: len(here.heard_in_slack(direct_channel(BEN))) == 2)

    greeting, answer = here.heard_in_slack(direct_channel(BEN))
    assert "/baton help" in greeting
    assert "BX-48213-A" in answer


async def test_a_mention_in_a_channel_is_answered_there(database_url: str) -> None:
    async with town(database_url) as here:
        mention = f"<@{here.slack.bot_user}> my ticket is TK-991"
        await here.slack_message(BEN, mention, channel="C1GENERAL")
        await until(lambda: len(here.heard_in_slack("C1GENERAL")) == 2)

    assert "TK-991" in here.heard_in_slack("C1GENERAL")[1]


async def test_a_redelivered_message_is_answered_once(database_url: str) -> None:
    async with town(database_url) as here:
        texted = here.callers.text(ANA, "Hello")
        for _ in range(3):
            await here.twilio.webhooks.deliver(texted.webhook)
        await until(lambda: len(here.heard_on_whatsapp(ANA)) == 2)
        await here.whatsapp(ANA, "Is that all?")
        await until(lambda: len(here.heard_on_whatsapp(ANA)) == 3)

        assert await here.fates() == {"answered": 2}


async def test_the_bot_introduces_itself_once(database_url: str) -> None:
    async with town(database_url) as here:
        for number in range(3):
            await here.whatsapp(ANA, f"Message {number}")
            await heard(here, number + 2)

    assert sum("/help" in text for text in here.heard_on_whatsapp(ANA)) == 1


async def test_what_comes_while_it_is_busy_forms_the_next_turn(database_url: str) -> None:
    async with town(database_url) as here:
        here.model.latency = Latency(first_token_s=0.3)
        await here.whatsapp(ANA, "First")
        await until(lambda: bool(here.model.requests))
        await here.whatsapp(ANA, "Second")
        await here.whatsapp(ANA, "Third")
        await until(lambda: len(here.heard_on_whatsapp(ANA)) == 3)

        assert len(here.model.requests) == 2
        assert await here.fates() == {"answered": 2, "merged": 1}


async def test_sessions_are_answered_side_by_side(database_url: str) -> None:
    people = [f"+1415555{number:04}" for number in range(10)]
    async with town(database_url) as here:
        here.model.latency = Latency(first_token_s=0.5)
        began = asyncio.get_running_loop().time()
        for person in people:
            await here.whatsapp(person, "Hello")
        await until(lambda: all(here.heard_on_whatsapp(person) for person in people))

    assert asyncio.get_running_loop().time() - began < 0.5 * len(people)


async def test_a_turn_below_the_warning_makes_one_model_call(database_url: str) -> None:
    async with town(database_url) as here:
        await here.whatsapp(ANA, "Hello")
        await until(lambda: len(here.heard_on_whatsapp(ANA)) == 2)

        assert len(here.model.requests) == 1


async def test_a_server_without_models_and_counts_is_tolerated(database_url: str) -> None:
    async with town(database_url) as here:
        here.model.has_extras = False
        await here.whatsapp(ANA, "Hello")
        await until(lambda: len(here.heard_on_whatsapp(ANA)) == 2)

        assert await here.fates() == {"answered": 1}


async def test_an_overloaded_model_is_waited_for(database_url: str) -> None:
    async with town(database_url) as here:
        here.model.next(529, times=2)
        await here.whatsapp(ANA, "Hello")
        await until(lambda: len(here.heard_on_whatsapp(ANA)) == 2)

        assert await here.fates() == {"answered": 1}


async def test_a_turn_that_fails_for_good_tells_the_person(database_url: str) -> None:
    async with town(database_url) as here:
        here.model.next(401)
        await here.whatsapp(ANA, "Hello")
        await until(lambda: bool(here.heard_on_whatsapp(ANA)))

        assert "fault on our side" in here.heard_on_whatsapp(ANA)[0]
        assert await here.fates() == {"failed": 1}


async def test_with_two_workers_every_message_is_answered_once(database_url: str) -> None:
    people = [f"+1415555{number:04}" for number in range(8)]
    async with town(database_url, workers=2) as here:
        for round_number in range(3):
            for person in people:
                await here.whatsapp(person, f"Note N-{round_number:03}")
        await until(lambda: all(_mentions(here.heard_on_whatsapp(p), "N-002") for p in people))

        found = await here.fates()
        assert found["answered"] + found.get("merged", 0) == 24


async def heard(here: Town, count: int) -> None:
    await until(lambda: len(here.heard_on_whatsapp(ANA)) == count)


def _mentions(heard: list[str], marker: str) -> bool:
    return any(marker in text for text in heard)
