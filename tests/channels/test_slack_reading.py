"""What is read back from Slack: whether an answer arrived, and what others said."""

from datetime import timedelta

import pytest

from bot.emulator.servers.faults import DropAfter, Hang
from channels.port import Overheard
from channels.slack_reading import SlackReader
from context.errors import DeliveryError, DeliveryUncertain
from context.messages import Address
from tests.channels.slack import ALICE, BOB, GENERAL, Workspace, an_address, an_outbound
from tests.clock import NOON

DIRECT = "D0ALICE"
CAROL = "U0CAROL"
BOT = "<@U0BATONBOT>"


async def lose(slack: Workspace, to: Address, outbox_id: str) -> None:
    """Send something whose answer is lost on the way."""
    slack.api.faults.queue(DropAfter())
    with pytest.raises(DeliveryUncertain):
        await slack.channel.send(an_outbound(to, outbox_id=outbox_id))


@pytest.mark.parametrize("is_threaded", [True, False])
async def test_a_lost_answer_is_found_among_others_by_its_outbox_id(
    slack: Workspace, *, is_threaded: bool
) -> None:
    root = slack.people.say(ALICE, "hello").message
    to = an_address(DIRECT, thread=root.ts if is_threaded else None)
    await slack.channel.send(an_outbound(to, outbox_id="o-1"))
    await lose(slack, to, "o-2")
    await slack.channel.send(an_outbound(to, outbox_id="o-3"))

    receipt = await slack.channel.find(an_outbound(to, outbox_id="o-2"), since=NOON)

    lost = slack.said_by_bot(DIRECT)[1]
    assert receipt == f"{DIRECT}:{lost.ts}"


async def test_an_answer_that_is_pages_away_is_found(slack: Workspace) -> None:
    reader = SlackReader(slack.channel._web.client, page_size=2)
    root = slack.people.say(ALICE, "hello").message
    to = an_address(DIRECT, thread=root.ts)
    for number in range(5):
        await slack.channel.send(an_outbound(to, outbox_id=f"o-{number}"))

    found = await reader.find(an_outbound(to, outbox_id="o-4"), since=NOON)

    assert found is not None
    assert slack.methods().count("conversations.replies") == 3


async def test_a_thread_without_an_end_is_not_read_to_its_end(slack: Workspace) -> None:
    reader = SlackReader(slack.channel._web.client, page_size=1)
    root = slack.people.say(ALICE, "hello").message
    for _ in range(20):
        slack.people.say(ALICE, "and", thread_ts=root.ts)

    with pytest.raises(DeliveryError) as caught:
        await reader.find(an_outbound(an_address(DIRECT, thread=root.ts)), since=NOON)

    assert (caught.value.code, caught.value.retry_after) == ("too_long", None)
    assert len(slack.api.calls) == 10


async def test_what_was_said_long_before_is_not_looked_through(slack: Workspace) -> None:
    root = slack.people.say(ALICE, "hello").message
    to = an_address(DIRECT, thread=root.ts)
    await slack.channel.send(an_outbound(to, outbox_id="o-1"))
    later = NOON + timedelta(minutes=2)

    assert await slack.channel.find(an_outbound(to, outbox_id="o-1"), since=later) is None


async def test_what_another_app_attached_is_not_ours(slack: Workspace) -> None:
    slack.people.say(ALICE, "hello")
    await slack.channel.send(an_outbound(an_address(DIRECT), outbox_id="o-1"))
    foreign = slack.said_by_bot(DIRECT)[0]
    slack.api.messages.keep(
        type(foreign)(
            channel=DIRECT,
            ts=foreign.ts,
            user=foreign.user,
            text="mine",
            metadata={"event_type": "task_created", "event_payload": {"outbox_id": "o-1"}},
        )
    )

    assert await slack.channel.find(an_outbound(an_address(DIRECT)), since=NOON) is None


async def test_what_one_person_alone_saw_cannot_be_told(slack: Workspace) -> None:
    to = an_address(GENERAL, only_to=ALICE)

    with pytest.raises(DeliveryError) as caught:
        await slack.channel.find(an_outbound(to), since=NOON)

    assert (caught.value.code, caught.value.retry_after) == ("ephemeral", None)
    assert slack.api.calls == ()


@pytest.mark.parametrize(
    ("code", "retry_after"),
    [("missing_scope", None), ("internal_error", timedelta(seconds=2))],
)
async def test_a_slack_that_does_not_tell_says_whether_it_ever_will(
    slack: Workspace, *, code: str, retry_after: timedelta | None
) -> None:
    slack.api.next(200, code=code)

    with pytest.raises(DeliveryError) as caught:
        await slack.channel.find(an_outbound(an_address(DIRECT)), since=NOON)

    assert caught.value.retry_after == retry_after


async def test_what_others_said_in_a_thread_is_overheard_in_order(slack: Workspace) -> None:
    root = slack.people.say(BOB, "The <#C0GENERAL|general> plan & all", channel=GENERAL)
    thread = root.message.ts
    slack.people.say(ALICE, "My own aside", channel=GENERAL, thread_ts=thread)
    slack.people.say(CAROL, "I agree", channel=GENERAL, thread_ts=thread)
    await slack.channel.send(an_outbound(an_address(GENERAL, thread=thread)))
    call = slack.people.say(ALICE, f"{BOT} hello", channel=GENERAL, thread_ts=thread).message
    to = an_address(GENERAL, thread=thread, message=call.ts)

    heard = await slack.channel.overheard(to, since=None)

    assert [(one.speaker, one.text) for one in heard] == [
        ("Bob", "The #general plan & all"),
        ("Person AROL", "I agree"),
    ]
    assert all(isinstance(one, Overheard) for one in heard)
    assert heard[0].sent_at < heard[1].sent_at


async def test_only_what_is_new_is_overheard(slack: Workspace) -> None:
    thread = slack.people.say(BOB, "old", channel=GENERAL).message.ts
    slack.people.say(BOB, "older", channel=GENERAL, thread_ts=thread)
    slack.clock.advance(timedelta(minutes=1))
    slack.people.say(BOB, "new", channel=GENERAL, thread_ts=thread)
    call = slack.people.say(ALICE, BOT, channel=GENERAL, thread_ts=thread).message
    to = an_address(GENERAL, thread=thread, message=call.ts)

    heard = await slack.channel.overheard(to, since=NOON + timedelta(seconds=30))

    assert [one.text for one in heard] == ["new"]


async def test_a_persons_name_is_asked_for_once(slack: Workspace) -> None:
    to = a_busy_thread(slack, speakers=(BOB, BOB, BOB))

    for _ in range(2):
        await slack.channel.overheard(to, since=None)

    assert slack.methods().count("users.info") == 1


async def test_a_person_whose_name_slack_does_not_say_goes_by_their_id(
    slack: Workspace,
) -> None:
    to = a_busy_thread(slack, speakers=(BOB,))
    slack.api.next(200, code="missing_scope", method="users.info")

    (heard,) = await slack.channel.overheard(to, since=None)

    assert heard.speaker == BOB


async def test_names_are_not_kept_without_bound(slack: Workspace) -> None:
    reader = SlackReader(slack.channel._web.client, max_names=1)
    to = a_busy_thread(slack, speakers=(BOB, CAROL))

    for _ in range(2):
        await reader.overheard(to, since=None)

    assert slack.methods().count("users.info") == 4


async def test_of_a_long_talk_the_newest_is_overheard(slack: Workspace) -> None:
    to = a_busy_thread(slack, speakers=(BOB,) * 60)

    heard = await slack.channel.overheard(to, since=None)

    assert [one.text for one in heard] == [f"words {number}" for number in range(10, 60)]


async def test_without_the_message_that_is_answered_nothing_is_anothers(
    slack: Workspace,
) -> None:
    to = a_busy_thread(slack, speakers=(BOB,))
    gone = an_address(GENERAL, thread=to.thread, message="1.2")

    assert await slack.channel.overheard(gone, since=None) == ()


async def test_outside_a_thread_nothing_is_overheard(slack: Workspace) -> None:
    assert await slack.channel.overheard(an_address(GENERAL, message="1.2"), since=None) == ()
    assert slack.api.calls == ()


async def test_what_cannot_be_overheard_is_gone_without(slack: Workspace) -> None:
    to = a_busy_thread(slack, speakers=(BOB,))
    slack.api.next(200, code="missing_scope")

    assert await slack.channel.overheard(to, since=None) == ()


async def test_an_answer_does_not_wait_for_what_others_said(slack: Workspace) -> None:
    reader = SlackReader(slack.channel._web.client, patience=timedelta(milliseconds=20))
    to = a_busy_thread(slack, speakers=(BOB,))
    slack.api.faults.queue(Hang())

    with pytest.raises(TimeoutError):
        await reader.overheard(to, since=None)


def a_busy_thread(slack: Workspace, *, speakers: tuple[str, ...]) -> Address:
    """A thread of Alice's in which others speak; her call to the bot is answered."""
    call = slack.people.say(ALICE, f"{BOT} hello", channel=GENERAL).message
    for number, speaker in enumerate(speakers):
        slack.people.say(speaker, f"words {number}", channel=GENERAL, thread_ts=call.ts)
    return an_address(GENERAL, thread=call.ts, message=call.ts)
