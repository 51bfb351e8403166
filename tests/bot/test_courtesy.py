"""Courtesies are said once, and cost nobody an answer."""

import asyncio
from datetime import timedelta

from typing_extensions import override

from bot.beside import beside
from bot.courtesy import Courtesy
from channels.slack import SlackChannel
from context.messages import Address, InboundMessage, TurnId
from storage.database import Database, open_database
from storage.lanes import Claim
from storage.ledger import Ledger
from storage.mailbox import Mail, Mailbox
from tests.bot.model.waiting import until
from tests.builders import NOON, an_inbound
from tests.channels.slack import an_outbound, workspace
from tests.clock import ManualClock
from tests.storage.scenes import arrive, claim, lose, rows
from tests.storage.wire import wired

STATUS = "assistant.threads.setStatus"


class HastyChannel(SlackChannel):
    """Slack, were a status to go out at once."""

    @override
    async def show_working(self, reply_to: Address) -> timedelta | None:
        again = await super().show_working(reply_to)
        return None if again is None else timedelta(milliseconds=1)


async def test_work_that_takes_long_says_so_once(database: Database) -> None:
    held, mail = await _at_work(database)

    await _show(database, held, mail)
    await _show(database, held, mail)

    (said,) = await rows(database, "select kind, body from outbox")
    assert said["kind"] == "notice"
    assert str(said["body"]).startswith("⏳")


async def test_a_courtesy_that_cannot_be_stored_ends_no_work(
    database: Database, database_url: str
) -> None:
    held, mail = await _at_work(database)
    async with (
        wired(database_url) as wire,
        open_database(wire.address, connections=2) as unreachable,
    ):
        await wire.cut()
        await _show(unreachable, held, mail)

    assert await rows(database, "select id from outbox") == []


async def test_who_lost_the_claim_says_nothing(database: Database) -> None:
    held, mail = await _at_work(database)
    await lose(database, held)

    await _show(database, held, mail)

    assert await rows(database, "select id from outbox") == []


async def test_a_status_is_shown_again_before_it_goes_out(database: Database) -> None:
    async with workspace() as place:
        said = place.people.say("U0ALICE", "Hello")
        received = await place.receive(said.webhook)
        held, mail = await _at_work(database, *received.messages)
        courtesy = Courtesy(ledger=Ledger(database), clock=place.clock)
        channel = HastyChannel(place.channel._web, signing_secrets=(), now=place.clock.now)

        async with asyncio.TaskGroup() as group:
            showing = group.create_task(courtesy.show(held, mail, channel))
            await until(lambda: place.methods().count(STATUS) >= 3)
            showing.cancel()
        shown = place.methods().count(STATUS)
        await place.channel.send(an_outbound(mail.messages[-1].reply_to))

        assert showing.cancelled()
        assert place.methods().count(STATUS) == shown


async def test_a_turn_that_ends_in_time_says_nothing_of_its_length(database: Database) -> None:
    held, mail = await _at_work(database)
    courtesy = Courtesy(ledger=Ledger(database), clock=ManualClock())

    async with workspace() as place, beside(courtesy.show(held, mail, place.channel)):
        await asyncio.sleep(0)

    assert await rows(database, "select id from outbox") == []


async def _at_work(database: Database, *messages: InboundMessage) -> tuple[Claim, Mail]:
    held = await claim(database, await arrive(database, *(messages or (an_inbound(),))))
    mail = await Mailbox(database).take(held, turn_id=TurnId("turn-1"), now=NOON)
    assert mail is not None
    return held, mail


async def _show(database: Database, held: Claim, mail: Mail) -> None:
    """Be at work for too long; there is no thread in which a status would be shown."""
    courtesy = Courtesy(ledger=Ledger(database), clock=ManualClock(), say_so_after=timedelta(0))
    async with workspace() as place:
        await courtesy.show(held, mail, place.channel)
