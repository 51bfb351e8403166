"""Channels and threads read back through slack_sdk, their status, and streamed answers."""

from datetime import timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.emulator.servers.slack import SlackApi
from tests.bot.emulator.workspace import (
    CHANNEL,
    DIRECT,
    OTHER_USER,
    USER,
    a_message,
    refusal,
)
from tests.clock import NOON, ManualClock

METADATA = {"event_type": "answer", "event_payload": {"id": "1"}}


async def test_history_is_newest_first_and_leaves_threads_out(
    slack: SlackApi, web: AsyncWebClient
) -> None:
    first, second = a_message(slack, "1"), a_message(slack, "2")
    a_message(slack, "reply", thread_ts=first.ts)

    history = await web.conversations_history(channel=CHANNEL)

    seen = [(one["ts"], one.get("thread_ts")) for one in history["messages"]]
    assert seen == [(second.ts, None), (first.ts, first.ts)]
    assert history["has_more"] is False


async def test_a_thread_is_its_parent_and_its_replies_in_order(
    slack: SlackApi, web: AsyncWebClient
) -> None:
    parent = a_message(slack, "parent")
    reply = await web.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=parent.ts)
    a_message(slack, "elsewhere")

    thread = await web.conversations_replies(channel=CHANNEL, ts=parent.ts)

    assert [one["ts"] for one in thread["messages"]] == [parent.ts, reply["ts"]]
    assert {one["thread_ts"] for one in thread["messages"]} == {parent.ts}


async def test_a_reply_to_a_reply_joins_its_thread(
    slack: SlackApi, web: AsyncWebClient
) -> None:
    parent = a_message(slack, "parent")
    reply = a_message(slack, "reply", thread_ts=parent.ts)

    posted = await web.chat_postMessage(channel=CHANNEL, text="x", thread_ts=reply.ts)

    assert posted["message"]["thread_ts"] == parent.ts


async def test_a_thread_that_was_never_there_is_not_found(web: AsyncWebClient) -> None:
    thread = web.conversations_replies(channel=CHANNEL, ts="1.000001")

    assert await refusal(thread) == "thread_not_found"


async def test_a_thread_from_before_the_server_started_is_taken_on_trust(
    web: AsyncWebClient,
) -> None:
    reply = await web.chat_postMessage(channel=CHANNEL, text="x", thread_ts="1.000001")

    thread = await web.conversations_replies(channel=CHANNEL, ts="1.000001")

    assert [one["ts"] for one in thread["messages"]] == [reply["ts"]]


async def test_metadata_is_shown_only_when_asked_for(web: AsyncWebClient) -> None:
    posted = await web.chat_postMessage(channel=CHANNEL, text="x", metadata=METADATA)

    plain = await web.conversations_history(channel=CHANNEL)
    full = await web.conversations_history(channel=CHANNEL, include_all_metadata=True)
    thread = await web.conversations_replies(
        channel=CHANNEL, ts=posted["ts"], include_all_metadata=True
    )

    assert "metadata" not in plain["messages"][0]
    assert full["messages"][0]["metadata"] == METADATA
    assert thread["messages"][0]["metadata"] == METADATA


async def test_pages_of_history_join_to_all_of_it(slack: SlackApi, web: AsyncWebClient) -> None:
    all_ts = [a_message(slack, f"{n}").ts for n in range(5)]

    pages = [
        [one["ts"] for one in page["messages"]]
        async for page in await web.conversations_history(channel=CHANNEL, limit=2)
    ]

    assert [len(page) for page in pages] == [2, 2, 1]
    assert [ts for page in pages for ts in page] == all_ts[::-1]


async def test_pages_of_a_thread_join_though_messages_were_deleted_between(
    slack: SlackApi, web: AsyncWebClient
) -> None:
    parent = a_message(slack, "parent")
    replies = [a_message(slack, f"{n}", thread_ts=parent.ts) for n in range(4)]

    page = await web.conversations_replies(channel=CHANNEL, ts=parent.ts, limit=2)
    slack.messages.remove(replies[1])
    cursor = page["response_metadata"]["next_cursor"]
    rest = await web.conversations_replies(channel=CHANNEL, ts=parent.ts, cursor=cursor)

    assert [one["ts"] for one in page["messages"]] == [parent.ts, replies[0].ts]
    assert [one["ts"] for one in rest["messages"]] == [replies[2].ts, replies[3].ts]


async def test_bounds_are_left_out_unless_inclusive(
    slack: SlackApi, web: AsyncWebClient
) -> None:
    first, second, third = (a_message(slack, text) for text in "123")

    between = await web.conversations_history(channel=CHANNEL, oldest=first.ts, latest=third.ts)
    inclusive = await web.conversations_history(
        channel=CHANNEL, oldest=second.ts, latest=third.ts, inclusive=True
    )
    later = await web.conversations_history(
        channel=CHANNEL, oldest=str(int(NOON.timestamp()) + 1)
    )

    assert [one["ts"] for one in between["messages"]] == [second.ts]
    assert [one["ts"] for one in inclusive["messages"]] == [third.ts, second.ts]
    assert later["messages"] == []


async def test_a_thread_shows_its_parent_whatever_the_bounds(
    slack: SlackApi, web: AsyncWebClient
) -> None:
    parent = a_message(slack, "parent")
    a_message(slack, "early", thread_ts=parent.ts)
    late = a_message(slack, "late", thread_ts=parent.ts)

    thread = await web.conversations_replies(
        channel=CHANNEL, ts=parent.ts, oldest=late.ts, inclusive=True
    )

    assert [one["text"] for one in thread["messages"]] == ["parent", "late"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"limit": "0"}, "invalid_limit"),
        ({"limit": "1001"}, "invalid_limit"),
        ({"limit": "many"}, "invalid_limit"),
        ({"cursor": "?"}, "invalid_cursor"),
        ({"cursor": "b3RoZXI6MQ=="}, "invalid_cursor"),
        ({"oldest": "yesterday"}, "invalid_ts_oldest"),
        ({"latest": "now"}, "invalid_ts_latest"),
    ],
)
async def test_a_page_that_cannot_be_is_refused(
    slack: SlackApi, web: AsyncWebClient, *, arguments: dict[str, str], error: str
) -> None:
    a_message(slack, "hello")
    history = web.api_call("conversations.history", params={"channel": CHANNEL, **arguments})

    assert await refusal(history) == error


async def test_a_status_shows_until_the_answer(slack: SlackApi, web: AsyncWebClient) -> None:
    parent = a_message(slack, "question")
    await web.assistant_threads_setStatus(
        channel_id=CHANNEL, thread_ts=parent.ts, status="is thinking..."
    )
    while_working = slack.chat.status(CHANNEL, parent.ts)

    await web.chat_postMessage(channel=CHANNEL, thread_ts=parent.ts, text="answer")

    assert while_working == "is thinking..."
    assert slack.chat.status(CHANNEL, parent.ts) == ""


async def test_a_status_fades_after_two_minutes(
    slack: SlackApi, web: AsyncWebClient, clock: ManualClock
) -> None:
    ts = a_message(slack, "question").ts
    await web.assistant_threads_setStatus(channel_id=CHANNEL, thread_ts=ts, status="thinks")

    clock.advance(timedelta(seconds=119))
    before = slack.chat.status(CHANNEL, ts)
    clock.advance(timedelta(seconds=1))

    assert (before, slack.chat.status(CHANNEL, ts)) == ("thinks", "")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"thread_ts": "1900000000.000100"}, "invalid_thread_ts"),
        ({"thread_ts": ""}, "invalid_arguments"),
        ({"status": None}, "invalid_arguments"),
        ({"loading_messages": ["."] * 11}, "invalid_arguments"),
        ({"channel_id": ""}, "channel_not_found"),
    ],
)
async def test_a_status_without_a_place_is_refused(
    slack: SlackApi, web: AsyncWebClient, *, arguments: dict[str, object], error: str
) -> None:
    ts = a_message(slack, "question").ts
    status = {"channel_id": CHANNEL, "thread_ts": ts, "status": "thinks", **arguments}

    assert await refusal(web.api_call("assistant.threads.setStatus", json=status)) == error


async def test_a_streamed_answer_grows_and_ends(slack: SlackApi, web: AsyncWebClient) -> None:
    parent = a_message(slack, "question")
    stream = await web.chat_stream(
        channel=CHANNEL,
        thread_ts=parent.ts,
        recipient_team_id=SlackApi.team,
        recipient_user_id=OTHER_USER,
        buffer_size=5,
    )

    await stream.append(markdown_text="**Hello**")
    _, growing = slack.messages.seen(CHANNEL)
    await stream.append(markdown_text=", dear ")
    await stream.stop(markdown_text="Ben", metadata=METADATA)

    _, ended = slack.messages.seen(CHANNEL)
    assert (growing.text, growing.is_streaming) == ("**Hello**", True)
    assert (ended.text, ended.is_streaming) == ("**Hello**, dear Ben", False)
    assert (ended.ts, ended.metadata) == (growing.ts, METADATA)


async def test_a_stream_takes_no_edit_before_it_ends_and_no_piece_after(
    slack: SlackApi, web: AsyncWebClient
) -> None:
    thread_ts = (await web.chat_postMessage(channel=USER, text="root"))["ts"]
    started = await web.chat_startStream(
        channel=DIRECT, thread_ts=thread_ts, markdown_text="Hel"
    )
    ts = started["ts"]

    early = await refusal(web.chat_update(channel=DIRECT, ts=ts, text="Hello"))
    slack.chat.end_stream(DIRECT, ts)
    late = await refusal(web.chat_appendStream(channel=DIRECT, ts=ts, markdown_text="lo"))
    await web.chat_update(channel=DIRECT, ts=ts, text="Hello")

    assert (early, late) == ("streaming_state_conflict", "message_not_in_streaming_state")
    assert slack.messages.get(DIRECT, ts).text == "Hello"


async def test_a_stream_in_a_channel_names_its_recipient(
    slack: SlackApi, web: AsyncWebClient
) -> None:
    ts = a_message(slack, "question").ts

    nobody = web.chat_startStream(channel=CHANNEL, thread_ts=ts, recipient_team_id="T0BATON")
    nowhere = web.chat_startStream(channel=CHANNEL, thread_ts="")
    odd = web.api_call(
        "chat.startStream", json={"channel": DIRECT, "thread_ts": "1.000001", "chunks": [1]}
    )

    assert await refusal(nobody) == "missing_recipient_user_id"
    assert await refusal(nowhere) == "invalid_thread_ts"
    assert await refusal(odd) == "invalid_chunks"


async def test_somebody_elses_message_is_no_stream(
    slack: SlackApi, web: AsyncWebClient
) -> None:
    ts = a_message(slack, "mine").ts

    stop = web.chat_stopStream(channel=CHANNEL, ts=ts)

    assert await refusal(stop) == "message_not_owned_by_app"


def test_a_workspace_that_people_write_past_takes_their_threads_on_trust() -> None:
    slack = SlackApi(token="xoxb-right", now=ManualClock().now, trusts_threads=True)

    assert slack.messages.thread(CHANNEL, "1900000000.000100") == "1900000000.000100"
