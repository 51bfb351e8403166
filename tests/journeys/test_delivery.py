"""What is said arrives once, in order, whatever the platform does."""

from bot.emulator.servers.faults import DropAfter, DropBefore
from bot.emulator.servers.model_answer import Answer
from bot.emulator.servers.slack_messages import direct_channel
from tests.journeys.town import ANA, BEN, Town, delivered, fates, town, until


async def test_an_answer_whose_receipt_was_lost_is_seen_once_on_whatsapp(
    database_url: str,
) -> None:
    async with town(database_url) as here:
        here.twilio.faults.queue(DropAfter(), method="messages.create", times=2)
        await here.whatsapp(ANA, "My order number is BX-48213-A.")
        await settled(here)

        assert len(here.heard_on_whatsapp(ANA)) == 2


async def test_an_answer_whose_receipt_was_lost_is_seen_once_in_slack(
    database_url: str,
) -> None:
    async with town(database_url) as here:
        here.slack.faults.queue(DropAfter(), method="chat.postMessage", times=2)
        await here.slack_message(BEN, "My order number is BX-48213-A.")
        await settled(here)

        assert len(here.heard_in_slack(direct_channel(BEN))) == 2


async def test_an_answer_that_never_arrived_is_sent_again(database_url: str) -> None:
    async with town(database_url) as here:
        here.twilio.faults.queue(DropBefore(), method="messages.create")
        await here.whatsapp(ANA, "My order number is BX-48213-A.")
        await settled(here)

        assert len(here.heard_on_whatsapp(ANA)) == 2


async def test_a_platforms_limit_is_respected(database_url: str) -> None:
    async with town(database_url) as here:
        here.slack.next(429, retry_after_s=1, method="chat.postMessage")
        await here.slack_message(BEN, "Hello")
        await settled(here)

        assert len(here.heard_in_slack(direct_channel(BEN))) == 2


async def test_a_permanent_refusal_is_recorded_and_what_follows_goes_on(
    database_url: str,
) -> None:
    async with town(database_url) as here:
        here.twilio.next(400, code=21610, method="messages.create", times=2)
        await here.whatsapp(ANA, "Hello")
        await until_fate(here, {"failed": 1})
        await here.whatsapp(ANA, "Hello again")
        await until_fate(here, {"failed": 1, "answered": 1})

        assert await delivered(here.database) == {"failed": 2, "sent": 1}


async def test_a_long_answer_comes_in_parts_and_in_order(database_url: str) -> None:
    words = " ".join(f"word{number:04}" for number in range(400))
    async with town(database_url) as here:
        here.model.script(Answer.saying(words))
        await here.whatsapp(ANA, "Tell me everything")
        await settled(here)

        _, *parts = here.heard_on_whatsapp(ANA)
        assert len(parts) > 1
        assert " ".join(parts).split() == words.split()


async def test_statuses_are_kept(database_url: str) -> None:
    async with town(database_url) as here:
        await here.whatsapp(ANA, "Hello")
        await settled(here)
        for message in here.twilio.messages.seen():
            if message.direction != "inbound":
                await here.twilio.report(message.sid, "delivered")

        async with here.database.hot() as connection:
            known = await connection.fetch("select delivery from outbox")
        assert {row["delivery"] for row in known} == {"delivered"}


async def settled(here: Town) -> None:
    """Wait until everything that came in is answered."""
    await until_fate(here, {"answered": 1})


async def until_fate(here: Town, expected: dict[str, int]) -> None:
    async def reached() -> bool:
        return await fates(here.database) == expected

    await until(reached)
