"""Files people uploaded, and answers through `response_url`s."""

import json
from datetime import timedelta
from urllib.parse import parse_qs

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.emulator.servers.slack import SlackApi
from bot.emulator.servers.slack_links import SlackFile
from bot.emulator.servers.slack_people import SlackPeople
from bot.emulator.servers.webhooks import Webhook
from tests.bot.emulator.workspace import CHANNEL, DIRECT, TOKEN, USER
from tests.clock import ManualClock


def response_url(webhook: Webhook) -> str:
    """The address that a command or a pressed button may be answered at."""
    fields = parse_qs(webhook.body.decode())
    if "payload" in fields:
        return str(json.loads(fields["payload"][0])["response_url"])
    return fields["response_url"][0]


async def test_a_file_is_fetched_with_the_token_only(
    people: SlackPeople, slack_url: str
) -> None:
    photo = SlackFile(name="Zürich 1.png", mimetype="image/png", content=b"\x89PNG")

    said = people.say(USER, "look", files=[photo])

    [file] = said.message.files
    assert (file["mimetype"], file["size"]) == ("image/png", 4)
    async with aiohttp.ClientSession() as http:
        url = str(file["url_private"])
        right = await http.get(url, headers={"Authorization": f"Bearer {TOKEN}"})
        wrong = await http.get(url, allow_redirects=False)
        gone = await http.get(
            f"{slack_url}/files/F0/x", headers={"Authorization": f"Bearer {TOKEN}"}
        )
        assert (await right.read(), right.content_type) == (b"\x89PNG", "image/png")
    assert (wrong.status, gone.status) == (302, 404)


async def test_a_command_is_answered_to_its_person_alone(
    slack: SlackApi, people: SlackPeople
) -> None:
    command = people.command(USER, "context", channel=CHANNEL)
    client = AsyncWebhookClient(response_url(command))

    answer = await client.send(text="12 %")

    assert (answer.status_code, answer.body) == (200, "ok")
    [whispered] = slack.messages.seen(CHANNEL)
    assert (whispered.text, whispered.visible_to) == ("12 %", USER)


async def test_a_response_may_be_for_everybody(slack: SlackApi, people: SlackPeople) -> None:
    command = people.command(USER, "help", channel=CHANNEL)
    client = AsyncWebhookClient(response_url(command))

    await client.send(text="all", response_type="in_channel")

    [public] = slack.messages.seen(CHANNEL)
    assert public.visible_to is None


async def test_a_response_url_works_five_times_and_half_an_hour(
    people: SlackPeople, clock: ManualClock
) -> None:
    used, expired = (
        AsyncWebhookClient(response_url(people.command(USER, "help"))) for _ in range(2)
    )

    answers = [await used.send(text=f"{n}") for n in range(6)]
    empty = await expired.send(text="")
    clock.advance(timedelta(minutes=30))
    late = await expired.send(text="late")

    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert "used_url" in answers[-1].body
    assert (empty.status_code, "no_text" in empty.body) == (404, True)
    assert (late.status_code, "expired_url" in late.body) == (404, True)


async def test_a_pressed_button_may_change_or_remove_its_message(
    slack: SlackApi, people: SlackPeople, web: AsyncWebClient
) -> None:
    await web.chat_postMessage(channel=USER, text="Sure?")
    [question] = slack.messages.seen(DIRECT)

    client = AsyncWebhookClient(response_url(people.press(USER, "yes", on=question)))
    await client.send(text="Done.", replace_original=True)
    [changed] = slack.messages.seen(DIRECT)
    await client.send(delete_original=True)

    assert (changed.ts, changed.text) == (question.ts, "Done.")
    assert slack.messages.seen(DIRECT) == ()


async def test_old_addresses_are_forgotten(clock: ManualClock) -> None:
    slack = SlackApi(token=TOKEN, now=clock.now, keep=1)

    first = slack.links.upload(SlackFile(name="1", mimetype="text/plain", content=b""))
    second = slack.links.upload(SlackFile(name="2", mimetype="text/plain", content=b""))

    assert slack.links.file(str(first["id"])) is None
    assert slack.links.file(str(second["id"])) is not None
