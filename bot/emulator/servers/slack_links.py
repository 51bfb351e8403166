"""Addresses Slack hands out beside its API: `response_url`s, and files people uploaded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import quote

from pydantic import JsonValue

from bot.emulator.servers.slack_arguments import Arguments, SlackRefusal
from bot.emulator.servers.slack_content import content
from bot.emulator.servers.slack_messages import SlackMessage, SlackMessages

# https://docs.slack.dev/interactivity/handling-user-interaction (read 2026-11): five uses
# within 30 minutes.
_USES = 5
_LASTS = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackFile:
    """Something a person uploads."""

    name: str
    mimetype: str
    content: bytes = field(repr=False)


@dataclass(slots=True, kw_only=True)
class _ResponseUrl:
    channel: str
    user: str
    source_ts: str | None
    until: datetime
    uses_left: int = _USES


class SlackLinks:
    """Who may answer where, and what may be fetched; the oldest are forgotten."""

    def __init__(
        self,
        messages: SlackMessages,
        now: Callable[[], datetime],
        *,
        user: str,
        bot_id: str,
        keep: int,
    ) -> None:
        self._messages = messages
        self._now = now
        self._user = user
        self._bot_id = bot_id
        self._keep = keep
        self._responses: dict[str, _ResponseUrl] = {}
        self._files: dict[str, SlackFile] = {}

    def response_path(self, channel: str, user: str, *, source_ts: str | None = None) -> str:
        """A new `response_url`, without its origin.

        Args:
            channel: Where the person acted.
            user: Who acted; ephemeral answers are theirs alone.
            source_ts: The message whose button was pressed, which may be replaced.
        """
        key = self._key("R")
        self._responses[key] = _ResponseUrl(
            channel=channel, user=user, source_ts=source_ts, until=self._now() + _LASTS
        )
        _forget(self._responses, self._keep)
        return f"/response/{key}"

    def respond(self, key: str, arguments: Arguments) -> None:
        """Say something through a `response_url`: to its user alone, or `in_channel`.

        Raises:
            SlackRefusal: `expired_url` or `used_url`, and what any message may be refused for.
        """
        response = self._responses.get(key)
        if response is None or self._now() >= response.until:
            raise SlackRefusal("expired_url")
        if response.uses_left == 0:
            raise SlackRefusal("used_url")
        self._say(response, arguments)
        response.uses_left -= 1

    def file(self, key: str) -> SlackFile | None:
        """An uploaded file, if it is there."""
        return self._files.get(key)

    def upload(self, file: SlackFile) -> Mapping[str, JsonValue]:
        """Keep a file and describe it as events do; addresses are without their origin.

        Shape: https://docs.slack.dev/reference/objects/file-object (read 2026-11).
        """
        key = self._key("F")
        self._files[key] = file
        _forget(self._files, self._keep)
        path = f"/files/{key}/{quote(file.name, safe='')}"
        return {
            "id": key,
            "name": file.name,
            "title": file.name,
            "mimetype": file.mimetype,
            "size": len(file.content),
            "mode": "hosted",
            "url_private": path,
            "url_private_download": path,
        }

    def _say(self, response: _ResponseUrl, arguments: Arguments) -> None:
        channel = response.channel
        if arguments.is_set("delete_original"):
            self._messages.remove(self._source(response))
            return
        said = content(arguments)
        if said.is_empty:
            raise SlackRefusal("no_text")
        if arguments.is_set("replace_original"):
            source = self._source(response)
            self._messages.keep(replace(source, text=said.text, blocks=said.blocks))
            return
        is_public = arguments.text("response_type") == "in_channel"
        self._messages.keep(
            SlackMessage(
                channel=channel,
                ts=self._messages.instant(),
                user=self._user,
                bot_id=self._bot_id,
                thread_ts=self._messages.thread(channel, arguments.text("thread_ts")),
                text=said.text,
                blocks=said.blocks,
                visible_to=None if is_public else response.user,
            )
        )

    def _source(self, response: _ResponseUrl) -> SlackMessage:
        return self._messages.get(response.channel, response.source_ts or "")

    def _key(self, prefix: str) -> str:
        return prefix + self._messages.instant().replace(".", "")


def _forget(kept: dict[str, _ResponseUrl] | dict[str, SlackFile], keep: int) -> None:
    while len(kept) > keep:
        del kept[next(iter(kept))]
