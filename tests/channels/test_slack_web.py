"""What is said in Slack, and what becomes of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest
from pydantic import BaseModel, JsonValue, TypeAdapter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.emulator.servers.faults import DropAfter, DropBefore, Hang
from bot.emulator.servers.serving import serving
from bot.emulator.servers.slack_messages import SlackMessage
from bot.emulator.servers.webhooks import Webhook
from channels.slack import SlackChannel
from channels.slack_web import connected
from context import notices
from context.catalogue.sentences import Pressable
from context.errors import DeliveryError, DeliveryUncertain
from context.language import Language
from context.messages import Command
from tests.channels.slack import (
    ALICE,
    GENERAL,
    SECRET,
    TOKEN,
    Workspace,
    an_address,
    an_outbound,
    workspace,
)
from tests.clock import NOON
from tests.contracts.channel import SECRET_WORDS, told

DIRECT = "D0ALICE"
LONG = timedelta(seconds=5)


@asynccontextmanager
async def answering(response: Response) -> AsyncIterator[SlackChannel]:
    """A channel whose every call gets this answer."""

    async def answer(_: Request) -> Response:
        return response

    app = Starlette(routes=[Route("/{path:path}", answer, methods=["POST"])])
    async with (
        serving(app) as url,
        connected(TOKEN, api_url=url, within=LONG) as web,
    ):
        yield SlackChannel(web, signing_secrets=(SECRET,), now=lambda: NOON)


async def test_an_answer_is_markdown_in_its_thread_that_carries_its_outbox_id(
    slack: Workspace,
) -> None:
    root = slack.people.say(ALICE, "hello").message
    to = an_address(DIRECT, thread=root.ts)

    receipt = await slack.channel.send(an_outbound(to, "**Hello!**", outbox_id="o-7"))

    (answer,) = slack.said_by_bot(DIRECT)
    assert receipt == f"{DIRECT}:{answer.ts}"
    assert (answer.text, answer.thread_ts) == ("**Hello!**", root.ts)
    assert answer.metadata == {
        "event_type": "baton_message",
        "event_payload": {"outbox_id": "o-7"},
    }


async def test_no_link_in_an_answer_is_fetched_for_a_preview(slack: Workspace) -> None:
    await slack.channel.send(an_outbound(an_address(DIRECT)))

    (call,) = slack.api.calls
    assert (call.arguments["unfurl_links"], call.arguments["unfurl_media"]) == (False, False)
    assert "text" not in call.arguments


async def test_an_answer_calls_nobody_all_at_once(slack: Workspace) -> None:
    (part,) = slack.channel.parts("<!channel> and @here: done")

    await slack.channel.send(an_outbound(an_address(GENERAL), part))

    (answer,) = slack.said_by_bot(GENERAL)
    assert "<!" not in answer.text
    assert "@here" not in answer.text


# With buttons.

FULL = replace(
    an_outbound(an_address(DIRECT), "**Full**", outbox_id="o-8"),
    buttons=notices.buttons("compact", "handoff undo"),
)


async def test_buttons_stand_under_what_is_said(slack: Workspace) -> None:
    await slack.channel.send(FULL)

    (answer,) = slack.said_by_bot(DIRECT)
    assert answer.text == "**Full**"
    assert answer.blocks == [
        {"type": "markdown", "text": "**Full**"},
        {
            "type": "actions",
            "elements": [
                a_button("baton_command:compact", "Tidy up now", value="compact"),
                a_button("baton_command:handoff_undo", "Take it back", value="handoff undo"),
            ],
        },
    ]


def a_button(action_id: str, label: str, *, value: str) -> dict[str, object]:
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": label, "emoji": True},
        "action_id": action_id,
        "value": value,
    }


@pytest.mark.parametrize("language", Language)
async def test_slack_takes_the_buttons_of_every_language(
    slack: Workspace, language: Language
) -> None:
    buttons = notices.buttons(*get_args(Pressable), language=language)

    await slack.channel.send(replace(FULL, buttons=buttons))

    assert len(slack.said_by_bot(DIRECT)) == 1


async def test_a_message_with_buttons_whose_answer_was_lost_is_found(slack: Workspace) -> None:
    slack.api.faults.queue(DropAfter())
    with pytest.raises(DeliveryUncertain):
        await slack.channel.send(FULL)

    assert await slack.channel.find(FULL, since=NOON) is not None


@pytest.mark.parametrize("command", get_args(Pressable))
async def test_a_pressed_button_gives_its_command(slack: Workspace, command: Pressable) -> None:
    outbound = replace(FULL, buttons=notices.buttons(*get_args(Pressable)))
    await slack.channel.send(outbound)
    (notice,) = slack.said_by_bot(DIRECT)
    pressed = a_press(slack, notice, label=notices.buttons(command)[0].label)

    (message,) = (await slack.receive(pressed)).messages

    name, _, argument = command.partition(" ")
    assert message.content == Command(name=name, argument=argument)
    assert (message.conversation, message.reply_to.peer) == (DIRECT, DIRECT)


async def test_a_button_that_one_person_sees_is_about_its_thread(slack: Workspace) -> None:
    root = slack.people.say(ALICE, "<@U0BATONBOT> hi", channel=GENERAL).message
    to = an_address(GENERAL, thread=root.ts, only_to=ALICE)
    await slack.channel.send(replace(FULL, to=to))
    (notice,) = slack.said_by_bot(GENERAL)

    (message,) = (await slack.receive(a_press(slack, notice, label="Tidy up now"))).messages

    assert notice.visible_to == ALICE
    assert message.content == Command(name="compact")
    assert message.conversation == f"{GENERAL}:{root.ts}"
    assert message.reply_to == to


async def test_a_slash_command_may_be_answered_with_buttons(slack: Workspace) -> None:
    command = await slack.receive(slack.people.command(ALICE, "compact", channel=GENERAL))

    await slack.channel.send(replace(FULL, to=command.messages[0].reply_to))

    (answer,) = slack.said_by_bot(GENERAL)
    assert isinstance(answer.blocks, list)
    assert len(answer.blocks) == 2


async def test_no_button_is_shown_where_it_would_be_about_another_conversation() -> None:
    async with workspace(channels=(DIRECT,)) as slack:
        to = an_address(GENERAL, thread="1.2", only_to=ALICE)

        await slack.channel.send(replace(FULL, to=to))

    assert [(one.text, one.blocks) for one in slack.said_by_bot(DIRECT)] == [("**Full**", None)]


def a_press(slack: Workspace, on: SlackMessage, *, label: str) -> Webhook:
    """A person presses the button that says this."""
    blocks = _BLOCKS.validate_python(on.blocks)
    (button,) = (one for block in blocks for one in block.elements if one.text["text"] == label)
    return slack.people.press(ALICE, button.action_id, on=on, value=button.value)


class _Element(BaseModel):
    text: dict[str, JsonValue]
    action_id: str
    value: str


class _Block(BaseModel):
    elements: tuple[_Element, ...] = ()


_BLOCKS = TypeAdapter(tuple[_Block, ...])


# For one person alone.


async def test_an_answer_for_one_person_is_seen_by_no_other(slack: Workspace) -> None:
    root = slack.people.say(ALICE, "hello", channel=GENERAL).message
    to = an_address(GENERAL, thread=root.ts, only_to=ALICE)

    receipt = await slack.channel.send(an_outbound(to))

    (answer,) = slack.said_by_bot(GENERAL)
    assert (answer.visible_to, answer.thread_ts) == (ALICE, root.ts)
    assert receipt == f"{GENERAL}:{answer.ts}"


async def test_a_slash_command_is_answered_at_its_own_address(slack: Workspace) -> None:
    command = await slack.receive(slack.people.command(ALICE, "help", channel=GENERAL))

    await slack.channel.send(an_outbound(command.messages[0].reply_to, "**Help**"))

    (answer,) = slack.said_by_bot(GENERAL)
    assert (answer.visible_to, answer.text) == (ALICE, "**Help**")
    assert answer.blocks == [{"type": "markdown", "text": "**Help**"}]
    assert slack.methods() == ["response_url"]


async def test_answers_after_the_fifth_go_the_long_way(slack: Workspace) -> None:
    command = await slack.receive(slack.people.command(ALICE, "help", channel=GENERAL))

    for _ in range(6):
        await slack.channel.send(an_outbound(command.messages[0].reply_to))

    assert [one.visible_to for one in slack.said_by_bot(GENERAL)] == [ALICE] * 6
    assert slack.methods()[-2:] == ["response_url", "chat.postEphemeral"]


async def test_a_late_answer_in_a_direct_chat_is_said_there(slack: Workspace) -> None:
    command = await slack.receive(slack.people.command(ALICE, "help"))
    slack.clock.advance(timedelta(minutes=31))

    await slack.channel.send(an_outbound(command.messages[0].reply_to))

    (answer,) = slack.said_by_bot(DIRECT)
    assert answer.visible_to is None


async def test_where_the_bot_is_not_it_writes_to_the_person_directly() -> None:
    async with workspace(channels=(DIRECT,)) as slack:
        for peer in (GENERAL, "D0OTHERS"):
            to = an_address(peer, thread="1.2", only_to=ALICE)

            await slack.channel.send(an_outbound(to))

    assert [one.visible_to for one in slack.said_by_bot(DIRECT)] == [None, None]


async def test_other_refusals_of_an_answer_for_one_person_are_told(slack: Workspace) -> None:
    slack.api.next(200, code="restricted_action")

    with pytest.raises(DeliveryError) as caught:
        await slack.channel.send(an_outbound(an_address(GENERAL, only_to=ALICE)))

    assert caught.value.code == "restricted_action"


async def test_an_answer_that_its_own_address_may_have_taken_is_uncertain(
    slack: Workspace,
) -> None:
    slack.api.next(500)
    to = an_address(GENERAL, only_to=ALICE, reply_url=f"{slack.url}/response/R1")

    with pytest.raises(DeliveryUncertain):
        await slack.channel.send(an_outbound(to))

    assert slack.methods() == ["response_url"]


async def test_an_address_that_is_none_is_passed_over(slack: Workspace) -> None:
    to = an_address(GENERAL, only_to=ALICE, reply_url="http://[::1/")

    await slack.channel.send(an_outbound(to))

    assert slack.methods() == ["chat.postEphemeral"]


# Refusals.


@pytest.mark.parametrize(
    "code",
    [
        "account_inactive",
        "channel_not_found",
        "invalid_auth",
        "is_archived",
        "msg_too_long",
        "not_in_channel",
        "restricted_action",
        "token_revoked",
        "a_word_of_the_future",
    ],
)
async def test_a_refusal_is_for_good(slack: Workspace, code: str) -> None:
    slack.api.next(200, code=code)

    with pytest.raises(DeliveryError) as caught:
        await slack.channel.send(an_outbound(an_address(DIRECT)))

    assert (caught.value.code, caught.value.retry_after) == (code, None)
    assert len(slack.api.calls) == 1


async def test_a_wrong_token_is_refused_for_good(slack: Workspace) -> None:
    async with connected("xoxb-wrong", api_url=f"{slack.url}/api/", within=LONG) as web:
        channel = SlackChannel(web, signing_secrets=(SECRET,), now=slack.clock.now)

        with pytest.raises(DeliveryError) as caught:
            await channel.send(an_outbound(an_address(DIRECT)))

    assert (caught.value.code, caught.value.retry_after) == ("invalid_auth", None)
    assert "xoxb" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "code"),
    [(429, None), (503, None), (200, "ratelimited"), (200, "service_unavailable")],
)
async def test_a_busy_slack_is_tried_again(
    slack: Workspace, *, status: int, code: str | None
) -> None:
    slack.api.next(status, code=code)

    with pytest.raises(DeliveryError) as caught:
        await slack.channel.send(an_outbound(an_address(DIRECT)))

    assert caught.value.retry_after == timedelta(seconds=2)
    assert len(slack.api.calls) == 1


@pytest.mark.parametrize("wait", ["soon", "-1", "", "1.5"])
async def test_an_odd_wait_is_not_taken_at_its_word(wait: str) -> None:
    async with answering(Response(status_code=429, headers={"Retry-After": wait})) as channel:
        with pytest.raises(DeliveryError) as caught:
            await channel.send(an_outbound(an_address(DIRECT)))

    assert caught.value.retry_after == timedelta(seconds=2)


async def test_no_wait_is_longer_than_a_day(slack: Workspace) -> None:
    slack.api.next(429, retry_after_s=10**12)

    with pytest.raises(DeliveryError) as caught:
        await slack.channel.send(an_outbound(an_address(DIRECT)))

    assert caught.value.retry_after == timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "code"),
    [(500, None), (502, None), (200, "fatal_error"), (200, "internal_error")],
)
async def test_after_an_accident_in_slack_the_send_is_uncertain(
    slack: Workspace, *, status: int, code: str | None
) -> None:
    slack.api.next(status, code=code)

    with pytest.raises(DeliveryUncertain):
        await slack.channel.send(an_outbound(an_address(DIRECT)))

    assert len(slack.api.calls) == 1


async def test_a_connection_lost_before_the_answer_leaves_the_send_uncertain(
    slack: Workspace,
) -> None:
    slack.api.faults.queue(DropBefore())

    with pytest.raises(DeliveryUncertain):
        await slack.channel.send(an_outbound(an_address(DIRECT)))

    assert len(slack.api.calls) == 1


async def test_an_answer_that_does_not_come_leaves_the_send_uncertain(
    slack: Workspace,
) -> None:
    slack.api.faults.queue(Hang())
    patience = timedelta(milliseconds=50)

    async with connected(TOKEN, api_url=f"{slack.url}/api/", within=patience) as web:
        channel = SlackChannel(web, signing_secrets=(SECRET,), now=slack.clock.now)
        with pytest.raises(DeliveryUncertain):
            await channel.send(an_outbound(an_address(DIRECT)))


async def test_without_a_connection_nothing_was_sent() -> None:
    async with connected(TOKEN, api_url="http://127.0.0.1:9/", within=LONG) as web:
        channel = SlackChannel(web, signing_secrets=(SECRET,), now=lambda: NOON)

        with pytest.raises(DeliveryError) as caught:
            await channel.send(an_outbound(an_address(DIRECT)))

    assert (caught.value.code, caught.value.retry_after) == (
        "no_connection",
        timedelta(seconds=2),
    )


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<html>Sign in to the wireless network</html>", "text/html"),
        (b"ok", "text/plain"),
        (b"{", "application/json"),
        (b"[1]", "application/json"),
        (b'{"ok": true}', "application/json"),
        (b'{"ok": true, "channel": "\xff"}', "application/json; charset=utf-8"),
        (b'{"ok": true, "channel": ["%b"]}' % SECRET_WORDS.encode(), "application/json"),
        (b'{"ok": false, "error": 5}', "application/json"),
    ],
)
async def test_an_unreadable_answer_leaves_the_send_uncertain(
    body: bytes, content_type: str
) -> None:
    async with answering(Response(body, media_type=content_type)) as channel:
        with pytest.raises(DeliveryUncertain) as caught:
            await channel.send(an_outbound(an_address(DIRECT)))

    assert SECRET_WORDS not in "".join(told(caught.value))


async def test_a_refusal_without_a_word_is_told_by_its_status() -> None:
    async with answering(Response("no", 403, media_type="text/plain")) as channel:
        with pytest.raises(DeliveryError) as caught:
            await channel.send(an_outbound(an_address(DIRECT)))

    assert (caught.value.code, caught.value.retry_after) == ("http_403", None)


async def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async with workspace() as slack:
        command = await slack.receive(slack.people.command(ALICE, "help", channel=GENERAL))
        await slack.channel.send(an_outbound(command.messages[0].reply_to))
        await slack.channel.send(an_outbound(an_address(GENERAL)))

    assert slack.methods() == ["response_url", "chat.postMessage"]


# The sign of work.


async def test_a_status_is_shown_in_the_thread_and_renewed_before_it_goes_out(
    slack: Workspace,
) -> None:
    root = slack.people.say(ALICE, "hello", channel=GENERAL).message
    to = an_address(GENERAL, thread=root.ts)

    again_after = await slack.channel.show_working(to)

    assert slack.api.chat.status(GENERAL, root.ts) != ""
    assert again_after == timedelta(seconds=90)


@pytest.mark.parametrize("only_to", [None, ALICE])
async def test_no_status_is_shown_where_no_thread_is_or_one_person_asks(
    slack: Workspace, only_to: str | None
) -> None:
    to = an_address(GENERAL, thread="1.2" if only_to else None, only_to=only_to)

    assert await slack.channel.show_working(to) is None
    assert slack.api.calls == ()


@pytest.mark.parametrize(
    ("status", "code", "again_after"),
    [(200, "missing_scope", None), (429, None, timedelta(seconds=90))],
)
async def test_a_refused_status_is_tried_again_if_it_may_yet_be_shown(
    slack: Workspace, *, status: int, code: str | None, again_after: timedelta | None
) -> None:
    slack.api.next(status, code=code)

    assert await slack.channel.show_working(an_address(DIRECT, thread="1.2")) == again_after
