"""Twilio keeps every promise of a channel, and those that are Twilio's alone."""

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typing_extensions import override

from bot.emulator.servers.faults import Faults, Refuse
from bot.emulator.servers.serving import serving
from bot.emulator.servers.twilio_messages import TwilioMedia
from bot.emulator.servers.webhooks import Webhook
from channels import twilio
from channels.port import DeliveryReport, DeliveryStatus, WebhookRequest
from channels.twilio import TwilioChannel, TwilioSettings
from context.errors import ConfigError, DeliveryError, DeliveryUncertain, SignatureError
from context.messages import Address, OutboundMessage, OutboxId, Provider
from tests.channels.twilio import (
    ACCOUNT,
    ADA,
    MESSAGES,
    ORIGIN,
    OWN_NUMBER,
    STATUS,
    TOKEN,
    Account,
    account,
    inbound_fields,
    posted,
    request,
    settings_for,
    signed_body,
)
from tests.clock import ManualClock
from tests.contracts.channel import (
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

TO_ADA = Address(provider=Provider("twilio"), account=OWN_NUMBER, peer=f"whatsapp:{ADA}")


@pytest.fixture
async def served() -> AsyncIterator[Account]:
    async with account() as opened:
        yield opened


class TestTwilio(ChannelContract):
    """Twilio keeps every promise a channel makes."""

    kind = twilio.KIND
    address = TO_ADA
    limit_chars = 1_600

    @pytest.fixture
    @override
    def channel(self, served: Account) -> TwilioChannel:
        # Typing is shown under a message, which Twilio has to know.
        asked = served.people.text(ADA, "Are you there?").message
        self.address = replace(TO_ADA, message=asked.sid)
        return served.channel

    @pytest.fixture
    @override
    def faults(self, served: Account) -> Faults:
        return served.api.faults

    @pytest.fixture
    @override
    def heard(self, served: Account) -> Ear:
        def texts() -> Sequence[str]:
            return [one.body for one in served.said_by_bot()]

        return texts

    @pytest.fixture
    @override
    def signed(self, served: Account) -> Sign:
        return Requests(served)


class Requests:
    """The requests of the contract's cases, as Twilio would send them."""

    def __init__(self, served: Account) -> None:
        self._people = served.people
        self._webhooks = served.api.webhooks
        self._said = served.people.text(ADA, TEXT).webhook

    def __call__(self, case: Case) -> WebhookRequest | None:
        people, cat = self._people, TwilioMedia(content_type=REFERENCE_TYPE, content=b"meow")
        secret = people.text(ADA, SECRET_WORDS).webhook
        spoilt = ImmutableMultiDict({"Body": f"\ufffd{SECRET_WORDS}"})
        requests: dict[Case, Callable[[], WebhookRequest]] = {
            Case.TEXT: lambda: request(self._said),
            Case.REDELIVERED: lambda: request(self._said),
            Case.OTHER_TEXT: lambda: request(people.text(ADA, OTHER_TEXT).webhook),
            Case.MEDIA: lambda: request(people.text(ADA, "Look", media=[cat]).webhook),
            Case.COMMAND: lambda: request(people.text(ADA, "/notices off").webhook),
            Case.OWN: lambda: request(people.text(OWN_NUMBER, TEXT).webhook),
            Case.UNKNOWN: lambda: request(self._status("teleported")),
            Case.UNSIGNED: lambda: replace(request(secret), headers={}),
            Case.BAD_SIGNATURE: lambda: _with_signature(secret, "A" * 28),
            Case.NON_ASCII_HEADER: lambda: _with_signature(secret, "ÿé"),
            Case.CHANGED_BODY: lambda: replace(request(secret), body=secret.body + b"&a=b"),
            Case.EMPTY: lambda: posted([]),
            Case.MALFORMED: lambda: posted([("Body", SECRET_WORDS)]),
            Case.WRONG_TYPES: lambda: posted(inbound_fields(NumMedia=SECRET_WORDS)),
            Case.INVALID_UTF8: lambda: signed_body(
                b"Body=\xff" + SECRET_WORDS.encode(), spoilt
            ),
        }
        return requests[case]() if case in requests else None

    def _status(self, word: str) -> Webhook:
        fields = {"MessageSid": "SM0001", "MessageStatus": word}
        return self._webhooks.form(f"{ORIGIN}{STATUS}", fields, event=word)


def _with_signature(webhook: Webhook, signature: str) -> WebhookRequest:
    right = request(webhook)
    return replace(right, headers={**right.headers, "x-twilio-signature": signature})


def outbound(text: str = "Hello", *, number: int = 1) -> OutboundMessage:
    return OutboundMessage(outbox_id=OutboxId(f"outbox-{number}"), to=TO_ADA, text=text)


# What comes in


@pytest.mark.parametrize("path", [MESSAGES, STATUS])
async def test_twilio_is_answered_with_nothing_to_say(served: Account, path: str) -> None:
    fields = [*inbound_fields(), ("MessageStatus", "sent")]

    received = await served.channel.receive(posted(fields, path=path))

    assert received.reply.content_type.startswith("text/xml")
    assert received.reply.body.endswith("<Response/>")


async def test_a_signature_for_one_webhook_is_none_for_another(served: Account) -> None:
    webhook = served.people.text(ADA, "Hello").webhook

    with pytest.raises(SignatureError):
        await served.channel.receive(replace(request(webhook), url=f"{ORIGIN}{STATUS}"))


async def test_a_status_callback_names_the_message_it_is_about(served: Account) -> None:
    receipt = await served.channel.send(outbound(number=7))
    callback = served.api.told(receipt, "undelivered", error_code=63016)
    assert callback is not None

    received = await served.channel.receive(request(callback))

    assert received.messages == ()
    assert received.reports == (
        DeliveryReport(
            receipt=receipt,
            status=DeliveryStatus.FAILED,
            outbox_id=OutboxId("outbox-7"),
            code="63016",
        ),
    )


# What goes out


async def test_a_message_goes_from_the_number_that_was_written_to(served: Account) -> None:
    await served.channel.send(outbound("Hello Ada"))

    (call,) = served.api.calls
    assert call.form == {
        "To": f"whatsapp:{ADA}",
        "From": f"whatsapp:{OWN_NUMBER}",
        "Body": "Hello Ada",
        "StatusCallback": f"{ORIGIN}{STATUS}?outbox=outbox-1",
    }


async def test_without_a_public_address_twilio_is_not_asked_to_call_back() -> None:
    async with account(public_url=None) as served:
        await served.channel.send(outbound())

    assert "StatusCallback" not in served.api.calls[0].form


async def test_the_first_of_several_tokens_sends() -> None:
    async with account(auth_token=f" {TOKEN} , retired ") as served:
        await served.channel.send(outbound())
        received = await served.channel.receive(posted(inbound_fields(), token="retired"))

    assert len(received.messages) == 1


async def test_a_success_without_a_receipt_leaves_the_send_uncertain() -> None:
    async def no_sid(_: Request) -> Response:
        return JSONResponse({"status": "queued"}, 201)

    app = Starlette(routes=[Route("/{path:path}", no_sid, methods=["POST"])])
    async with (
        serving(app) as url,
        settings_for(url).open(public_url=None, now=ManualClock().now) as channel,
    ):
        with pytest.raises(DeliveryUncertain):
            await channel.send(outbound())


async def test_markdown_goes_out_in_whatsapps_form(served: Account) -> None:
    assert served.channel.parts("# Order\n**4711** is [here](https://example.com/4711)") == (
        "*Order*\n*4711* is here (https://example.com/4711)",
    )


# What was lost


async def test_an_equal_text_from_before_is_another_message(served: Account) -> None:
    earlier = await served.channel.send(outbound("ok", number=1))
    served.clock.advance(timedelta(seconds=30))

    since = served.clock.now() - timedelta(seconds=5)

    assert await served.channel.find(outbound("ok", number=2), since=since) is None
    assert await served.channel.find(outbound("ok", number=1), since=NOW) == earlier


async def test_of_equal_texts_the_newest_is_found(served: Account) -> None:
    await served.channel.send(outbound("ok", number=1))
    in_the_same_second = await served.channel.send(outbound("ok", number=2))

    assert await served.channel.find(outbound("ok", number=2), since=NOW) == in_the_same_second


async def test_a_message_of_the_second_it_was_begun_in_is_found(served: Account) -> None:
    receipt = await served.channel.send(outbound("ok"))

    since = NOW + timedelta(milliseconds=400)

    assert await served.channel.find(outbound("ok"), since=since) == receipt


async def test_what_another_person_was_told_is_not_found(served: Account) -> None:
    await served.channel.send(outbound("ok"))
    to_bob = replace(TO_ADA, peer="whatsapp:+14155550101")

    assert await served.channel.find(replace(outbound("ok"), to=to_bob), since=NOW) is None


async def test_what_the_person_said_themselves_is_not_found(served: Account) -> None:
    served.people.text(ADA, "ok")

    assert await served.channel.find(outbound("ok"), since=NOW) is None


async def test_an_account_that_may_not_ask_says_so_for_good(served: Account) -> None:
    served.api.next(401, code=20003)

    with pytest.raises(DeliveryError) as caught:
        await served.channel.find(outbound(), since=NOW)

    assert caught.value.retry_after is None


# Courtesies


async def test_typing_is_shown_under_the_message_that_is_answered(served: Account) -> None:
    asked = served.people.text(ADA, "Are you there?").message

    again = await served.channel.show_working(replace(TO_ADA, message=asked.sid))

    assert again == timedelta(seconds=20)
    assert served.api.calls[0].form == {"channel": "whatsapp", "messageId": asked.sid}


async def test_typing_is_not_shown_where_it_cannot_be(served: Account) -> None:
    unknown = replace(TO_ADA, message="SM0000")

    assert await served.channel.show_working(TO_ADA) is None
    assert await served.channel.show_working(unknown) is None


async def test_typing_that_fails_for_now_is_tried_again(served: Account) -> None:
    served.api.faults.queue(Refuse(503))
    asked = served.people.text(ADA, "Are you there?").message

    again = await served.channel.show_working(replace(TO_ADA, message=asked.sid))

    assert again == timedelta(seconds=20)


# Configuration


async def test_twilios_own_variables_do_not_lead_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    monkeypatch.setenv("TWILIO_EDGE", "dublin")

    async with account() as served:
        assert await served.channel.send(outbound())


async def test_nothing_is_logged_of_what_is_said_to_whom(
    served: Account, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await served.channel.send(outbound(SECRET_WORDS))
        await served.channel.find(outbound(SECRET_WORDS), since=NOW)

    for secret in (SECRET_WORDS, ADA, "14155550100", TOKEN):
        assert secret not in caplog.text


def test_variables_are_read_from_the_environment_and_dot_env(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", ACCOUNT)
    monkeypatch.setenv("TWILIO_WHATSAPP_FROM", "")
    (tmp_path / ".env").write_text("TWILIO_AUTH_TOKEN=swordfish,two\nOTHER=1\n")

    settings = TwilioSettings()

    assert settings.missing() == ("TWILIO_WHATSAPP_FROM",)
    assert "swordfish" not in repr(settings)
    assert TwilioSettings(whatsapp_from=f"whatsapp:{OWN_NUMBER}").missing() == ()


def test_a_list_of_no_tokens_is_no_token() -> None:
    settings = TwilioSettings(
        account_sid=ACCOUNT, auth_token=" , ", whatsapp_from=OWN_NUMBER, _env_file=None
    )

    assert settings.missing() == ("TWILIO_AUTH_TOKEN",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("account_sid", "SK0001"),
        ("whatsapp_from", "4155550199"),
        ("whatsapp_from", "+1 415 555 0199"),
        ("api_url", "api.example"),
        ("api_url", "https://api.example/path"),
    ],
)
def test_a_bad_variable_is_named_and_not_shown(name: str, value: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TwilioSettings.model_validate({name: value})

    assert name in str(caught.value)
    assert value not in str(caught.value)


async def test_an_unconfigured_channel_does_not_open() -> None:
    settings = TwilioSettings(_env_file=None)

    with pytest.raises(ConfigError) as caught:
        async with settings.open(public_url=None, now=lambda: NOW):
            pass

    assert set(caught.value.faults) == {
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_WHATSAPP_FROM",
    }
