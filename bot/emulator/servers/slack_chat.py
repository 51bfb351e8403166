"""Slack's methods that say something: `chat.*`, reactions and the status of a thread.

Answers and errors as on https://docs.slack.dev/reference/methods (read 2026-11).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import JsonValue, TypeAdapter, ValidationError

from bot.emulator.servers.slack_arguments import Arguments, SlackRefusal
from bot.emulator.servers.slack_content import content
from bot.emulator.servers.slack_messages import SlackMessage, SlackMessages, shown

Answer = dict[str, JsonValue]

# `assistant.threads.setStatus` (read 2026-11): removed after two minutes without a message;
# at most ten loading messages.
_STATUS_LASTS = timedelta(minutes=2)
_LOADING_MESSAGES = 10
_EMOJI = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")
_CHUNKS = TypeAdapter(list[dict[str, JsonValue]])


@dataclass(frozen=True, slots=True)
class _Status:
    text: str
    since: datetime

    def is_over(self, now: datetime) -> bool:
        return now - self.since >= _STATUS_LASTS


class SlackChat:
    """The bot's side of the conversation."""

    def __init__(
        self,
        messages: SlackMessages,
        now: Callable[[], datetime],
        *,
        user: str,
        bot_id: str,
    ) -> None:
        self._messages = messages
        self._now = now
        self._user = user
        self._bot_id = bot_id
        self._statuses: dict[tuple[str, str], _Status] = {}

    def post(self, arguments: Arguments) -> Answer:
        """`chat.postMessage`."""
        message = self._said(arguments)
        self._clear_status(message)
        return _sent(self._messages.keep(message))

    def post_ephemeral(self, arguments: Arguments) -> Answer:
        """`chat.postEphemeral`."""
        if not (user := arguments.text("user")):
            raise SlackRefusal("user_not_in_channel")
        message = self._messages.keep(replace(self._said(arguments), visible_to=user))
        return {"ok": True, "message_ts": message.ts}

    def update(self, arguments: Arguments) -> Answer:
        """`chat.update`; what is left out stays, but new text takes old blocks away."""
        message = self._own(arguments, refusal="cant_update_message")
        if message.is_streaming:
            # Not in Slack's tables; measured by others who stream (read 2026-11).
            raise SlackRefusal("streaming_state_conflict")
        new = content(arguments)
        if new.is_empty:
            raise SlackRefusal("no_text")
        edited = replace(
            message,
            text=new.text or message.text,
            blocks=new.blocks,
            metadata=message.metadata if new.metadata is None else new.metadata or None,
            edited_ts=self._messages.instant(),
        )
        return _sent(self._messages.keep(edited)) | {"text": edited.text}

    def delete(self, arguments: Arguments) -> Answer:
        """`chat.delete`."""
        message = self._own(arguments, refusal="cant_delete_message")
        self._messages.remove(message)
        return {"ok": True, "channel": message.channel, "ts": message.ts}

    def react(self, arguments: Arguments) -> Answer:
        """`reactions.add`."""
        channel = self._messages.channel(arguments.text("channel"))
        name = arguments.text("name")
        if not _EMOJI.fullmatch(name):
            raise SlackRefusal("invalid_name")
        message = self._messages.get(channel, arguments.text("timestamp"))
        users = message.reactions.get(name, ())
        if self._user in users:
            raise SlackRefusal("already_reacted")
        reactions = {**message.reactions, name: (*users, self._user)}
        self._messages.keep(replace(message, reactions=reactions))
        return {"ok": True}

    def set_status(self, arguments: Arguments) -> Answer:
        """`assistant.threads.setStatus`; an empty status clears it."""
        channel = self._messages.channel(arguments.text("channel_id"))
        try:
            thread = self._messages.thread(channel, arguments.text("thread_ts"))
        except SlackRefusal as error:
            raise SlackRefusal("invalid_thread_ts") from error
        if thread is None or "status" not in arguments:
            raise SlackRefusal("invalid_arguments")
        loading = arguments.structure("loading_messages", refusal="invalid_arguments")
        if isinstance(loading, list) and len(loading) > _LOADING_MESSAGES:
            raise SlackRefusal("invalid_arguments")
        now = self._now()
        fresh = {key: one for key, one in self._statuses.items() if not one.is_over(now)}
        self._statuses = fresh | {(channel, thread): _Status(arguments.text("status"), now)}
        return {"ok": True}

    def status(self, channel: str, thread_ts: str) -> str:
        """The status a person sees in a thread now; empty if there is none."""
        status = self._statuses.get((channel, thread_ts))
        if status is None or status.is_over(self._now()):
            return ""
        return status.text

    def start_stream(self, arguments: Arguments) -> Answer:
        """`chat.startStream`, in a thread only."""
        channel = self._messages.channel(arguments.text("channel"))
        thread = self._messages.thread(channel, arguments.text("thread_ts"))
        if thread is None:
            raise SlackRefusal("invalid_thread_ts")
        if not channel.startswith("D"):
            for name in ("recipient_team_id", "recipient_user_id"):
                if not arguments.text(name):
                    refusal = f"missing_{name}"
                    raise SlackRefusal(refusal)
        message = SlackMessage(
            channel=channel,
            ts=self._messages.instant(),
            user=self._user,
            bot_id=self._bot_id,
            thread_ts=thread,
            text=_streamed(arguments),
            is_streaming=True,
        )
        self._clear_status(message)
        self._messages.keep(message)
        return {"ok": True, "channel": channel, "ts": message.ts}

    def append_stream(self, arguments: Arguments) -> Answer:
        """`chat.appendStream`."""
        message = self._streaming(arguments)
        longer = replace(message, text=message.text + _streamed(arguments))
        self._messages.keep(longer)
        return {"ok": True, "channel": longer.channel, "ts": longer.ts}

    def stop_stream(self, arguments: Arguments) -> Answer:
        """`chat.stopStream`, which may add a last piece, blocks and metadata."""
        message = self._streaming(arguments)
        # `markdown_text` and `blocks` go together here, unlike elsewhere.
        last = content(Arguments({**arguments.values, "markdown_text": None}))
        final = replace(
            message,
            text=message.text + _streamed(arguments),
            blocks=last.blocks,
            metadata=last.metadata or None,
            is_streaming=False,
        )
        return _sent(self._messages.keep(final))

    def end_stream(self, channel: str, ts: str) -> None:
        """Let Slack end a stream by itself, as it does when appends pause for minutes."""
        self._messages.keep(replace(self._messages.get(channel, ts), is_streaming=False))

    def _said(self, arguments: Arguments) -> SlackMessage:
        channel = self._messages.channel(arguments.text("channel"))
        said = content(arguments)
        if said.is_empty:
            raise SlackRefusal("no_text")
        return SlackMessage(
            channel=channel,
            ts=self._messages.instant(),
            user=self._user,
            bot_id=self._bot_id,
            thread_ts=self._messages.thread(channel, arguments.text("thread_ts")),
            text=said.text,
            blocks=said.blocks,
            metadata=said.metadata or None,
        )

    def _own(self, arguments: Arguments, *, refusal: str) -> SlackMessage:
        channel = self._messages.channel(arguments.text("channel"))
        message = self._messages.get(channel, arguments.text("ts"))
        if message.bot_id != self._bot_id:
            raise SlackRefusal(refusal)
        return message

    def _streaming(self, arguments: Arguments) -> SlackMessage:
        message = self._own(arguments, refusal="message_not_owned_by_app")
        if not message.is_streaming:
            raise SlackRefusal("message_not_in_streaming_state")
        return message

    def _clear_status(self, answer: SlackMessage) -> None:
        self._statuses.pop((answer.channel, answer.thread_ts or answer.ts), None)


def _sent(message: SlackMessage) -> Answer:
    return {
        "ok": True,
        "channel": message.channel,
        "ts": message.ts,
        "message": shown(message, with_metadata=True),
    }


def _streamed(arguments: Arguments) -> str:
    """The Markdown of a stream call, given directly or as chunks."""
    try:
        chunks = _CHUNKS.validate_python(
            arguments.structure("chunks", refusal="invalid_chunks") or []
        )
    except ValidationError as error:
        raise SlackRefusal("invalid_chunks") from error
    pieces = [
        str(chunk.get("text", "")) for chunk in chunks if chunk.get("type") == "markdown_text"
    ]
    markdown = content(Arguments({"markdown_text": arguments.values.get("markdown_text")}))
    return markdown.text + "".join(pieces)
