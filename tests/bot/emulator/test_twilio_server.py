"""Twilio's REST API as the twilio library meets it."""

import asyncio
from datetime import timedelta

import aiohttp
import pytest
from twilio.rest import Client

from bot.emulator.servers.faults import DropAfter, Refuse
from bot.emulator.servers.serving import serving
from bot.emulator.servers.twilio import TwilioApi
from tests.bot.emulator.account import (
    ACCOUNT,
    AUTH_TOKEN,
    BOT_NUMBER,
    OTHER_PERSON,
    PERSON,
    SDK_USES_BASIC_AUTH,
    a_phone,
    refusal,
    sent,
)
from tests.clock import NOON, ManualClock

pytestmark = SDK_USES_BASIC_AUTH


async def test_a_message_is_queued_and_soon_on_its_way(
    twilio: TwilioApi, phone: Client
) -> None:
    queued = await sent(phone, "grüezi 👋")

    fetched = await phone.messages(str(queued.sid)).fetch_async()
    assert (str(queued.status), queued.date_sent, queued.error_code) == ("queued", None, None)
    assert (str(fetched.status), fetched.date_sent) == ("sent", NOON)
    assert (fetched.body, fetched.to, fetched.from_) == ("grüezi 👋", PERSON, BOT_NUMBER)
    assert [message.body for message in twilio.messages.seen()] == ["grüezi 👋"]


RIGHT = {"To": PERSON, "From": BOT_NUMBER, "Body": "hello"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"To": ""}, 21604),
        ({"To": "whatsapp:12"}, 21211),
        ({"To": "+14155550100"}, 21211),
        ({"From": ""}, 21603),
        ({"From": "whatsapp:+19999999999"}, 63007),
        ({"Body": "x" * 1_601}, 21617),
        ({"Body": "👋" * 801}, 21617),
        ({"Body": ""}, 21619),
        ({"StatusCallback": "ftp://bot.example"}, 21609),
    ],
)
async def test_a_message_twilio_would_refuse_is_refused(
    twilio: TwilioApi, phone: Client, *, fields: dict[str, str], code: int
) -> None:
    messages = f"/Accounts/{ACCOUNT}/Messages.json"
    call = phone.api.v2010.create_async("POST", messages, data={**RIGHT, **fields})

    error = await refusal(call)

    assert (error.status, error.code) == (400, code)
    assert twilio.messages.seen() == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"Body": "x" * 1_600},
        {"To": "whatsapp:US.13491208655302741918"},
        {"Body": "", "MediaUrl": "https://bot.example/a.png"},
        {"Body": "", "ContentSid": "HX1"},
    ],
)
async def test_a_message_within_the_limits_is_taken(
    twilio: TwilioApi, phone: Client, *, fields: dict[str, str]
) -> None:
    messages = f"/Accounts/{ACCOUNT}/Messages.json"

    await phone.api.v2010.create_async("POST", messages, data={**RIGHT, **fields})

    assert len(twilio.messages.seen()) == 1


async def test_every_media_url_is_kept(twilio: TwilioApi, phone: Client) -> None:
    urls = ["https://bot.example/a.png", "https://bot.example/b.png"]

    message = await phone.messages.create_async(to=PERSON, from_=BOT_NUMBER, media_url=urls)

    [kept] = twilio.messages.seen()
    assert kept.media_urls == twilio.calls[0].media_urls == tuple(urls)
    assert (message.num_media, str(message.sid)[:2]) == ("2", "MM")


@pytest.mark.parametrize(
    ("account", "auth_token", "code"),
    [
        (ACCOUNT, "wrong", 20003),
        (f"AC{2:032}", AUTH_TOKEN, 20003),
    ],
)
async def test_without_the_right_credentials_nothing_happens(
    twilio: TwilioApi, twilio_url: str, *, account: str, auth_token: str, code: int
) -> None:
    async with a_phone(twilio_url, account=account, auth_token=auth_token) as phone:
        error = await refusal(sent(phone, "hello"))

    assert (error.status, error.code) == (401, code)
    assert twilio.messages.seen() == ()


@pytest.mark.parametrize("authorization", ["Basic !", "Basic /w==", "Bearer x", ""])
async def test_credentials_that_cannot_be_read_are_wrong(
    twilio_url: str, authorization: str
) -> None:
    url = f"{twilio_url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"

    async with aiohttp.ClientSession() as http:
        answer = await http.get(url, headers={"Authorization": authorization})

        assert answer.status == 401
        assert (await answer.json())["code"] == 20003


async def test_another_account_is_not_found(phone: Client) -> None:
    messages = phone.api.v2010.accounts(f"AC{2:032}").messages

    error = await refusal(messages("SM1").fetch_async())

    assert (error.status, error.code) == (404, 20404)


async def test_messages_are_listed_newest_first_page_by_page(
    twilio: TwilioApi, phone: Client
) -> None:
    all_sids = [(await sent(phone, f"{n}")).sid for n in range(5)]

    listed = await phone.messages.list_async(page_size=2)

    assert [message.sid for message in listed] == all_sids[::-1]
    pages = [call for call in twilio.calls if call.method == "messages.list"]
    assert len(pages) == 3


async def test_messages_are_listed_by_whom_they_join(phone: Client) -> None:
    to_her = await sent(phone, "her", to=PERSON)
    to_him = await sent(phone, "him", to=OTHER_PERSON)

    hers = await phone.messages.list_async(to=PERSON)
    his = await phone.messages.list_async(to=OTHER_PERSON, page_size=1)
    nobodys = await phone.messages.list_async(from_=PERSON)

    assert [message.sid for message in hers] == [to_her.sid]
    assert [message.sid for message in his] == [to_him.sid]
    assert nobodys == []


async def test_messages_are_listed_by_when_they_were_sent(
    phone: Client, clock: ManualClock
) -> None:
    sids = []
    for _ in range(3):
        sids.append((await sent(phone, "hello")).sid)
        clock.advance(timedelta(hours=1))
    second = NOON + timedelta(hours=1)

    at, since, until = (
        [message.sid for message in listed]
        for listed in [
            await phone.messages.list_async(date_sent=second),
            await phone.messages.list_async(date_sent_after=second),
            await phone.messages.list_async(date_sent_before=second),
        ]
    )
    today = await phone.messages.list_async(date_sent="2026-11-20")
    tomorrow = await phone.messages.list_async(date_sent_after="2026-11-21")

    assert (at, since, until) == ([sids[1]], [sids[2], sids[1]], [sids[1], sids[0]])
    assert (len(today), tomorrow) == (3, [])


@pytest.mark.parametrize(
    "query",
    [{"DateSent>": "yesterday"}, {"DateSent": "2026-13-40"}, {"PageSize": "0"}, {"Page": "x"}],
)
async def test_a_list_that_cannot_be_is_refused(
    phone: Client, query: dict[str, object]
) -> None:
    messages = f"/Accounts/{ACCOUNT}/Messages.json"

    answer = await phone.api.v2010.page_async("GET", messages, params=query)

    assert answer.status_code == 400
    assert '"code":20001' in answer.text


async def test_typing_is_shown_in_answer_to_a_message(twilio: TwilioApi, phone: Client) -> None:
    sid = str((await sent(phone, "hello")).sid)
    typing = phone.messaging.v2.typing_indicator

    shown = await typing.create_async(channel="whatsapp", message_id=sid)

    assert shown.success is True
    assert twilio.calls[-1].form == {"channel": "whatsapp", "messageId": sid}
    nowhere = await refusal(typing.create_async(channel="whatsapp", message_id="SM0"))
    elsewhere = await refusal(typing.create_async(channel="rcs", message_id=sid))
    assert (nowhere.code, elsewhere.code) == (20404, 20001)


async def test_calls_are_remembered_with_what_became_of_them(
    twilio: TwilioApi, phone: Client
) -> None:
    twilio.next(429, retry_after_s=2, method="messages.create")

    await refusal(sent(phone, "hello"))

    [call] = twilio.calls
    assert (call.method, call.username) == ("messages.create", ACCOUNT)
    assert (call.form["Body"], call.fault) == ("hello", Refuse(429, retry_after_s=2))
    assert "hello" not in repr(call)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [(429, None, 20429), (500, None, 20500), (503, None, 20503), (400, 21610, 21610)],
)
async def test_a_refusal_is_in_twilios_words(
    twilio: TwilioApi, phone: Client, *, status: int, code: int | None, expected: int
) -> None:
    twilio.next(status, code=code)

    error = await refusal(sent(phone, "hello"))

    assert (error.status, error.code) == (status, expected)
    assert twilio.messages.seen() == ()


async def test_a_limited_call_says_when_to_come_back(
    twilio: TwilioApi, twilio_url: str
) -> None:
    twilio.next(429, retry_after_s=2)

    async with aiohttp.ClientSession() as http:
        answer = await http.post(f"{twilio_url}/v2/Indicators/Typing.json")

        assert answer.headers["Retry-After"] == "2"


async def test_a_message_accepted_before_the_connection_broke_can_be_found(
    twilio: TwilioApi, phone: Client
) -> None:
    twilio.faults.queue(DropAfter())

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await sent(phone, "hello")

    [found] = await phone.messages.list_async(to=PERSON, date_sent_after=NOON)
    assert found.body == "hello"


async def test_concurrent_messages_have_ids_of_their_own(phone: Client) -> None:
    async with asyncio.TaskGroup() as sending:
        tasks = [sending.create_task(sent(phone, f"{n}")) for n in range(20)]

    assert len({task.result().sid for task in tasks}) == 20


async def test_only_the_newest_calls_and_messages_are_remembered(clock: ManualClock) -> None:
    twilio = TwilioApi(account_sid=ACCOUNT, auth_token=AUTH_TOKEN, now=clock.now, keep=2)
    async with serving(twilio.app) as url, a_phone(url) as phone:
        for n in range(3):
            await sent(phone, f"{n}")

    assert [call.form["Body"] for call in twilio.calls] == ["1", "2"]
    assert [message.body for message in twilio.messages.seen()] == ["1", "2"]
