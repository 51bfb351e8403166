"""A Slack workspace's messages: channels, threads, and the pages they are read in."""

import base64
import binascii
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pydantic import JsonValue

from bot.emulator.servers.instants import Instants
from bot.emulator.servers.slack_arguments import Arguments, SlackRefusal

_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackMessage:
    """One message as a workspace shows it now.

    Attributes:
        bot_id: Set on the bot's own.
        thread_ts: The parent's `ts`; None outside threads. A parent names itself, but only
            where it is read.
        edited_ts: When it was last edited, None if never.
        is_streaming: Whether the bot may still append to it.
        visible_to: The one person who sees an ephemeral message; None for everybody.
        metadata: What the bot attached for itself: `event_type` and `event_payload`.
        reactions: Emoji name to the users who gave it.
    """

    channel: str
    ts: str
    user: str
    text: str = field(repr=False)
    bot_id: str | None = None
    thread_ts: str | None = None
    edited_ts: str | None = None
    is_streaming: bool = False
    visible_to: str | None = None
    blocks: JsonValue = field(default=None, repr=False)
    metadata: JsonValue = field(default=None, repr=False)
    files: tuple[Mapping[str, JsonValue], ...] = ()
    reactions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackPage:
    """Part of a channel or thread; `next_cursor` is empty on the last page."""

    messages: tuple[SlackMessage, ...]
    next_cursor: str


class SlackMessages:
    """All messages of a workspace.

    Ephemeral ones are kept for those who look on, but never read by the bot, as in Slack.
    The oldest of a channel are forgotten beyond `keep`.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        known: Collection[str] | None,
        keep: int,
        trusts_threads: bool,
    ) -> None:
        self._instants = Instants(now)
        self._known = known
        self._keep = keep
        self._trusts_threads = trusts_threads
        self._channels: dict[str, dict[str, SlackMessage]] = {}
        self._horizon = self.instant()

    def instant(self) -> str:
        """A new timestamp, greater than all before: `1700000000.000100`."""
        seconds, microseconds = divmod(self._instants.next(), _MICROSECONDS)
        return f"{seconds}.{microseconds:06d}"

    def channel(self, name: str) -> str:
        """The channel that a `channel` argument means; a user stands for their direct chat.

        Raises:
            SlackRefusal: `channel_not_found`.
        """
        if name.startswith(("U", "W")):
            name = direct_channel(name)
        if not name or (self._known is not None and name not in self._known):
            raise SlackRefusal("channel_not_found")
        return name

    def seen(self, channel: str) -> tuple[SlackMessage, ...]:
        """Everything in a channel, threads and ephemeral messages too, oldest first."""
        return tuple(self._channels.get(channel, {}).values())

    def keep(self, message: SlackMessage) -> SlackMessage:
        """Add a message, or put it in the place of the one with its `ts`."""
        messages = self._channels.setdefault(message.channel, {})
        messages[message.ts] = message
        if len(messages) > self._keep:
            oldest = next(iter(messages))
            del messages[oldest]
            self._horizon = max(self._horizon, oldest)
        return message

    def get(self, channel: str, ts: str) -> SlackMessage:
        """The message of a channel with this `ts`.

        Raises:
            SlackRefusal: `message_not_found`.
        """
        message = self._channels.get(channel, {}).get(ts)
        if message is None or message.visible_to is not None:
            raise SlackRefusal("message_not_found")
        return message

    def remove(self, message: SlackMessage) -> None:
        """Delete a message; one that is gone already is no fault."""
        self._channels.get(message.channel, {}).pop(message.ts, None)

    def thread(self, channel: str, ts: str) -> str | None:
        """The parent that a `thread_ts` argument means; None without one.

        A reply stands for its parent. What is older than this workspace remembers is taken
        on trust: the bot may outlive it.

        Raises:
            SlackRefusal: `invalid_thread_ts` if malformed, `thread_not_found` if deleted
                or never there.
        """
        if not ts:
            return None
        seconds, _, fraction = ts.partition(".")
        if not (seconds.isdecimal() and fraction.isdecimal()):
            raise SlackRefusal("invalid_thread_ts")
        if (parent := self._channels.get(channel, {}).get(ts)) is not None:
            return parent.thread_ts or parent.ts
        if self._trusts_threads or ts <= self._horizon:
            return ts
        raise SlackRefusal("thread_not_found")

    def history(self, arguments: Arguments) -> SlackPage:
        """A page of a channel without its threads, newest first (`conversations.history`)."""
        channel = self.channel(arguments.text("channel"))
        roots = [one for one in self._readable(channel) if one.thread_ts in {None, one.ts}]
        chosen = [one for one in reversed(roots) if _is_in_range(one, arguments)]
        return _page(chosen, arguments, newest_first=True)

    def replies(self, arguments: Arguments) -> SlackPage:
        """A page of a thread, its parent first, oldest first (`conversations.replies`).

        Raises:
            SlackRefusal: `thread_not_found` if nothing has or answers that `ts`.
        """
        channel, ts = self.channel(arguments.text("channel")), arguments.text("ts")
        thread = [one for one in self._readable(channel) if ts in {one.ts, one.thread_ts}]
        if not thread:
            raise SlackRefusal("thread_not_found")
        # The parent is shown whatever the range.
        chosen = [one for one in thread if one.ts == ts or _is_in_range(one, arguments)]
        return _page(chosen, arguments, newest_first=False)

    def _readable(self, channel: str) -> list[SlackMessage]:
        """What the bot may read; a parent with replies names itself as their thread."""
        messages = [one for one in self.seen(channel) if one.visible_to is None]
        parents = {one.thread_ts for one in messages}
        return [
            replace(one, thread_ts=one.ts) if one.ts in parents else one for one in messages
        ]


def direct_channel(user: str) -> str:
    """The channel of a user's direct chat with the bot."""
    return f"D{user[1:]}"


def shown(message: SlackMessage, *, with_metadata: bool) -> dict[str, JsonValue]:
    """A message as Slack's methods and events give it.

    Shape: https://docs.slack.dev/reference/events/message and
    https://docs.slack.dev/reference/methods/conversations.history (read 2026-11).
    """
    fields: dict[str, JsonValue] = {
        "type": "message",
        "user": message.user,
        "text": message.text,
        "ts": message.ts,
    }
    if message.thread_ts is not None:
        fields["thread_ts"] = message.thread_ts
    if message.bot_id is not None:
        fields["bot_id"] = message.bot_id
    if message.edited_ts is not None:
        fields["edited"] = {"user": message.user, "ts": message.edited_ts}
    if message.blocks is not None:
        fields["blocks"] = message.blocks
    if message.files:
        fields |= {"subtype": "file_share", "files": [dict(file) for file in message.files]}
    if message.reactions:
        fields["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)}
            for name, users in message.reactions.items()
        ]
    if with_metadata and message.metadata is not None:
        fields["metadata"] = message.metadata
    return fields


def _is_in_range(message: SlackMessage, arguments: Arguments) -> bool:
    """Between `oldest` and `latest`, both left out unless `inclusive`."""
    instant = _microseconds(message.ts)
    oldest, latest = _bound(arguments, "oldest"), _bound(arguments, "latest")
    if instant in {oldest, latest}:
        return arguments.is_set("inclusive")
    return (oldest is None or instant > oldest) and (latest is None or instant < latest)


def _bound(arguments: Arguments, name: str) -> int | None:
    """An instant as Slack writes it, or the plain seconds it takes as well."""
    if not (text := arguments.text(name)):
        return None
    if not text.isascii() or not text.replace(".", "", 1).isdecimal():
        refusal = f"invalid_ts_{name}"
        raise SlackRefusal(refusal)
    return _microseconds(text)


def _microseconds(ts: str) -> int:
    seconds, _, fraction = ts.partition(".")
    return int(seconds + fraction[:6].ljust(6, "0"))


def _page(
    chosen: Sequence[SlackMessage], arguments: Arguments, *, newest_first: bool
) -> SlackPage:
    """The page that `cursor` and `limit` ask for; what was deleted since is no hindrance."""
    limit = arguments.count("limit", default=100 if newest_first else 1000)
    if cursor := arguments.text("cursor"):
        first = _unsealed(cursor)
        chosen = [
            one for one in chosen if (one.ts <= first if newest_first else one.ts >= first)
        ]
    return SlackPage(
        messages=tuple(chosen[:limit]),
        next_cursor=_sealed(chosen[limit].ts) if len(chosen) > limit else "",
    )


def _sealed(ts: str) -> str:
    return base64.b64encode(f"next_ts:{ts}".encode()).decode()


def _unsealed(cursor: str) -> str:
    try:
        kind, _, ts = base64.b64decode(cursor, validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise SlackRefusal("invalid_cursor") from error
    if kind != "next_ts":
        raise SlackRefusal("invalid_cursor")
    return ts
