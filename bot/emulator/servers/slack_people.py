"""The people of a Slack workspace: what they do, and what Slack tells the bot of it.

Every method does the thing in the workspace and returns what Slack would post about it, as
a value; `SlackWebhooks.deliver` posts it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from bot.emulator.servers.slack import SlackApi
from bot.emulator.servers.slack_chat import Answer
from bot.emulator.servers.slack_links import SlackFile
from bot.emulator.servers.slack_messages import SlackMessage, shown
from bot.emulator.servers.slack_webhooks import SlackWebhooks
from bot.emulator.servers.webhooks import Webhook

# What stays as it is when Slack escapes a person's text: mentions and links
# (https://docs.slack.dev/messaging/formatting-message-text, read 2026-11).
_MARKUP = re.compile(r"(<(?:[@#!]|https?:|mailto:)[^<>]*>)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A person's message and what Slack posts of it.

    Attributes:
        message: As the workspace keeps it.
        webhooks: A `message` event; before it, where the bot is mentioned in a channel, an
            `app_mention` of the same message with an event id of its own.
    """

    message: SlackMessage
    webhooks: tuple[Webhook, ...]

    @property
    def webhook(self) -> Webhook:
        """The first of them."""
        return self.webhooks[0]


class SlackPeople:
    """Everybody in the workspace but the bot.

    Args:
        api: The workspace.
        webhooks: How the bot hears of it.
        api_url: Where the workspace is served, for the addresses it hands out.
    """

    def __init__(self, api: SlackApi, webhooks: SlackWebhooks, *, api_url: str) -> None:
        self._api = api
        self._webhooks = webhooks
        self._api_url = api_url

    def say(
        self,
        user: str,
        text: str,
        *,
        channel: str | None = None,
        thread_ts: str | None = None,
        files: Sequence[SlackFile] = (),
    ) -> Said:
        """Write a message, in the direct chat with the bot unless a channel is given.

        Events: https://docs.slack.dev/reference/events/message.im, …/message.channels and
        …/app_mention (read 2026-11).
        """
        messages = self._api.messages
        where = messages.channel(channel or user)
        message = messages.keep(
            SlackMessage(
                channel=where,
                ts=messages.instant(),
                user=user,
                text=_escaped(text),
                thread_ts=messages.thread(where, thread_ts or ""),
                files=tuple(self._uploaded(file) for file in files),
            )
        )
        webhooks: tuple[Webhook, ...] = (self.hear(message),)
        if not where.startswith("D") and f"<@{self._api.bot_user}>" in message.text:
            mention = self._told(message) | {"type": "app_mention"}
            del mention["channel_type"]
            webhooks = (self._webhooks.event(mention), *webhooks)
        return Said(message=message, webhooks=webhooks)

    def hear(self, message: SlackMessage) -> Webhook:
        """The event of any message in the workspace; the bot hears its own, too."""
        return self._webhooks.event(self._told(message))

    def edit(self, said: SlackMessage, text: str) -> Webhook:
        """Change a message (https://docs.slack.dev/reference/events/message/message_changed)."""
        messages = self._api.messages
        before = messages.get(said.channel, said.ts)
        after = replace(before, text=_escaped(text), edited_ts=messages.instant())
        messages.keep(after)
        return self._hidden(
            after,
            {
                "subtype": "message_changed",
                "message": shown(after, with_metadata=True),
                "previous_message": shown(before, with_metadata=True),
            },
        )

    def delete(self, said: SlackMessage) -> Webhook:
        """Delete a message (https://docs.slack.dev/reference/events/message/message_deleted)."""
        before = self._api.messages.get(said.channel, said.ts)
        self._api.messages.remove(before)
        return self._hidden(
            before,
            {
                "subtype": "message_deleted",
                "deleted_ts": before.ts,
                "previous_message": shown(before, with_metadata=True),
            },
        )

    def react(self, user: str, emoji: str, *, to: SlackMessage) -> Webhook:
        """React to a message (https://docs.slack.dev/reference/events/reaction_added)."""
        messages = self._api.messages
        message = messages.get(to.channel, to.ts)
        users = (*message.reactions.get(emoji, ()), user)
        messages.keep(replace(message, reactions={**message.reactions, emoji: users}))
        return self._webhooks.event(
            {
                "type": "reaction_added",
                "user": user,
                "reaction": emoji,
                "item": {"type": "message", "channel": to.channel, "ts": to.ts},
                "item_user": message.user,
                "event_ts": messages.instant(),
            }
        )

    def command(
        self, user: str, text: str, *, channel: str | None = None, name: str = "/baton"
    ) -> Webhook:
        """Give a slash command (https://docs.slack.dev/interactivity/implementing-slash-commands)."""
        where = self._api.messages.channel(channel or user)
        path = self._api.links.response_path(where, user)
        return self._webhooks.command(
            {
                "team_id": self._api.team,
                "team_domain": "baton",
                "channel_id": where,
                "channel_name": "directmessage" if where.startswith("D") else where.lower(),
                "user_id": user,
                "user_name": user.lower(),
                "command": name,
                "text": text,
                "api_app_id": self._api.app_id,
                "is_enterprise_install": "false",
                "response_url": self._api_url + path,
                "trigger_id": self._trigger(),
            }
        )

    def press(self, user: str, action_id: str, *, on: SlackMessage, value: str = "") -> Webhook:
        """Press a button (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload).

        Of an ephemeral message Slack sends only the container, with the thread it is in (read
        2026-11).
        """
        path = self._api.links.response_path(on.channel, user, source_ts=on.ts)
        action: JsonValue = {
            "type": "button",
            "action_id": action_id,
            "block_id": "actions",
            "value": value,
            "action_ts": self._api.messages.instant(),
        }
        container: Answer = {
            "type": "message",
            "message_ts": on.ts,
            "channel_id": on.channel,
            "is_ephemeral": on.visible_to is not None,
        }
        if on.thread_ts is not None:
            container["thread_ts"] = on.thread_ts
        seen = {"message": shown(on, with_metadata=True)} if on.visible_to is None else {}
        return self._webhooks.interaction(
            {
                "type": "block_actions",
                "api_app_id": self._api.app_id,
                "team": {"id": self._api.team, "domain": "baton"},
                "user": {"id": user, "username": user.lower(), "team_id": self._api.team},
                "channel": {"id": on.channel, "name": on.channel.lower()},
                "container": container,
                **seen,
                "state": {"values": {}},
                "response_url": self._api_url + path,
                "trigger_id": self._trigger(),
                "actions": [action],
            }
        )

    def _told(self, message: SlackMessage) -> Answer:
        """A message as its event has it."""
        return shown(message, with_metadata=True) | {
            "team": self._api.team,
            "channel": message.channel,
            "channel_type": _channel_type(message.channel),
            "event_ts": message.ts,
        }

    def _hidden(self, message: SlackMessage, fields: Answer) -> Webhook:
        """An event about a message, with a timestamp of its own."""
        ts = self._api.messages.instant()
        return self._webhooks.event(
            {
                "type": "message",
                "hidden": True,
                "channel": message.channel,
                "channel_type": _channel_type(message.channel),
                "ts": ts,
                "event_ts": ts,
                **fields,
            }
        )

    def _uploaded(self, file: SlackFile) -> Answer:
        described = dict(self._api.links.upload(file))
        for name in ("url_private", "url_private_download"):
            described[name] = f"{self._api_url}{described[name]}"
        return described

    def _trigger(self) -> str:
        return f"{self._api.messages.instant()}.baton"


def _channel_type(channel: str) -> str:
    return {"D": "im", "G": "group"}.get(channel[0], "channel")


def _escaped(text: str) -> str:
    pieces = _MARKUP.split(text)
    # Every other piece is one that the pattern found.
    pieces[::2] = [
        piece.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        for piece in pieces[::2]
    ]
    return "".join(pieces)
