"""Webhooks on their way to the bot."""

from datetime import timedelta

import pytest

from bot.emulator.servers.serving import serving
from bot.emulator.servers.webhooks import Undelivered, Webhook, deliver
from tests.bot.emulator.bot import Bot

SOON, AT_ONCE = timedelta(seconds=5), timedelta(milliseconds=50)


def a_webhook(origin: str, *, body: bytes = b"hello") -> Webhook:
    return Webhook(url=f"{origin}/in?a=%7Eb%2Fc", headers={"X-Signature": "right"}, body=body)


async def test_a_webhook_arrives_byte_for_byte(bot: Bot, bot_url: str) -> None:
    body = bytes(range(256)) * 10_000

    answer = await deliver(a_webhook(bot_url, body=body), within=SOON)

    [received] = bot.received
    assert (answer.status, answer.body) == (200, "taken")
    assert (received.path, received.query) == ("/in", "a=%7Eb%2Fc")
    assert (received.headers["x-signature"], received.body) == ("right", body)


async def test_a_webhook_signed_for_a_public_address_is_delivered_elsewhere(
    bot: Bot, bot_url: str
) -> None:
    webhook = a_webhook("https://bot.example")

    await deliver(webhook, within=SOON, origin=bot_url)

    [received] = bot.received
    assert (received.path, received.query) == (webhook.path, "a=%7Eb%2Fc")


async def test_an_error_is_an_answer_too(bot: Bot, bot_url: str) -> None:
    bot.status = 503

    answer = await deliver(a_webhook(bot_url), within=SOON)

    assert answer.status == 503


async def test_a_slow_bot_is_given_up(bot: Bot, bot_url: str) -> None:
    bot.gate.clear()

    with pytest.raises(Undelivered) as caught:
        await deliver(a_webhook(bot_url), within=AT_ONCE)

    assert caught.value.reason == "http_timeout"
    bot.gate.set()


async def test_a_bot_that_is_gone_cannot_be_reached(bot: Bot) -> None:
    async with serving(bot.app) as url:
        webhook = a_webhook(url)

    with pytest.raises(Undelivered) as caught:
        await deliver(webhook, within=SOON)

    assert caught.value.reason == "connection_failed"
