"""What Slack posts, as Bolt understands it; signatures are another test's business."""

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.emulator.servers.slack import SlackApi
from bot.emulator.servers.slack_people import SlackPeople
from bot.emulator.servers.slack_webhooks import SlackWebhooks
from bot.emulator.servers.webhooks import Webhook
from tests.bot.emulator.workspace import CHANNEL, DIRECT, TOKEN, USER


async def authorize() -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None,
        team_id=SlackApi.team,
        bot_token=TOKEN,
        bot_user_id=SlackApi.bot_user,
        bot_id=SlackApi.bot_id,
    )


class Listener:
    """A Bolt app that notes what it was told and answers nothing."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self._app = AsyncApp(
            authorize=authorize,
            request_verification_enabled=False,
            process_before_response=True,
        )
        self._app.event("message")(self._listen)
        self._app.event("app_mention")(self._listen)
        self._app.event("reaction_added")(self._listen)
        self._app.command("/baton")(self._obey)
        self._app.action("yes")(self._obey)

    async def hear(self, webhook: Webhook) -> int:
        """Dispatch a webhook; Bolt's status."""
        request = AsyncBoltRequest(body=webhook.body.decode(), headers={**webhook.headers})
        return (await self._app.async_dispatch(request)).status

    async def _listen(self, event: dict[str, object]) -> None:
        self.told.append((event["type"], event.get("subtype")))

    async def _obey(self, ack: AsyncAck, body: dict[str, object]) -> None:
        self.told.append(body.get("command") or body["type"])
        await ack()


@pytest.fixture
def listener() -> Listener:
    return Listener()


async def test_bolt_routes_what_people_say_and_change(
    listener: Listener, people: SlackPeople
) -> None:
    said = people.say(USER, "<@U0BATONBOT> helo", channel=CHANNEL)
    webhooks = [
        *said.webhooks,
        people.edit(said.message, "<@U0BATONBOT> hello"),
        people.react(USER, "tada", to=said.message),
        people.delete(said.message),
    ]

    statuses = [await listener.hear(webhook) for webhook in webhooks]

    assert statuses == [200] * 5
    assert listener.told == [
        ("app_mention", None),
        ("message", None),
        ("message", "message_changed"),
        ("reaction_added", None),
        ("message", "message_deleted"),
    ]


async def test_bolt_routes_commands_and_buttons(
    listener: Listener, people: SlackPeople
) -> None:
    said = people.say(USER, "hello").message

    statuses = [
        await listener.hear(people.command(USER, "help")),
        await listener.hear(people.press(USER, "yes", on=said, value="1")),
    ]

    assert statuses == [200, 200]
    assert listener.told == ["/baton", "block_actions"]


async def test_bolt_answers_the_handshake_and_drops_its_own_words(
    listener: Listener,
    people: SlackPeople,
    *,
    webhooks: SlackWebhooks,
    slack: SlackApi,
    web: AsyncWebClient,
) -> None:
    await web.chat_postMessage(channel=USER, text="hello")
    [own] = slack.messages.seen(DIRECT)

    statuses = [
        await listener.hear(webhooks.challenge("abc")),
        await listener.hear(people.hear(own)),
    ]

    assert statuses == [200, 200]
    assert listener.told == []
