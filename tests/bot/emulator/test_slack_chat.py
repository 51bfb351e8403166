"""Messages changed, taken back, whispered and reacted to through slack_sdk."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.emulator.servers.slack import SlackApi
from tests.bot.emulator.workspace import CHANNEL, USER, a_message, refusal


async def test_an_update_replaces_text_and_keeps_the_rest(
    slack: SlackApi, web: AsyncWebClient
) -> None:
    metadata = {"event_type": "answer", "event_payload": {"id": "1"}}
    posted = await web.chat_postMessage(channel=CHANNEL, text="helo", metadata=metadata)

    updated = await web.chat_update(channel=CHANNEL, ts=posted["ts"], text="hello")

    [message] = slack.messages.seen(CHANNEL)
    assert (message.ts, message.text, message.metadata) == (posted["ts"], "hello", metadata)
    assert message.edited_ts is not None
    assert updated["text"] == "hello"


async def test_an_empty_object_takes_metadata_away(
    slack: SlackApi, web: AsyncWebClient
) -> None:
    metadata = {"event_type": "answer", "event_payload": {}}
    ts = (await web.chat_postMessage(channel=CHANNEL, text="x", metadata=metadata))["ts"]

    await web.chat_update(channel=CHANNEL, ts=ts, text="x", metadata={})

    assert slack.messages.get(CHANNEL, ts).metadata is None


async def test_only_own_messages_may_be_changed(slack: SlackApi, web: AsyncWebClient) -> None:
    hers = a_message(slack, "mine")

    update = web.chat_update(channel=CHANNEL, ts=hers.ts, text="yours")

    assert await refusal(update) == "cant_update_message"
    delete = web.chat_delete(channel=CHANNEL, ts=hers.ts)
    assert await refusal(delete) == "cant_delete_message"
    assert slack.messages.seen(CHANNEL) == (hers,)


async def test_an_update_needs_a_message_and_something_to_say(web: AsyncWebClient) -> None:
    ts = (await web.chat_postMessage(channel=CHANNEL, text="hello"))["ts"]

    nothing = web.api_call("chat.update", json={"channel": CHANNEL, "ts": ts})
    nowhere = web.chat_update(channel=CHANNEL, ts="1.000001", text="x")

    assert await refusal(nothing) == "no_text"
    assert await refusal(nowhere) == "message_not_found"


async def test_a_deleted_message_is_gone(slack: SlackApi, web: AsyncWebClient) -> None:
    ts = (await web.chat_postMessage(channel=CHANNEL, text="hello"))["ts"]

    await web.chat_delete(channel=CHANNEL, ts=ts)

    assert slack.messages.seen(CHANNEL) == ()
    again = web.chat_delete(channel=CHANNEL, ts=ts)
    assert await refusal(again) == "message_not_found"
    reply = web.chat_postMessage(channel=CHANNEL, text="x", thread_ts=ts)
    assert await refusal(reply) == "thread_not_found"


async def test_an_ephemeral_message_is_seen_by_its_person_only(
    slack: SlackApi, web: AsyncWebClient
) -> None:
    answer = await web.chat_postEphemeral(channel=CHANNEL, user=USER, text="psst")

    [message] = slack.messages.seen(CHANNEL)
    history = await web.conversations_history(channel=CHANNEL)
    assert (message.ts, message.visible_to) == (answer["message_ts"], USER)
    assert history["messages"] == []
    to_nobody = web.chat_postEphemeral(channel=CHANNEL, user="", text="psst")
    assert await refusal(to_nobody) == "user_not_in_channel"


async def test_a_reaction_is_given_once(slack: SlackApi, web: AsyncWebClient) -> None:
    ts = a_message(slack, "hello").ts

    await web.reactions_add(channel=CHANNEL, timestamp=ts, name="eyes")

    assert slack.messages.get(CHANNEL, ts).reactions == {"eyes": (SlackApi.bot_user,)}
    again = web.reactions_add(channel=CHANNEL, timestamp=ts, name="eyes")
    assert await refusal(again) == "already_reacted"
    odd = web.reactions_add(channel=CHANNEL, timestamp=ts, name="not an emoji")
    assert await refusal(odd) == "invalid_name"
