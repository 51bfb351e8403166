"""What people do in Slack, as the bot hears it."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import JsonValue

from bot.emulator.servers.slack_links import SlackFile
from bot.emulator.servers.slack_messages import shown
from channels.port import Received
from context.messages import (
    Command,
    Deleted,
    Edited,
    InboundMessage,
    MediaReference,
    Said,
    message_id,
)
from tests.channels.slack import ALICE, BOB, GENERAL, Workspace
from tests.clock import NOON

BOT = "<@U0BATONBOT>"
TEAM = "T0BATON"


def only(received: Received) -> InboundMessage:
    assert len(received.messages) == 1
    assert received.reply.status == 200
    return received.messages[0]


def a_message(text: str = "hello", **fields: JsonValue) -> dict[str, JsonValue]:
    """An event as Slack has it, in Alice's direct chat unless the fields say otherwise."""
    return {
        "type": "message",
        "channel": "D0ALICE",
        "channel_type": "im",
        "user": ALICE,
        "text": text,
        "ts": "1700000000.000100",
        **fields,
    }


# Direct chats.


async def test_a_direct_chat_is_one_conversation_whatever_its_threads(slack: Workspace) -> None:
    root = slack.people.say(ALICE, "hello")
    reply = slack.people.say(ALICE, "again", thread_ts=root.message.ts)

    first, second = (
        only(await slack.receive(root.webhook)),
        only(await slack.receive(reply.webhook)),
    )

    assert first.conversation == second.conversation == "D0ALICE"
    assert first.user_id == second.user_id == f"{TEAM}:{ALICE}"
    assert not first.shared


async def test_an_answer_goes_into_the_thread_of_its_message(slack: Workspace) -> None:
    root = slack.people.say(ALICE, "hello")
    reply = slack.people.say(ALICE, "again", thread_ts=root.message.ts)

    first = only(await slack.receive(root.webhook)).reply_to
    second = only(await slack.receive(reply.webhook)).reply_to

    assert (first.account, first.peer) == (TEAM, "D0ALICE")
    assert first.thread == second.thread == root.message.ts
    assert (first.message, second.message) == (root.message.ts, reply.message.ts)


async def test_a_message_was_sent_when_slack_says(slack: Workspace) -> None:
    received = await slack.event(a_message(ts="1700000000.000100"))

    expected = datetime(2023, 11, 14, 22, 13, 20, 100, tzinfo=UTC)
    assert only(received).sent_at == expected


async def test_the_bots_name_is_not_part_of_what_is_said_to_it(slack: Workspace) -> None:
    received = await slack.event(a_message(f"{BOT} what's &lt;this&gt;?"))

    assert only(received).content == Said(text="what's <this>?")


@pytest.mark.parametrize("text", [".help", f"{BOT} help", f"{BOT} /help", " /help"])
async def test_a_command_can_be_written_in_a_direct_chat(slack: Workspace, text: str) -> None:
    assert only(await slack.event(a_message(text))).content == Command(name="help")


async def test_a_bare_word_in_a_direct_chat_is_talk(slack: Workspace) -> None:
    assert only(await slack.event(a_message("help"))).content == Said(text="help")


@pytest.mark.parametrize("channel_type", ["im", None])
async def test_a_direct_chat_is_known_by_its_id_too(
    slack: Workspace, channel_type: str | None
) -> None:
    message = only(await slack.event(a_message(channel_type=channel_type)))

    assert not message.shared


# Channels.


async def test_a_call_in_a_channel_is_said_once_though_it_comes_as_two_events(
    slack: Workspace,
) -> None:
    said = slack.people.say(ALICE, f"{BOT} hello", channel=GENERAL)

    mention, message = [only(await slack.receive(webhook)) for webhook in said.webhooks]

    assert mention == message
    assert mention.content == Said(text="hello")
    assert mention.message_id == message_id(
        mention.reply_to.provider, TEAM, GENERAL, said.message.ts
    )


async def test_a_thread_is_a_conversation_that_others_read(slack: Workspace) -> None:
    root = slack.people.say(ALICE, f"{BOT} hello", channel=GENERAL)
    reply = slack.people.say(BOB, f"and {BOT}?", channel=GENERAL, thread_ts=root.message.ts)

    first = only(await slack.receive(root.webhook))
    second = only(await slack.receive(reply.webhook))

    assert first.conversation == second.conversation == f"{GENERAL}:{root.message.ts}"
    assert first.shared
    assert second.shared
    assert first.reply_to.thread == second.reply_to.thread == root.message.ts
    assert first.user_id != second.user_id


async def test_what_does_not_call_the_bot_is_none_of_its_business(slack: Workspace) -> None:
    for text in ("hello all", "<@U0BOB> hello", ".help"):
        said = slack.people.say(ALICE, text, channel=GENERAL)

        assert (await slack.receive(said.webhook)).messages == ()


async def test_a_group_chat_is_shared(slack: Workspace) -> None:
    said = slack.people.say(ALICE, f"{BOT} hello", channel="G0GROUP")

    assert only(await slack.receive(said.webhook)).shared


@pytest.mark.parametrize("text", [".notices off", f"{BOT} notices off", f"{BOT} .notices off"])
async def test_a_command_can_be_written_in_a_thread(slack: Workspace, text: str) -> None:
    root = slack.people.say(BOB, "hello", channel=GENERAL)
    said = slack.people.say(ALICE, text, channel=GENERAL, thread_ts=root.message.ts)

    message = only(await slack.receive(said.webhook))

    assert message.content == Command(name="notices", argument="off")
    assert message.conversation == f"{GENERAL}:{root.message.ts}"
    assert message.reply_to.only_to is None


async def test_a_personal_command_is_answered_to_its_person_alone(slack: Workspace) -> None:
    said = slack.people.say(ALICE, f"{BOT} memory", channel=GENERAL)

    message = only(await slack.receive(said.webhook))

    assert message.content == Command(name="memory")
    assert message.reply_to.only_to == ALICE


async def test_a_call_that_is_no_command_stays_talk(slack: Workspace) -> None:
    said = slack.people.say(ALICE, f"{BOT} new idea: a boat", channel=GENERAL)

    assert only(await slack.receive(said.webhook)).content == Said(text="new idea: a boat")


# Kinds of messages.


async def test_a_thread_reply_shown_in_the_channel_too_is_said(slack: Workspace) -> None:
    event = a_message(subtype="thread_broadcast", thread_ts="1690000000.000100")

    message = only(await slack.event(event))

    assert message.content == Said(text="hello")
    assert message.reply_to.thread == "1690000000.000100"


async def test_files_are_kept_as_references(slack: Workspace) -> None:
    cat = SlackFile(name="cat.png", mimetype="image/png", content=b"meow")
    said = slack.people.say(ALICE, "", files=[cat])

    content = only(await slack.receive(said.webhook)).content

    assert isinstance(content, Said)
    (reference,) = content.media
    assert reference.url.startswith(f"{slack.url}/files/")
    assert (reference.content_type, reference.name, reference.size_bytes) == (
        "image/png",
        "cat.png",
        4,
    )


async def test_a_file_that_slack_withholds_is_left_out(slack: Workspace) -> None:
    withheld: JsonValue = {"id": "F1", "mode": "tombstone"}
    bare: JsonValue = {"id": "F2", "url_private": "https://files.example/F2"}

    message = only(await slack.event(a_message(subtype="file_share", files=[withheld, bare])))

    reference = MediaReference(
        url="https://files.example/F2", content_type="application/octet-stream"
    )
    assert message.content == Said(text="hello", media=(reference,))


async def test_a_forwarded_message_is_said_where_nothing_else_is(slack: Workspace) -> None:
    forwarded: JsonValue = [
        {"is_share": True, "text": "order &lt;4711&gt;"},
        {"is_share": True},
        {"text": "a preview of a link"},
    ]

    message = only(await slack.event(a_message("", attachments=forwarded)))

    assert message.content == Said(text="order <4711>")


@pytest.mark.parametrize(
    "fields",
    [
        {"user": "U0BATONBOT"},
        {"bot_id": "B0BATON"},
        {"bot_id": "B0OTHER", "subtype": "bot_message", "user": None},
        {"bot_id": "B0OTHER"},
        {"app_id": "A0BATON"},
        {"user": "USLACKBOT"},
        {"user": None},
        {"subtype": "channel_join"},
        {"subtype": "assistant_app_thread"},
        {"text": ""},
        {"text": None},
        {"text": "  \n"},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted", "deleted_ts": "1700000000.000100"},
    ],
)
async def test_what_no_person_says_is_ignored(
    slack: Workspace, fields: dict[str, JsonValue]
) -> None:
    received = await slack.event({**a_message(), **fields})

    assert received == Received(reply=received.reply)
    assert (received.reply.status, received.reply.body) == (200, "")


# Edits and deletions.


async def test_an_edit_in_a_thread_is_about_what_was_said_there(slack: Workspace) -> None:
    said = slack.people.say(ALICE, f"{BOT} hello", channel=GENERAL)
    original = only(await slack.receive(said.webhook))
    slack.clock.advance(timedelta(minutes=1))

    edit = only(await slack.receive(slack.people.edit(said.message, f"{BOT} goodbye")))

    assert edit.content == Edited(target=original.message_id, text="goodbye")
    assert edit.conversation == original.conversation
    assert edit.reply_to == original.reply_to
    assert edit.sent_at == NOON + timedelta(minutes=1)


async def test_two_edits_of_a_message_are_two(slack: Workspace) -> None:
    said = slack.people.say(ALICE, "hello")

    first = only(await slack.receive(slack.people.edit(said.message, "hallo")))
    second = only(await slack.receive(slack.people.edit(said.message, "hullo")))

    assert first.message_id != second.message_id


async def test_an_edit_that_takes_the_bots_name_out_is_still_an_edit(slack: Workspace) -> None:
    said = slack.people.say(ALICE, f"{BOT} hello", channel=GENERAL)

    edit = only(await slack.receive(slack.people.edit(said.message, "hello & all")))

    assert isinstance(edit.content, Edited)
    assert edit.content.text == "hello & all"


async def test_an_edit_that_first_calls_the_bot_says_something(slack: Workspace) -> None:
    said = slack.people.say(ALICE, "hello", channel=GENERAL)

    message = only(await slack.receive(slack.people.edit(said.message, f"{BOT} hello")))

    assert message.content == Said(text="hello")
    assert message.reply_to.message == said.message.ts


async def test_an_edit_of_what_was_not_for_the_bot_is_ignored(slack: Workspace) -> None:
    said = slack.people.say(ALICE, "hello", channel=GENERAL)

    received = await slack.receive(slack.people.edit(said.message, "goodbye"))

    assert received.messages == ()


async def test_a_link_that_slack_unfurls_is_no_edit(slack: Workspace) -> None:
    said = slack.people.say(ALICE, "see https://a.example")
    before = shown(said.message, with_metadata=False)
    unfurled: dict[str, JsonValue] = {**before, "attachments": [{"text": "A page"}]}

    received = await slack.event(
        a_message(subtype="message_changed", message=unfurled, previous_message=before)
    )

    assert received.messages == ()


async def test_a_file_taken_out_of_a_message_is_an_edit(slack: Workspace) -> None:
    file: JsonValue = {"id": "F1", "url_private": "https://files.example/F1"}
    before: JsonValue = {"user": ALICE, "ts": "1700000000.000100", "text": "a", "files": [file]}
    after: JsonValue = {"user": ALICE, "ts": "1700000000.000100", "text": "a"}

    message = only(
        await slack.event(
            a_message(
                subtype="message_changed",
                ts="1700000060.000100",
                message=after,
                previous_message=before,
            )
        )
    )

    assert isinstance(message.content, Edited)
    assert message.sent_at == datetime(2023, 11, 14, 22, 14, 20, 100, tzinfo=UTC)


@pytest.mark.parametrize(("edited", "count"), [({"user": ALICE, "ts": "1.2"}, 1), (None, 0)])
async def test_without_the_words_before_an_edit_is_known_by_its_mark(
    slack: Workspace, edited: JsonValue, count: int
) -> None:
    after: JsonValue = {"user": ALICE, "ts": "1.1", "text": "goodbye", "edited": edited}

    received = await slack.event(a_message(subtype="message_changed", message=after))

    assert len(received.messages) == count


async def test_the_bots_own_edits_are_ignored(slack: Workspace) -> None:
    before: JsonValue = {"user": "U0BATONBOT", "ts": "1.1", "text": "a", "bot_id": "B0BATON"}
    after: JsonValue = {"user": "U0BATONBOT", "ts": "1.1", "text": "b", "bot_id": "B0BATON"}

    received = await slack.event(
        {
            "type": "message",
            "subtype": "message_changed",
            "channel": "D0ALICE",
            "ts": "1.3",
            "message": after,
            "previous_message": before,
        }
    )

    assert received.messages == ()


async def test_a_deleted_message_with_answers_is_deleted(slack: Workspace) -> None:
    said = slack.people.say(ALICE, "hello")
    original = only(await slack.receive(said.webhook))
    before = shown(said.message, with_metadata=False)
    tombstone = {**before, "subtype": "tombstone", "text": "This message was deleted."}
    tombstone["user"] = "USLACKBOT"

    message = only(
        await slack.event(
            a_message(subtype="message_changed", message=tombstone, previous_message=before)
        )
    )

    assert message.content == Deleted(target=original.message_id)
    assert message.user_id == original.user_id


async def test_a_deletion_of_what_was_not_for_the_bot_is_ignored(slack: Workspace) -> None:
    said = slack.people.say(ALICE, "hello", channel=GENERAL)

    assert (await slack.receive(slack.people.delete(said.message))).messages == ()


# Where the bot's user id is not in the envelope.


async def test_a_mention_tells_who_the_bot_is_where_nothing_else_does(slack: Workspace) -> None:
    slack.api.next(500, method="auth.test")
    event = a_message("<@U0WHO> hello", type="app_mention", channel=GENERAL, channel_type=None)

    received = await slack.receive(
        slack.webhooks.posted({"type": "event_callback", "team_id": TEAM, "event": event})
    )

    assert only(received).content == Said(text="hello")


# Slash commands.


@pytest.mark.parametrize(
    ("name", "text", "command", "argument"),
    [
        ("/baton", "notices off", "notices", "off"),
        ("/baton", "", "help", ""),
        ("/baton", "???", "help", ""),
        ("/baton", "Handof", "handof", ""),
        ("/baton", "project the payload", "project", "the payload"),
        ("/notices", "off", "notices", "off"),
        ("/context", "", "context", ""),
        ("/assistant", "context", "context", ""),
    ],
)
async def test_a_slash_command_names_a_command(
    slack: Workspace, *, name: str, text: str, command: str, argument: str
) -> None:
    webhook = slack.people.command(ALICE, text, channel=GENERAL, name=name)

    received = await slack.receive(webhook)

    message = only(received)
    assert message.content == Command(name=command, argument=argument, latest_session=True)
    assert (received.reply.status, received.reply.body) == (200, "")


async def test_a_slash_command_is_answered_to_its_person_where_slack_says(
    slack: Workspace,
) -> None:
    message = only(await slack.receive(slack.people.command(ALICE, "help", channel=GENERAL)))

    assert message.reply_to.only_to == ALICE
    assert message.reply_to.reply_url is not None
    assert message.reply_to.reply_url.startswith(slack.url)
    assert (message.conversation, message.shared) == (GENERAL, True)
    assert (message.speaker, message.sent_at) == (ALICE.lower(), NOON)


async def test_a_slash_command_in_a_direct_chat_is_about_that_chat(slack: Workspace) -> None:
    said = only(await slack.receive(slack.people.say(ALICE, "hello").webhook))

    command = only(await slack.receive(slack.people.command(ALICE, "new")))

    assert command.conversation == said.conversation
    assert command.user_id == said.user_id
    assert not command.shared


async def test_each_slash_command_is_another(slack: Workspace) -> None:
    first = only(await slack.receive(slack.people.command(ALICE, "new")))
    second = only(await slack.receive(slack.people.command(ALICE, "new")))

    assert first.message_id != second.message_id


async def test_a_check_of_the_commands_address_is_answered(slack: Workspace) -> None:
    received = await slack.receive(slack.webhooks.command({"ssl_check": "1", "token": "x"}))

    assert received == Received()


# Buttons.


@pytest.mark.parametrize(
    ("action", "value", "argument"),
    [("handoff", "undo", "undo"), ("any", "handoff undo", "undo"), ("handoff", "", "")],
)
async def test_a_button_names_a_command(
    slack: Workspace, *, action: str, value: str, argument: str
) -> None:
    root = slack.people.say(ALICE, f"{BOT} hello", channel=GENERAL).message
    notice = slack.people.say(BOB, "full", channel=GENERAL, thread_ts=root.ts).message

    message = only(
        await slack.receive(slack.people.press(ALICE, action, on=notice, value=value))
    )

    assert message.content == Command(name="handoff", argument=argument)
    assert message.conversation == f"{GENERAL}:{root.ts}"
    assert (message.reply_to.thread, message.reply_to.only_to) == (root.ts, ALICE)


async def test_a_button_in_a_direct_chat_is_about_that_chat(slack: Workspace) -> None:
    notice = slack.people.say(ALICE, "full").message

    message = only(await slack.receive(slack.people.press(ALICE, "new", on=notice)))

    assert message.content == Command(name="new")
    assert (message.conversation, message.shared) == ("D0ALICE", False)
    assert (message.reply_to.thread, message.reply_to.only_to) == (notice.ts, None)


@pytest.mark.parametrize(
    ("container", "latest", "conversation"),
    [({"thread_ts": "1.2"}, False, f"{GENERAL}:1.2"), (None, True, GENERAL)],
)
async def test_a_button_in_a_message_for_one_person_alone_knows_its_thread_at_most(
    slack: Workspace, *, container: JsonValue, latest: bool, conversation: str
) -> None:
    received = await slack.receive(
        slack.webhooks.interaction(
            {
                "type": "block_actions",
                "user": {"id": ALICE, "team_id": TEAM},
                "channel": {"id": GENERAL},
                "container": container,
                "trigger_id": "1.2.3",
                "actions": [{"action_id": "stop"}],
            }
        )
    )

    message = only(received)
    assert message.content == Command(name="stop", latest_session=latest)
    assert message.conversation == conversation


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "view_submission", "view": {"callback_id": "x"}},
        {"type": "shortcut", "callback_id": "x"},
        {"type": "block_actions", "actions": [{"action_id": "like"}]},
        {"type": "block_actions", "actions": [{"action_id": "new"}], "team": None},
    ],
)
async def test_other_interactions_are_acknowledged(
    slack: Workspace, payload: dict[str, JsonValue]
) -> None:
    fields: dict[str, JsonValue] = {
        "team": {"id": TEAM},
        "user": {"id": ALICE},
        "channel": {"id": GENERAL},
        "trigger_id": "1.2.3",
    }

    received = await slack.receive(slack.webhooks.interaction({**fields, **payload}))

    assert received.messages == ()
    assert received.reply.status == 200
