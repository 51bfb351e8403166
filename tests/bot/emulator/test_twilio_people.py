"""What people do on WhatsApp and how the bot's messages fare, as the bot hears of it."""

from dataclasses import replace
from urllib.parse import parse_qsl

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from bot.emulator.servers.faults import DropAfter
from bot.emulator.servers.serving import serving
from bot.emulator.servers.twilio import TwilioApi
from bot.emulator.servers.twilio_messages import TwilioMedia, TwilioRefusal
from bot.emulator.servers.twilio_people import TwilioPeople
from bot.emulator.servers.webhooks import Webhook
from tests.bot.emulator.account import (
    ACCOUNT,
    AUTH_TOKEN,
    BOT_NUMBER,
    SDK_USES_BASIC_AUTH,
    STATUS_URL,
    a_phone,
    refusal,
    sent,
)
from tests.bot.emulator.bot import Bot
from tests.bot.emulator.workspace import BOT_URL
from tests.clock import ManualClock

pytestmark = SDK_USES_BASIC_AUTH

NUMBER = "+14155550101"
PHOTO = TwilioMedia(content_type="image/png", content=b"\x89PNG")


@pytest.fixture
def writers(twilio: TwilioApi, twilio_url: str) -> TwilioPeople:
    return TwilioPeople(twilio, number=BOT_NUMBER, api_url=twilio_url, bot_url=BOT_URL)


def fields(webhook: Webhook) -> dict[str, str]:
    """What a webhook tells; none of Twilio's fields comes twice."""
    pairs = parse_qsl(webhook.body.decode(), keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def is_signed(webhook: Webhook, url: str) -> bool:
    signature = webhook.headers["X-Twilio-Signature"]
    return bool(RequestValidator(AUTH_TOKEN).validate(url, fields(webhook), signature))


async def test_a_text_is_signed_over_the_public_address_and_every_field(
    writers: TwilioPeople,
) -> None:
    webhook = writers.text(NUMBER, "grüezi 👋 & more = ?").webhook

    assert is_signed(webhook, f"{BOT_URL}/webhooks/twilio/whatsapp")
    assert not is_signed(webhook, "http://bot.example/webhooks/twilio/whatsapp")
    spoilt = replace(webhook, body=webhook.body.replace(b"Body=", b"Body=x"))
    assert not is_signed(spoilt, webhook.url)


async def test_a_text_tells_who_wrote_what(writers: TwilioPeople) -> None:
    texted = writers.text(NUMBER, "", name="Ana Ríos", extra={"ButtonPayload": "yes"})

    told = fields(texted.webhook)
    assert (told["From"], told["To"], told["WaId"]) == (
        f"whatsapp:{NUMBER}",
        BOT_NUMBER,
        "14155550101",
    )
    assert (told["MessageSid"], told["Body"], told["NumMedia"]) == (texted.message.sid, "", "0")
    assert (told["ProfileName"], told["ButtonPayload"]) == ("Ana Ríos", "yes")
    assert told["MessageType"] == "text"


async def test_a_text_is_among_the_accounts_messages(
    writers: TwilioPeople, phone: Client
) -> None:
    texted = writers.text(NUMBER, "hello")

    [listed] = await phone.messages.list_async(from_=f"whatsapp:{NUMBER}")
    assert listed.sid == texted.message.sid
    assert (str(listed.direction), str(listed.status)) == ("inbound", "received")


async def test_a_redelivery_is_the_same_message_with_the_same_token(
    twilio: TwilioApi, writers: TwilioPeople, bot: Bot
) -> None:
    first, other = (writers.text(NUMBER, "hello").webhook for _ in range(2))

    for webhook in (first, first, other):
        await twilio.webhooks.deliver(webhook)

    once, again, another = bot.received
    token = "i-twilio-idempotency-token"
    assert (once.body, once.headers[token]) == (again.body, again.headers[token])
    assert another.headers[token] != once.headers[token]
    assert once.path == "/webhooks/twilio/whatsapp"


@pytest.mark.parametrize(
    ("content_type", "kind"), [("image/png", "image"), ("application/pdf", "document")]
)
async def test_media_lead_to_storage_without_credentials(
    writers: TwilioPeople, *, content_type: str, kind: str
) -> None:
    media = replace(PHOTO, content_type=content_type)

    told = fields(writers.text(NUMBER, "", media=[media]).webhook)

    assert (told["MessageType"], told["MediaContentType0"]) == (kind, content_type)
    async with aiohttp.ClientSession() as http:
        right = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, AUTH_TOKEN)}
        lead = await http.get(told["MediaUrl0"], headers=right, allow_redirects=False)
        stored = await http.get(lead.headers["Location"])
        doubly = await http.get(lead.headers["Location"], headers=right)
        openly = await http.get(told["MediaUrl0"])
        assert await stored.read() == PHOTO.content
    assert (lead.status, stored.content_type) == (307, content_type)
    assert (doubly.status, openly.status) == (400, 401)


async def test_media_that_are_not_there_are_not_found(
    writers: TwilioPeople, twilio_url: str
) -> None:
    texted = writers.text(NUMBER, "", media=[PHOTO])

    async with aiohttp.ClientSession() as http:
        answer = await http.get(f"{twilio_url}/media/{texted.message.sid}/1")

        assert answer.status == 404


async def test_media_are_found_where_the_account_is_mounted(
    twilio: TwilioApi,
) -> None:
    outer = Starlette(routes=[Mount("/deep", app=twilio.app)])
    async with serving(outer) as origin, aiohttp.ClientSession() as http:
        writers = TwilioPeople(
            twilio, number=BOT_NUMBER, api_url=f"{origin}/deep", bot_url=BOT_URL
        )
        url = fields(writers.text(NUMBER, "", media=[PHOTO]).webhook)["MediaUrl0"]

        right = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, AUTH_TOKEN)}
        lead = await http.get(url, headers=right, allow_redirects=False)
        stored = await http.get(lead.headers["Location"])

        assert await stored.read() == PHOTO.content


async def test_a_status_is_reported_to_the_callback(
    twilio: TwilioApi, phone: Client, bot: Bot
) -> None:
    sid = str((await sent(phone, "hello")).sid)

    answer = await twilio.report(sid, "undelivered", error_code=63016)

    [received] = bot.received
    told = dict(parse_qsl(received.body.decode()))
    assert answer is not None
    assert answer.status == 200
    assert f"{received.path}?{received.query}" == STATUS_URL.removeprefix(BOT_URL)
    assert (told["MessageSid"], told["MessageStatus"]) == (sid, "undelivered")
    assert told["ErrorCode"] == "63016"
    signature = received.headers["x-twilio-signature"]
    assert RequestValidator(AUTH_TOKEN).validate(STATUS_URL, told, signature)
    fetched = await phone.messages(sid).fetch_async()
    assert (str(fetched.status), fetched.error_code) == ("undelivered", 63016)


async def test_reading_is_an_event_of_its_own(twilio: TwilioApi, phone: Client) -> None:
    sid = str((await sent(phone, "hello", callback=f"{STATUS_URL}#rc=3&rp=all")).sid)

    webhook = twilio.told(sid, "read")

    assert webhook is not None
    assert webhook.url == STATUS_URL
    assert fields(webhook)["EventType"] == "READ"
    assert is_signed(webhook, STATUS_URL)


async def test_nobody_is_told_without_a_callback(twilio: TwilioApi, phone: Client) -> None:
    message = await phone.messages.create_async(
        to=f"whatsapp:{NUMBER}", from_=BOT_NUMBER, body="hello"
    )

    answer = await twilio.report(str(message.sid), "delivered")

    assert answer is None


async def test_a_status_of_no_message_cannot_be_reported(
    twilio: TwilioApi, phone: Client
) -> None:
    assert (await refusal(phone.messages("SM0").fetch_async())).code == 20404
    with pytest.raises(TwilioRefusal):
        await twilio.report("SM0", "delivered")


@pytest.fixture
def eager(clock: ManualClock, bot_url: str) -> TwilioApi:
    """An account that reports of itself how messages fare."""
    return TwilioApi(
        account_sid=ACCOUNT,
        auth_token=AUTH_TOKEN,
        now=clock.now,
        reports=("sent", "delivered"),
        bot_origin=bot_url,
    )


async def test_an_account_may_report_by_itself(eager: TwilioApi, bot: Bot) -> None:
    async with serving(eager.app) as url, a_phone(url) as phone:
        queued = await sent(phone, "hello")
        await bot.has_received(2)

    told = [dict(parse_qsl(received.body.decode())) for received in bot.received]
    assert str(queued.status) == "queued"
    assert [one["MessageStatus"] for one in told] == ["sent", "delivered"]
    assert {one["MessageSid"] for one in told} == {queued.sid}


async def test_what_was_accepted_is_reported_though_the_answer_was_lost(
    eager: TwilioApi, bot: Bot
) -> None:
    eager.faults.queue(DropAfter())
    async with serving(eager.app) as url, a_phone(url) as phone:
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await sent(phone, "hello")
        await bot.has_received(2)

    [message] = eager.messages.seen()
    assert message.status == "delivered"


async def test_a_bot_that_is_gone_does_not_hold_up_reports(clock: ManualClock) -> None:
    async with serving(Bot().app) as nobody:
        pass
    twilio = TwilioApi(
        account_sid=ACCOUNT,
        auth_token=AUTH_TOKEN,
        now=clock.now,
        reports=("sent", "delivered"),
        bot_origin=nobody,
    )

    async with serving(twilio.app) as url, a_phone(url) as phone:
        await sent(phone, "hello")

    [message] = twilio.messages.seen()
    assert message.status == "delivered"
