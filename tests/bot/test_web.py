"""Webhooks are judged in the promised order, and stored before they are acknowledged."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from starlette.types import Message
from structlog.testing import capture_logs

from bot.emulator.servers.twilio_people import TwilioPeople
from bot.emulator.servers.webhooks import Webhook
from bot.web import MOST_BODY_BYTES
from context.messages import TurnId
from storage.database import Database, open_database
from storage.lanes import Lane
from storage.outbox import Outbox, say
from tests.bot.front import Front, fronting
from tests.builders import NOON, an_inbound
from tests.channels.twilio import ADA, ORIGIN, OWN_NUMBER
from tests.storage.scenes import a_reply, arrive, claim, rows, run, value
from tests.storage.wire import wired

EVENTS, WHATSAPP = "/webhooks/slack/events", "/webhooks/twilio/whatsapp"
TOO_MUCH = b"x" * (MOST_BODY_BYTES + 1)


@pytest.fixture
async def front(database: Database) -> AsyncIterator[Front]:
    async with fronting(database) as opened:
        yield opened


@pytest.fixture
async def bare_front(database: Database) -> AsyncIterator[Front]:
    """One with no platform configured."""
    async with fronting(database, configured=()) as opened:
        yield opened


async def stored(database: Database) -> object:
    return await value(database, "select count(*) from inbox")


async def test_a_message_is_stored_before_it_is_acknowledged(
    front: Front, database: Database
) -> None:
    slack = await front.post(front.slack.people.say("U0ALICE", "Hello").webhook)
    twilio = await front.post(front.twilio.people.text(ADA, "Hello").webhook)

    assert (slack.status_code, twilio.status_code) == (200, 200)
    assert twilio.text.endswith("<Response/>")
    assert twilio.headers["content-type"].startswith("text/xml")
    assert await stored(database) == 2


async def test_a_redelivered_message_is_acknowledged_and_counted(
    front: Front, database: Database
) -> None:
    webhook = front.twilio.people.text(ADA, "Hello").webhook

    answers = [(await front.post(webhook)).status_code for _ in range(3)]

    assert answers == [200] * 3
    assert await stored(database) == 1
    told = await front.metrics()
    assert 'baton_messages_accepted_total{provider="twilio"} 1.0' in told
    assert 'baton_duplicates_refused_total{provider="twilio"} 2.0' in told
    assert 'baton_webhook_seconds_count{provider="twilio",status="200"} 3.0' in told


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"])
async def test_a_wrong_method_comes_before_everything_else(
    bare_front: Front, method: str
) -> None:
    refused = await bare_front.send(EVENTS, method=method, body=TOO_MUCH)

    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


async def test_the_size_comes_before_the_configuration(bare_front: Front) -> None:
    assert (await bare_front.send(EVENTS, body=TOO_MUCH)).status_code == 413


async def test_a_body_without_a_length_is_measured_as_it_comes(bare_front: Front) -> None:
    quarter = b"x" * (MOST_BODY_BYTES // 4)

    fits = await bare_front.send(EVENTS, body=iter([quarter] * 4))
    too_large = await bare_front.send(EVENTS, body=iter([quarter] * 4 + [b"x"]))

    assert (fits.status_code, too_large.status_code) == (503, 413)


async def test_the_configuration_comes_before_the_signature(bare_front: Front) -> None:
    answers = [await bare_front.send(path, body=b"{") for path in (EVENTS, WHATSAPP)]

    assert [answer.status_code for answer in answers] == [503, 503]
    assert "slack is not configured" in answers[0].text


async def test_the_signature_comes_before_the_form(front: Front, database: Database) -> None:
    answers = [await front.send(path, body=b"{") for path in (EVENTS, WHATSAPP)]

    assert [answer.status_code for answer in answers] == [401, 403]
    assert await stored(database) == 0


async def test_what_is_signed_but_malformed_is_refused(
    front: Front, database: Database
) -> None:
    hooks = front.slack.webhooks
    answer = await front.post(hooks.signed(EVENTS, b"{", content_type="application/json"))

    assert answer.status_code == 400
    assert await stored(database) == 0


async def test_an_unknown_event_is_acknowledged_and_forgotten(
    front: Front, database: Database
) -> None:
    answer = await front.post(front.slack.webhooks.event({"type": "sprocket_turned"}))

    assert answer.status_code == 200
    assert await stored(database) == 0
    assert "baton_messages_accepted_total{" not in await front.metrics()


async def test_what_cannot_be_stored_is_to_be_sent_again(
    database: Database, database_url: str
) -> None:
    async with (
        wired(database_url) as wire,
        open_database(wire.address, connections=2) as far,
        fronting(far) as front,
    ):
        webhook = front.twilio.people.text(ADA, "Hello").webhook
        await wire.cut()
        away = await front.post(webhook)
        await wire.mend()
        back = await front.post(webhook)

    assert (away.status_code, back.status_code) == (503, 200)
    assert await stored(database) == 1


async def test_a_fault_of_ours_is_logged_without_words_and_to_be_sent_again(
    front: Front, database: Database
) -> None:
    await run(database, "alter table inbox rename to elsewhere")

    with capture_logs() as logs:
        answer = await front.post(front.twilio.people.text(ADA, "words of a person").webhook)

    assert answer.status_code == 503
    assert [entry["event"] for entry in logs] == ["webhook.broke"]
    assert "words" not in repr(logs)


async def test_a_client_that_hangs_up_halfway_is_no_error(front: Front) -> None:
    heard: list[Message] = []
    coming: list[Message] = [
        {"type": "http.request", "body": b"Body=", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        heard.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": WHATSAPP,
        "raw_path": WHATSAPP.encode(),
        "query_string": b"",
        "headers": [(b"content-length", b"100")],
    }
    with capture_logs() as logs:
        await front.app(scope, receive, send)

    assert heard[0]["status"] == 400
    assert logs == []


async def test_a_header_that_comes_twice_is_one_value(front: Front) -> None:
    webhook = front.slack.people.say("U0ALICE", "Hello").webhook
    host, port = front.url.removeprefix("http://").split(":")
    signature = webhook.headers["X-Slack-Signature"]
    lines = [
        f"POST {webhook.path} HTTP/1.1",
        f"Host: {host}",
        "Connection: close",
        f"Content-Length: {len(webhook.body)}",
        *(f"{name}: {told}" for name, told in webhook.headers.items()),
        f"X-Slack-Signature: {signature}",
    ]
    request = "\r\n".join(lines).encode() + b"\r\n\r\n" + webhook.body

    with socket.create_connection((host, int(port))) as connection:
        connection.settimeout(0)
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(connection, request)
        answer = await loop.sock_recv(connection, 1_000)

    assert answer.startswith(b"HTTP/1.1 401")


async def test_twilio_is_believed_behind_a_proxy_that_is_known(front: Front) -> None:
    webhook = front.twilio.people.text(ADA, "Hello").webhook

    assert webhook.url == f"{ORIGIN}{WHATSAPP}"
    assert (await front.post(webhook)).status_code == 200


async def test_without_a_public_address_the_request_tells_what_was_signed(
    database: Database,
) -> None:
    async with fronting(database, public_url=None) as front:
        plain = signed_for(front, front.url)
        forwarded = signed_for(front, "https://bot.example")

        answers = [
            await front.post(plain),
            await front.post(
                forwarded, **{"X-Forwarded-Proto": "https", "Host": "bot.example"}
            ),
            await front.post(forwarded, Host="bot.example"),
            await front.post(forwarded),
        ]

    assert [answer.status_code for answer in answers] == [200, 200, 403, 403]


async def test_the_query_is_part_of_what_was_signed(front: Front) -> None:
    url = f"{ORIGIN}/webhooks/twilio/status?outbox=o-1"
    fields = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": f"whatsapp:{ADA}"}
    webhook = front.twilio.api.webhooks.form(url, fields, event="SM1")

    whole = await front.send(
        "/webhooks/twilio/status?outbox=o-1", headers=webhook.headers, body=webhook.body
    )
    without = await front.post(webhook)

    assert (whole.status_code, without.status_code) == (200, 403)


async def test_what_becomes_of_a_sent_message_is_kept(front: Front, database: Database) -> None:
    session = await arrive(database, an_inbound())
    held = await claim(database, session)
    async with database.hot() as connection:
        await say(
            connection,
            [a_reply()],
            session_id=session,
            person_id=held.person_id,
            turn_id=TurnId("turn-1"),
            agent_id=None,
            now=NOON,
        )
    delivering = await claim(database, session, Lane.DELIVER)
    await Outbox(database).next(delivering, now=NOON)
    url = f"{ORIGIN}/webhooks/twilio/status?outbox=outbox-1"
    fields = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": f"whatsapp:{ADA}"}
    webhook = front.twilio.api.webhooks.form(url, fields, event="SM1")

    await front.send(
        "/webhooks/twilio/status?outbox=outbox-1", headers=webhook.headers, body=webhook.body
    )

    (row,) = await rows(database, "select state, delivery, receipt from outbox")
    assert row == {"state": "sent", "delivery": "delivered", "receipt": "SM1"}


def signed_for(front: Front, origin: str) -> Webhook:
    """A WhatsApp message of Ada's, signed for the bot at this address."""
    people = TwilioPeople(
        front.twilio.api, number=f"whatsapp:{OWN_NUMBER}", api_url=ORIGIN, bot_url=origin
    )
    return people.text(ADA, "Hello").webhook
