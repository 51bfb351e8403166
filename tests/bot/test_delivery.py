"""A session's outbox is said in order, each message once as far as anybody can tell."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.emulator.servers.faults import DropAfter, DropBefore
from context.errors import SessionConflict
from context.messages import OutboxId
from storage.database import Database
from storage.lanes import Lane
from storage.outbox import Kind, Spoken
from tests.bot.post import POST, READ, LateOutbox, Post
from tests.builders import an_address, an_inbound
from tests.channels.slack import Workspace, workspace
from tests.storage.scenes import a_reply, arrive, claim, lose, rows

SECOND = timedelta(seconds=1)


@pytest.fixture
async def slack() -> AsyncIterator[Workspace]:
    async with workspace() as place:
        yield place


@pytest.fixture
async def post(database: Database, slack: Workspace) -> Post:
    """An outbox with one reply in it."""
    session = await arrive(database, an_inbound())
    post = Post(database, slack, await claim(database, session))
    await post.say(a_reply())
    post.held = await claim(database, session, Lane.DELIVER)
    return post


async def test_everything_is_sent_in_order_and_the_lane_falls_asleep(
    post: Post, database: Database
) -> None:
    await post.say(*(a_reply(number, f"Part {number}") for number in (2, 3)))

    assert await post.pauses() == []

    assert post.seen() == ["Hello yourself", "Part 2", "Part 3"]
    (lane,) = await rows(database, "select awake from lane where name = 'deliver'")
    assert lane["awake"] is False


async def test_what_is_said_just_as_the_lane_is_let_go_is_sent_too(
    post: Post, database: Database
) -> None:
    late = LateOutbox(database, post, a_reply(2, "Late"))

    await post.pauses(post.delivery(outbox=late))

    assert post.seen() == ["Hello yourself", "Late"]


async def test_pauses_grow_while_a_platform_is_busy(post: Post) -> None:
    post.slack.api.next(429, retry_after_s=0, times=4)

    assert await post.pauses() == [SECOND / 2, SECOND, 2 * SECOND, 4 * SECOND]
    assert post.seen() == ["Hello yourself"]


async def test_a_platform_that_asks_for_longer_is_given_it(post: Post) -> None:
    post.slack.api.next(429, retry_after_s=30)

    assert await post.pauses() == [30 * SECOND]


async def test_what_is_not_due_yet_holds_up_what_follows(post: Post) -> None:
    post.slack.api.next(429, retry_after_s=30)
    await post.say(a_reply(2, "After it"))

    again = await post.delivery().deliver(post.held)
    post.slack.clock.advance(10 * SECOND)
    still = await post.delivery().deliver(post.held)

    assert (again, still) == (30 * SECOND, 20 * SECOND)
    assert post.posts() == 1


async def test_what_is_about_to_be_due_is_not_asked_for_all_the_time(post: Post) -> None:
    post.slack.api.next(429, retry_after_s=30)
    await post.delivery().deliver(post.held)
    post.slack.clock.advance(30 * SECOND - timedelta(milliseconds=1))

    assert await post.delivery().deliver(post.held) == SECOND / 20


@pytest.mark.slow
@pytest.mark.parametrize(("status", "code"), [(429, "ratelimited"), (500, "uncertain")])
async def test_what_is_never_taken_is_given_up_after_an_outage_of_an_hour(
    post: Post, status: int, code: str
) -> None:
    post.slack.api.next(status, method=POST, times=1_000)

    pauses = await post.pauses(most=1_000)

    assert sum(pauses, timedelta()) > timedelta(minutes=50)
    assert max(pauses) == timedelta(minutes=1)
    assert await post.settled() == [("failed", code)]


async def test_a_permanent_refusal_is_recorded_and_what_follows_goes_on(post: Post) -> None:
    post.slack.api.next(200, code="channel_not_found", method=POST)
    await post.say(a_reply(2, "After it"))

    with capture_logs() as logs:
        await post.pauses()

    assert await post.settled() == [("failed", "channel_not_found"), ("sent", None)]
    assert post.seen() == ["After it"]
    assert [entry["event"] for entry in logs] == ["outbound.failed"]
    assert "Hello yourself" not in repr(logs)


async def test_a_message_on_a_channel_that_is_gone_fails(post: Post) -> None:
    assert await post.pauses(post.delivery(channels={})) == []
    assert await post.settled() == [("failed", "channel_not_configured")]


async def test_a_message_that_arrived_without_a_receipt_is_found_and_not_sent_again(
    post: Post,
) -> None:
    post.slack.api.faults.queue(DropAfter(), method=POST)

    pauses = await post.pauses()

    assert pauses == [SECOND]
    assert await post.settled() == [("sent", None)]
    assert (post.seen(), post.posts()) == (["Hello yourself"], 1)


async def test_a_message_that_did_not_arrive_is_sent_again(post: Post) -> None:
    post.slack.api.faults.queue(DropBefore(), method=POST)

    await post.pauses()

    assert await post.settled() == [("sent", "uncertain")]
    assert (post.seen(), post.posts()) == (["Hello yourself"], 2)


async def test_an_uncertain_message_is_looked_for_no_sooner_than_a_moment_later(
    post: Post,
) -> None:
    post.slack.api.faults.queue(DropAfter(), method=POST)
    await post.delivery().deliver(post.held)
    post.slack.clock.advance(SECOND / 4)

    assert await post.delivery().deliver(post.held) == 3 * SECOND / 4
    assert READ not in post.slack.methods()


async def test_what_cannot_be_told_holds_up_the_rest_for_half_a_minute_at_most(
    post: Post,
) -> None:
    post.slack.api.faults.queue(DropBefore(), method=POST)
    post.slack.api.next(429, retry_after_s=8, method=READ, times=100)

    pauses = await post.pauses()

    assert pauses[:-1] == [SECOND, 8 * SECOND, 8 * SECOND, 8 * SECOND, 5 * SECOND]
    assert pauses[-1] == SECOND / 2  # before it is sent again
    assert post.seen() == ["Hello yourself"]


async def test_what_can_be_told_after_a_while_is_not_sent_again(post: Post) -> None:
    post.slack.api.faults.queue(DropAfter(), method=POST)
    post.slack.api.next(429, retry_after_s=8, method=READ, times=2)

    await post.pauses()

    assert (post.seen(), post.posts()) == (["Hello yourself"], 1)


async def test_what_can_never_be_told_is_sent_again_at_once(
    post: Post, database: Database
) -> None:
    await post.pauses()
    whisper = Spoken(
        outbox_id=OutboxId("outbox-2"),
        kind=Kind.COMMAND,
        to=replace(an_address("C0GENERAL"), only_to="U0ALICE"),
        text="For you alone",
    )
    await post.say(whisper)
    post.held = await claim(database, post.held.session_id, Lane.DELIVER)
    post.slack.api.faults.queue(DropBefore(), method="chat.postEphemeral")

    pauses = await post.pauses()

    assert pauses == [SECOND, SECOND / 2]
    assert post.slack.methods().count("chat.postEphemeral") == 2


async def test_what_a_killed_worker_was_sending_is_looked_for_before_it_is_sent(
    post: Post, database: Database
) -> None:
    """The worker died between the platform's acceptance and our record of it."""
    post.slack.api.faults.queue(DropAfter(), method=POST)
    await post.delivery().deliver(post.held)
    async with database.hot() as connection:
        await connection.execute("update outbox set state = 'sending', uncertain_at = null")
    post.held = await lose(database, post.held)

    pauses = await post.pauses()

    assert pauses == [SECOND]
    assert (post.seen(), post.posts()) == (["Hello yourself"], 1)


async def test_an_uncertain_message_on_a_channel_that_is_gone_fails(post: Post) -> None:
    post.slack.api.faults.queue(DropAfter(), method=POST)
    await post.delivery().deliver(post.held)
    post.slack.clock.advance(SECOND)

    assert await post.pauses(post.delivery(channels={})) == []
    assert await post.settled() == [("failed", "channel_not_configured")]


async def test_who_lost_the_claim_sends_nothing(post: Post, database: Database) -> None:
    await lose(database, post.held)

    with pytest.raises(SessionConflict):
        await post.delivery().deliver(post.held)

    assert post.posts() == 0
