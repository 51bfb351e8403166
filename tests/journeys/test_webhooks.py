"""Bad input gets what the interface promises, and the next good message works."""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import replace

import httpx2
import pytest

from bot.emulator.servers.webhooks import Webhook
from tests.journeys.town import ANA, BEN, Town, town, until

WHATSAPP = "/webhooks/twilio/whatsapp"
SLACK = "/webhooks/slack/events"


async def post(here: Town, webhook: Webhook) -> int:
    return await send(here, webhook.path, headers=webhook.headers, body=webhook.body)


async def send(
    here: Town, path: str, *, headers: Mapping[str, str], body: bytes, method: str = "POST"
) -> int:
    raw = {name.encode(): value.encode() for name, value in headers.items()}
    async with httpx2.AsyncClient(trust_env=False) as client:
        response = await client.request(method, f"{here.url}{path}", headers=raw, content=body)
    return response.status_code


async def stored(here: Town) -> int:
    async with here.database.hot() as connection:
        return int(await connection.fetchval("select count(*) from inbox"))


@pytest.mark.parametrize("path", [WHATSAPP, SLACK, "/webhooks/slack/commands"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_wrong_method_is_refused(database_url: str, path: str, method: str) -> None:
    async with town(database_url, workers=0) as here:
        assert await send(here, path, headers={}, body=b"", method=method) == 405


@pytest.mark.parametrize("path", [WHATSAPP, SLACK])
async def test_a_body_of_five_megabytes_is_refused(database_url: str, path: str) -> None:
    async with town(database_url, workers=0) as here:
        assert await send(here, path, headers={}, body=b"x" * 5 * 1024 * 1024) == 413


async def test_every_bad_signature_is_refused_and_nothing_is_stored(database_url: str) -> None:
    async with town(database_url, workers=0) as here:
        slack = here.slackers.say(BEN, "Hello").webhook
        twilio = here.callers.text(ANA, "Hello").webhook
        stamp = "X-Slack-Request-Timestamp"
        statuses = [
            await post(here, altered(slack, {"X-Slack-Signature": signature}))
            for signature in ("", "v0=00", "v0=" + "é" * 64)
        ]
        statuses += [
            await post(here, altered(slack, {stamp: value})) for value in ("", "soon", "1")
        ]
        assert statuses == [401] * 6
        assert [
            await post(here, altered(twilio, {"X-Twilio-Signature": signature}))
            for signature in ("", "AAAA", "ééé=")
        ] == [403] * 3
        assert await stored(here) == 0


@pytest.mark.parametrize(
    "body",
    [b"{", b"[" * 100_000, b'{"type": 1}', b'"text"', b"\xff\xfe", b"payload=%7B"],
    ids=["cut off", "deeply nested", "wrong type", "no object", "not utf-8", "bad payload"],
)
async def test_a_signed_but_malformed_body_is_no_error_of_ours(
    database_url: str, body: bytes
) -> None:
    async with town(database_url) as here:
        webhook = here.slack_hooks.signed(SLACK, body, content_type="application/json")
        status = await post(here, webhook)
        assert status in {200, 400}
        assert await stored(here) == 0

        await here.slack_message(BEN, "Hello")
        await until(lambda: bool(here.model.requests))


async def test_a_form_that_is_not_utf8_is_malformed(database_url: str) -> None:
    async with town(database_url, workers=0) as here:
        texted = here.callers.text(ANA, "Hello").webhook
        assert await post(here, replace(texted, body=b"Body=\xff")) in {400, 403}
        assert await stored(here) == 0


async def test_an_unknown_event_is_acknowledged_and_ignored(database_url: str) -> None:
    async with town(database_url, workers=0) as here:
        webhook = here.slack_hooks.event({"type": "sprocket_turned", "user": BEN})
        assert await post(here, webhook) == 200
        assert await stored(here) == 0


async def test_the_bots_own_messages_are_ignored(database_url: str) -> None:
    async with town(database_url) as here:
        await here.slack_message(BEN, "Hello")
        await until(lambda: len(here.heard_in_slack("D1BEN")) >= 2)
        own = here.slack.messages.seen("D1BEN")[-1]
        assert await post(here, here.slackers.hear(own)) == 200
        assert await here.fates() == {"answered": 1}


async def test_what_cannot_be_stored_is_refused_so_that_it_is_sent_again(
    database_url: str,
) -> None:
    async with town(database_url, workers=0) as here:
        texted = here.callers.text(ANA, "Hello").webhook
        async with here.database.hot() as blocker, blocker.transaction():
            await blocker.execute("lock table inbox in access exclusive mode")
            began = asyncio.get_running_loop().time()
            assert await post(here, texted) == 503
            assert asyncio.get_running_loop().time() - began < 3
        assert await post(here, texted) == 200
        assert await stored(here) == 1


async def test_a_platform_that_is_not_configured_says_so(database_url: str) -> None:
    async with town(database_url, workers=0, providers=("twilio",)) as here:
        assert await send(here, SLACK, headers={}, body=b"{}") == 503


async def test_health_readiness_and_metrics_answer(database_url: str) -> None:
    async with (
        town(database_url, workers=0) as here,
        httpx2.AsyncClient(trust_env=False, base_url=here.url) as client,
    ):
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 200
        metrics = (await client.get("/metrics")).text
        assert "baton_messages_overdue 0.0" in metrics
        assert (await client.get("/emulator")).status_code == 404


async def test_a_client_that_hangs_up_halfway_harms_nobody(database_url: str) -> None:
    async with town(database_url, workers=0) as here:
        host, port = here.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as half:
            half.sendall(b"POST /webhooks/twilio/whatsapp HTTP/1.1\r\nHost: x\r\n")
            half.sendall(b"Content-Length: 100\r\n\r\nBody=")
        assert await here.whatsapp(ANA, "Hello") == 200


def altered(webhook: Webhook, headers: Mapping[str, str]) -> Webhook:
    kept = {**webhook.headers, **headers}
    return replace(webhook, headers={name: value for name, value in kept.items() if value})
