"""Slack keeps every promise of a channel, and those that are Slack's alone."""

import json
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import JsonValue, ValidationError
from typing_extensions import override

from bot.emulator.servers.faults import Faults, Hang
from bot.emulator.servers.slack_links import SlackFile
from bot.emulator.servers.webhooks import Webhook
from channels.port import WebhookRequest
from channels.slack import KIND, SlackChannel, SlackSettings
from channels.slack_web import SlackWeb
from context.errors import SignatureError
from context.messages import Said
from tests.channels.slack import (
    ALICE,
    SECRET,
    TOKEN,
    Workspace,
    an_address,
    an_outbound,
    request,
    workspace,
)
from tests.contracts.channel import (
    EDITED_TEXT,
    NOW,
    OTHER_TEXT,
    REFERENCE_TYPE,
    SECRET_WORDS,
    TEXT,
    Case,
    ChannelContract,
    Ear,
    Sign,
)

DIRECT = "D0ALICE"
EVENTS = "/webhooks/slack/events"


class TestSlack(ChannelContract):
    """Slack keeps every promise a channel makes."""

    kind = KIND
    address = an_address(DIRECT, thread=f"{NOW.timestamp() - 60:.6f}")
    limit_chars = 12_000

    @pytest.fixture
    @override
    def channel(self, slack: Workspace) -> SlackChannel:
        return slack.channel

    @pytest.fixture
    @override
    def faults(self, slack: Workspace) -> Faults:
        return slack.api.faults

    @pytest.fixture
    @override
    def heard(self, slack: Workspace) -> Ear:
        def texts() -> Sequence[str]:
            return [one.text for one in slack.said_by_bot(DIRECT)]

        return texts

    @pytest.fixture
    @override
    def signed(self, slack: Workspace) -> Sign:
        return Requests(slack)


class Requests:
    """The requests of the contract's cases, as Slack would send them."""

    def __init__(self, opened: Workspace) -> None:
        self._people = opened.people
        self._webhooks = opened.webhooks
        self._api = opened.api
        self._said = opened.people.say(ALICE, TEXT)

    def __call__(self, case: Case) -> WebhookRequest:
        if case in _BODIES:
            content_type, body = _BODIES[case]
            return request(self._webhooks.signed(EVENTS, body, content_type=content_type))
        if case in _SPOILT_HEADERS:
            forged = request(self._secret())
            return replace(forged, headers={**forged.headers, **_SPOILT_HEADERS[case]})
        if case is Case.UNSIGNED:
            return replace(request(self._secret()), headers={})
        if case is Case.CHANGED_BODY:
            changed = request(self._secret())
            return replace(changed, body=changed.body + b" ")
        return request(self._from_slack(case))

    def _from_slack(self, case: Case) -> Webhook:
        people, said = self._people, self._said
        own = replace(said.message, user=self._api.bot_user)
        cat = SlackFile(name="cat.png", mimetype=REFERENCE_TYPE, content=b"meow")
        requests: dict[Case, Callable[[], Webhook]] = {
            Case.TEXT: lambda: said.webhook,
            Case.REDELIVERED: lambda: self._webhooks.again(said.webhook, attempt=1),
            Case.OTHER_TEXT: lambda: people.say(ALICE, OTHER_TEXT).webhook,
            Case.MEDIA: lambda: people.say(ALICE, "Look", files=[cat]).webhook,
            Case.COMMAND: lambda: people.command(ALICE, "notices off"),
            Case.EDIT: lambda: people.edit(said.message, EDITED_TEXT),
            Case.DELETE: lambda: people.delete(said.message),
            Case.OWN: lambda: people.hear(own),
            Case.UNKNOWN: lambda: people.react(ALICE, "tada", to=said.message),
        }
        return requests[case]()

    def _secret(self) -> Webhook:
        return self._people.say(ALICE, SECRET_WORDS).webhook


_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"
_BODIES = {
    Case.EMPTY: (_JSON, b""),
    Case.MALFORMED: (_JSON, b'{"type": "event_callback", "x": "%b' % SECRET_WORDS.encode()),
    Case.DEEP: (_JSON, b'{"type": "event_callback", "x": ' + b"[" * 100_000),
    Case.WRONG_TYPES: (
        _JSON,
        b'{"type": "event_callback", "team_id": ["%b"], "event": {"type": "message", "ts": 1}}'
        % SECRET_WORDS.encode(),
    ),
    Case.INVALID_UTF8: (_FORM, b"command=/baton&text=\xff&x=%b" % SECRET_WORDS.encode()),
}
_SPOILT_HEADERS = {
    Case.BAD_SIGNATURE: {"x-slack-signature": "v0=" + "0" * 64},
    Case.NON_ASCII_HEADER: {"x-slack-signature": "v0=ÿé"},
    Case.STALE: {"x-slack-request-timestamp": str(int(NOW.timestamp()) - 301)},
    Case.ODD_TIMESTAMP: {"x-slack-request-timestamp": "nöön"},
}


# What is Slack's alone.


async def test_slack_is_told_that_the_address_is_ours(slack: Workspace) -> None:
    received = await slack.receive(slack.webhooks.challenge("3eZbrw1aB10A"))

    assert json.loads(received.reply.body) == {"challenge": "3eZbrw1aB10A"}
    assert received.reply.status == 200
    assert received.reply.content_type.startswith("application/json")
    assert slack.methods() == []


@pytest.mark.parametrize("path", sorted(KIND.webhooks))
async def test_every_address_takes_everything(slack: Workspace, path: str) -> None:
    event = slack.people.say(ALICE, "hello").webhook
    command = slack.people.command(ALICE, "help")

    for sent in (event, command):
        received = await slack.channel.receive(replace(request(sent), path=path))

        assert len(received.messages) == 1


@pytest.mark.parametrize(
    "secrets", [f"new,{SECRET}", f" {SECRET} , new,", f"{SECRET},{SECRET}"]
)
async def test_any_of_the_secrets_may_sign(secrets: str) -> None:
    async with workspace(secret=secrets) as slack:
        received = await slack.receive(slack.people.say(ALICE, "hello").webhook)

    assert len(received.messages) == 1


@pytest.mark.parametrize("age", [timedelta(seconds=300), timedelta(seconds=-300)])
async def test_five_minutes_are_fresh(slack: Workspace, age: timedelta) -> None:
    webhook = slack.people.say(ALICE, "hello").webhook
    slack.clock.advance(age)

    assert len((await slack.receive(webhook)).messages) == 1


@pytest.mark.parametrize("age", [timedelta(seconds=301), timedelta(seconds=-301)])
async def test_more_than_five_minutes_are_stale(slack: Workspace, age: timedelta) -> None:
    webhook = slack.people.say(ALICE, "hello").webhook
    slack.clock.advance(age)

    with pytest.raises(SignatureError):
        await slack.receive(webhook)


@pytest.mark.parametrize(
    "timestamp", ["", "9" * 400, "-1", "1e9", "\N{ARABIC-INDIC DIGIT ONE}", "NaN", "1 2"]
)
async def test_an_odd_timestamp_is_refused(slack: Workspace, timestamp: str) -> None:
    webhook = slack.people.say(ALICE, "hello").webhook
    headers = {**request(webhook).headers, "x-slack-request-timestamp": timestamp}

    with pytest.raises(SignatureError) as caught:
        await slack.channel.receive(replace(request(webhook), headers=headers))

    assert caught.value.status == 401


async def test_nothing_is_asked_of_slack_to_hear_a_message(slack: Workspace) -> None:
    await slack.receive(slack.people.say(ALICE, "hello").webhook)

    assert slack.methods() == []


async def test_where_the_envelope_does_not_say_it_slack_is_asked_once_who_the_bot_is(
    slack: Workspace,
) -> None:
    event = a_bare_event("<@U0BATONBOT> hello")

    first, second = [await slack.receive(slack.webhooks.posted(event)) for _ in range(2)]

    assert first == second
    assert [message.content for message in first.messages] == [Said(text="hello")]
    assert slack.methods() == ["auth.test"]


async def test_no_event_is_lost_while_slack_does_not_say_who_the_bot_is(
    slack: Workspace,
) -> None:
    slack.api.next(200, code="internal_error", method="auth.test", times=2)

    for _ in range(2):
        received = await slack.receive(slack.webhooks.posted(a_bare_event("hello")))

        assert len(received.messages) == 1
    assert slack.methods() == ["auth.test"]


async def test_no_event_waits_long_for_who_the_bot_is(slack: Workspace) -> None:
    web = SlackWeb(slack.channel._web.client, bot_patience=timedelta(milliseconds=20))
    channel = SlackChannel(web, signing_secrets=(SECRET,), now=slack.clock.now)
    slack.api.faults.queue(Hang(), method="auth.test")

    webhook = slack.webhooks.posted(a_bare_event("hello"))
    received = await channel.receive(request(webhook))

    assert len(received.messages) == 1


async def test_what_bolt_finds_in_the_environment_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SIGNING_SECRET", "BOT_TOKEN", "CLIENT_ID", "CLIENT_SECRET", "SCOPES"):
        monkeypatch.setenv(f"SLACK_{name}", "xoxb-from-the-environment")
    monkeypatch.setenv("SLACK_VERIFICATION_TOKEN", "from-the-environment")

    async with workspace() as slack:
        received = await slack.receive(slack.people.say(ALICE, "hello").webhook)
        await slack.channel.send(an_outbound(an_address(DIRECT)))

    assert len(received.messages) == 1
    assert [call.token for call in slack.api.calls] == [TOKEN]


async def test_an_error_of_our_own_is_not_hidden_by_bolt(slack: Workspace) -> None:
    times = [NOW]
    channel = SlackChannel(slack.channel._web, signing_secrets=(SECRET,), now=times.pop)

    with pytest.raises(IndexError, match="pop from empty list"):
        await channel.receive(request(slack.people.command(ALICE, "help")))


async def test_the_sdk_and_bolt_log_nothing(
    slack: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    await slack.receive(slack.people.say(ALICE, SECRET_WORDS).webhook)
    await slack.channel.send(an_outbound(an_address(DIRECT), SECRET_WORDS))
    with suppress(SignatureError):
        await slack.channel.receive(replace(request(slack.webhooks.posted({})), headers={}))

    assert SECRET_WORDS not in caplog.text
    assert not [one for one in caplog.records if one.name.startswith("slack")]


def test_its_variables_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "s3cret")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:8000/emulator/slack/api/")

    settings = SlackSettings(_env_file=None)

    assert settings.missing() == ()
    assert settings.api_url == "http://127.0.0.1:8000/emulator/slack/api/"
    assert "s3cret" not in repr(settings)
    assert "xoxb-1" not in repr(settings)


@pytest.mark.parametrize("blank", ["", " ", " , "])
def test_blank_variables_are_missing(monkeypatch: pytest.MonkeyPatch, blank: str) -> None:
    monkeypatch.setenv("SLACK_SIGNING_SECRET", blank)
    monkeypatch.setenv("SLACK_BOT_TOKEN", " ")

    missing = SlackSettings(_env_file=None).missing()

    assert missing == ("SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN")


@pytest.mark.parametrize("url", ["slack.com", "ftp://slack.com/", "https:// "])
def test_an_api_address_must_be_one(url: str) -> None:
    with pytest.raises(ValidationError):
        SlackSettings(api_url=url, _env_file=None)


def a_bare_event(text: str) -> dict[str, JsonValue]:
    """A direct message in an envelope with nothing but the workspace."""
    return {
        "type": "event_callback",
        "team_id": "T0BATON",
        "event": {
            "type": "message",
            "channel": DIRECT,
            "user": ALICE,
            "text": text,
            "ts": "1700000000.000100",
        },
    }
