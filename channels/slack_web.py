"""Speaks in Slack through its Web API.

Posts are never repeated here: the SDK's own retries are off, because a second post is a
second message.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import TypedDict

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from channels.slack_errors import asking, posting, refusal
from channels.slack_payloads import SlackObject
from context.errors import DeliveryError
from context.messages import Address, Button, OutboundMessage, OutboxId

METADATA_TYPE = "baton_message"
"""The `event_type` of what every message carries: its `outbox_id`, to be found again by."""

ACTION_ID = "baton_command"
"""What the `action_id` of every button begins with; its command follows."""

_STATUS = "is thinking…"
_BOT_PAUSE = timedelta(minutes=1)
# The bot is not where the person is; it may still write to them directly.
_NOT_THERE = frozenset(
    {"channel_not_found", "not_in_channel", "user_not_in_channel", "is_archived"}
)


class _Posted(SlackObject):
    channel: str
    ts: str


class _Whispered(SlackObject):
    message_ts: str


class _Identity(SlackObject):
    user_id: str


class SlackWeb:
    """One workspace's Web API.

    Args:
        client: The SDK's client, without retries or proxy.
        bot_patience: The longest that an event waits for who the bot is; Slack waits 3 s for
            its acknowledgement (Events API, read 2026-11).
    """

    def __init__(
        self, client: AsyncWebClient, *, bot_patience: timedelta = timedelta(seconds=1)
    ) -> None:
        self.client = client
        self._bot_patience = bot_patience
        self._bot_user: str | None = None
        self._bot_asked_at: float | None = None
        self._bot_lock = asyncio.Lock()

    async def post(self, outbound: OutboundMessage) -> str:
        """Say it to all who read the channel or thread, or to one person there.

        Raises:
            DeliveryError: Not taken.
            DeliveryUncertain: Perhaps taken.
        """
        to = outbound.to
        if to.only_to is None:
            return await self._say(outbound, channel=to.peer, thread=to.thread)
        if to.reply_url is not None:
            # Slack: five uses within 30 minutes (handling user interaction, read 2026-11).
            # After that there is the long way.
            with suppress(DeliveryError):
                return await self._respond(outbound, to.reply_url)
        try:
            if to.peer.startswith("D"):
                return await self._say(outbound, channel=to.peer, thread=to.thread)
            return await self._whisper(outbound, user=to.only_to)
        except DeliveryError as error:
            if error.code not in _NOT_THERE:
                raise
            # A button there would be about the direct chat.
            unpressable = replace(outbound, buttons=())
            return await self._say(unpressable, channel=to.only_to, thread=None)

    async def show_status(self, to: Address, thread: str) -> None:
        """Show in a thread that an answer is being written.

        Raises:
            DeliveryError: Not shown.
        """
        with asking():
            await self.client.assistant_threads_setStatus(
                channel_id=to.peer, thread_ts=thread, status=_STATUS
            )

    async def bot_user(self) -> str | None:
        """The bot's user id, asked for once; None while Slack does not say.

        After a failure it is asked again a minute later, so that no event waits for it long.
        """
        async with self._bot_lock:
            now = time.monotonic()
            asked_at = self._bot_asked_at
            is_due = asked_at is None or now - asked_at >= _BOT_PAUSE.total_seconds()
            if self._bot_user is None and is_due:
                self._bot_asked_at = now
                with suppress(DeliveryError), asking():
                    async with asyncio.timeout(self._bot_patience.total_seconds()):
                        answer = await self.client.auth_test()
                    self._bot_user = _Identity.model_validate(answer.data).user_id
            return self._bot_user

    async def refusal(self) -> str | None:
        """Ask Slack who we are; its word for why it does not take the token."""
        try:
            with asking():
                await self.client.auth_test()
        except DeliveryError as error:
            return error.reason
        return None

    async def _say(self, outbound: OutboundMessage, *, channel: str, thread: str | None) -> str:
        with posting():
            response = await self.client.chat_postMessage(
                channel=channel,
                thread_ts=thread,
                **_content(outbound),
                # A previewed link is fetched by Slack: what a model was made to write into
                # one would leave the company without a click.
                unfurl_links=False,
                unfurl_media=False,
                metadata=_metadata(outbound.outbox_id),
            )
            posted = _Posted.model_validate(response.data)
        return receipt(posted.channel, posted.ts)

    async def _whisper(self, outbound: OutboundMessage, *, user: str) -> str:
        to = outbound.to
        with posting():
            response = await self.client.chat_postEphemeral(
                channel=to.peer, user=user, thread_ts=to.thread, **_content(outbound)
            )
            whispered = _Whispered.model_validate(response.data)
        return receipt(to.peer, whispered.message_ts)

    async def _respond(self, outbound: OutboundMessage, url: str) -> str:
        """Answer a slash command at its own address, which takes no `markdown_text`."""
        webhook = AsyncWebhookClient(
            url, session=self.client.session, logger=self.client.logger, retry_handlers=[]
        )
        webhook.proxy = None
        with posting():
            response = await webhook.send(
                text=outbound.text,
                blocks=_blocks(outbound),
                response_type="ephemeral",
            )
        if response.status_code != HTTPStatus.OK:
            raise refusal(response.status_code, None, response.headers)
        return receipt(outbound.to.peer, outbound.outbox_id)


def receipt(channel: str, ts: str) -> str:
    """Slack's id of a message: `ts` is unique only in its channel."""
    return f"{channel}:{ts}"


@asynccontextmanager
async def connected(token: str, *, api_url: str, within: timedelta) -> AsyncIterator[SlackWeb]:
    """Open one HTTP session for all calls, and close it at the end.

    Args:
        token: The bot's, `xoxb-…`.
        api_url: Where the Web API is.
        within: The longest that a call may take.
    """
    limit = aiohttp.ClientTimeout(total=within.total_seconds())
    async with aiohttp.ClientSession(timeout=limit) as session:
        client = AsyncWebClient(
            token=token,
            base_url=api_url,
            session=session,
            retry_handlers=[],
            logger=silence(),
        )
        # The SDK takes HTTPS_PROXY from the environment for every address, loopback
        # included, and knows no NO_PROXY.
        client.proxy = None
        yield SlackWeb(client)


def silence() -> logging.Logger:
    """A logger that drops everything: the SDK and Bolt log messages in full.

    Nothing is lost; what fails is raised, and who acknowledges or gives up logs that.
    """
    logger = logging.getLogger("slack_bolt.silence")
    logger.setLevel(logging.CRITICAL)
    logger.disabled = True
    return logger


class _Content(TypedDict, total=False):
    """Text alone, or text with buttons under it: Slack takes no blocks beside Markdown."""

    markdown_text: str
    text: str
    blocks: list[dict[str, object]]


def _content(outbound: OutboundMessage) -> _Content:
    if not outbound.buttons:
        return {"markdown_text": outbound.text}
    # The text is what a notification shows.
    return {"text": outbound.text, "blocks": _blocks(outbound)}


def _blocks(outbound: OutboundMessage) -> list[dict[str, object]]:
    blocks: list[dict[str, object]] = [{"type": "markdown", "text": outbound.text}]
    if outbound.buttons:
        pressable = [_element(button) for button in outbound.buttons]
        blocks.append({"type": "actions", "elements": pressable})
    return blocks


def _element(button: Button) -> dict[str, object]:
    """A button that `slack_events.from_actions` reads back by its value."""
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": button.label, "emoji": True},
        # Slack: unique among the buttons of a message (button element, read 2026-11).
        "action_id": f"{ACTION_ID}:{button.command.replace(' ', '_')}",
        "value": button.command,
    }


def _metadata(outbox_id: OutboxId) -> dict[str, object]:
    """What a message carries for us, unseen by people."""
    return {"event_type": METADATA_TYPE, "event_payload": {"outbox_id": outbox_id}}
