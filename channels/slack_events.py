"""Makes one `InboundMessage` of what a person did in Slack, or nothing of it.

A direct chat is one conversation, whatever its threads; in a channel each thread is one, and
only what calls the bot is for it. Answers always go into the thread of the message they
answer, in direct chats too: new apps show those as a list of threads, and a status appears
only in a thread (Slack: Agent messaging experience, read 2026-11).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from channels.commands import NAMES, PERSONAL, bare, known, written
from channels.slack_payloads import (
    PROVIDER,
    Action,
    BlockActions,
    Message,
    MessageCallback,
    SlashCommand,
)
from channels.slack_text import plain, without_call
from context.messages import (
    SLACK,
    Address,
    Command,
    Content,
    Deleted,
    Edited,
    InboundMessage,
    MediaReference,
    MessageId,
    Said,
    UserId,
    message_id,
)

SPOKEN = frozenset({None, "file_share", "thread_broadcast"})
_UNKNOWN_TYPE = "application/octet-stream"
_SLACKBOT = "USLACKBOT"


def from_event(callback: MessageCallback, *, bot: str | None) -> InboundMessage | None:
    """What a person said, edited or deleted; None for what is not said to the bot.

    The same message comes as two events where the bot is called in a channel; both give the
    same message, id included.

    Args:
        callback: The event.
        bot: The bot's user id; None if it cannot be told, and then only `app_mention`
            shows who is called in a channel.
    """
    event, chat = callback.event, _Chat(callback, bot)
    if event.subtype in SPOKEN:
        return chat.spoken(event)
    if event.subtype == "message_changed" and event.message is not None:
        return chat.changed(event.message, before=event.previous_message)
    if event.subtype == "message_deleted" and event.previous_message is not None:
        return chat.deleted(event.previous_message)
    return None


def from_slash(command: SlashCommand, *, now: datetime) -> InboundMessage:
    """A slash command: `/baton context`, or one that is installed as `/context`.

    Whatever the prefix is called, the command is the first word behind it; alone it asks
    for help.
    """
    words = plain(command.text).strip()
    asked = known(f"{command.command} {words}", mark="/") or written(f"/{words}", mark="/")
    return InboundMessage(
        message_id=message_id(PROVIDER, command.team_id, command.trigger_id),
        user_id=_user_id(command.team_id, command.user_id),
        platform=SLACK,
        conversation=command.channel_id,
        shared=not _is_direct_id(command.channel_id),
        reply_to=Address(
            provider=PROVIDER,
            account=command.team_id,
            peer=command.channel_id,
            only_to=command.user_id,
            reply_url=command.response_url,
        ),
        sent_at=now,
        speaker=command.user_name,
        content=replace(asked or Command(name="help"), latest_session=True),
    )


def from_actions(pressed: BlockActions, *, now: datetime) -> InboundMessage | None:
    """The command that a pressed button names, in its `action_id` or its `value`."""
    command = next(filter(None, map(_named, pressed.actions)), None)
    if command is None or pressed.team_id is None or pressed.channel is None:
        return None
    channel, thread = pressed.channel.id, pressed.thread_ts
    is_direct = _is_direct_id(channel)
    return InboundMessage(
        message_id=message_id(PROVIDER, pressed.team_id, pressed.trigger_id),
        user_id=_user_id(pressed.team_id, pressed.user.id),
        platform=SLACK,
        conversation=channel if is_direct or thread is None else f"{channel}:{thread}",
        shared=not is_direct,
        reply_to=Address(
            provider=PROVIDER,
            account=pressed.team_id,
            peer=channel,
            thread=thread,
            only_to=None if is_direct else pressed.user.id,
        ),
        sent_at=now,
        speaker=pressed.user.username,
        content=replace(command, latest_session=not is_direct and thread is None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """What a person said to the bot.

    Attributes:
        user: Who.
        text: In plain words, without the bot's name.
        is_called: Whether its name was there.
    """

    user: str
    text: str
    is_called: bool


@dataclass(frozen=True, slots=True)
class _Chat:
    """The place of an event, and who the bot is there."""

    callback: MessageCallback
    bot: str | None

    def spoken(self, message: Message) -> InboundMessage | None:
        """A message, if a person says it to the bot: a command, or anything else."""
        heard, media = self._heard(message), _media(message)
        if heard is None or not (heard.text.strip() or media):
            return None
        command = known(heard.text, mark=".") or known(heard.text, mark="/")
        if command is None and heard.is_called:
            command = bare(heard.text)
        content = command or Said(text=heard.text, media=media)
        return self._inbound(message, content, by=heard.user)

    def changed(self, message: Message, *, before: Message | None) -> InboundMessage | None:
        """An edit of a person's words; an unfurled link or a counted reply is none."""
        if before is not None and message.subtype == "tombstone":
            # What is left of a deleted message that had been answered in a thread.
            return self.deleted(before)
        if _said(message) == _said(before) if before else message.edited is None:
            return None
        heard = self._heard(message)
        first = self._heard(before) if before else heard
        if first is None:
            # Nobody had called the bot before this edit did.
            return self.spoken(message)
        edited = Edited(
            target=self._id(message),
            text=heard.text if heard else plain(message.text or ""),
            media=_media(message),
        )
        at = message.edited.ts if message.edited else self.callback.event.ts
        return self._inbound(message, edited, by=first.user, at=at)

    def deleted(self, message: Message) -> InboundMessage | None:
        """A message taken back, if it had been said to the bot."""
        heard = self._heard(message)
        if heard is None:
            return None
        content = Deleted(target=self._id(message))
        return self._inbound(message, content, by=heard.user, at=self.callback.event.ts)

    @property
    def _is_direct(self) -> bool:
        event = self.callback.event
        return event.channel_type == "im" or _is_direct_id(event.channel)

    def _heard(self, message: Message) -> _Heard | None:
        """What a message says to the bot; None if it is not for it, or not a person's."""
        if message.user is None or self._is_bots(message):
            return None
        text = message.text or _forwarded(message)
        is_mention = self.callback.event.type == "app_mention"
        called = without_call(text, bot=self.bot) if self.bot or is_mention else None
        words = plain(text if called is None else called)
        # In its threads the bot takes a command without its name: Slack has no slash
        # commands there.
        is_command = message.thread_ts is not None and known(words, mark=".") is not None
        if called is None and not (self._is_direct or is_mention or is_command):
            return None
        return _Heard(user=message.user, text=words, is_called=called is not None or is_mention)

    def _is_bots(self, message: Message) -> bool:
        """Whether a bot wrote it: we or another."""
        if message.bot_id is not None or message.user in {self.bot, _SLACKBOT}:
            return True
        return message.app_id is not None and message.app_id == self.callback.api_app_id

    def _inbound(
        self, message: Message, content: Content, *, by: str, at: str | None = None
    ) -> InboundMessage:
        """What was done to a message, at its own time or a later one."""
        channel, thread = self.callback.event.channel, message.thread_ts or message.ts
        is_personal = isinstance(content, Command) and content.name in PERSONAL
        return InboundMessage(
            message_id=self._id(message) if at is None else self._id(message, content.kind, at),
            user_id=_user_id(self.callback.team_id, by),
            platform=SLACK,
            conversation=channel if self._is_direct else f"{channel}:{thread}",
            shared=not self._is_direct,
            reply_to=Address(
                provider=PROVIDER,
                account=self.callback.team_id,
                peer=channel,
                thread=thread,
                message=message.ts,
                only_to=by if is_personal and not self._is_direct else None,
                asker=None if self._is_direct else by,
            ),
            sent_at=instant(at or message.ts),
            content=content,
        )

    def _id(self, message: Message, *what: str) -> MessageId:
        """Our id of a message, or of what was done to it."""
        callback = self.callback
        return message_id(PROVIDER, callback.team_id, callback.event.channel, message.ts, *what)


def _is_direct_id(channel: str) -> bool:
    # Slack: ids of direct chats begin with D (Conversations API, read 2026-11).
    return channel.startswith("D")


def _user_id(team: str, user: str) -> UserId:
    return UserId(f"{team}:{user}")


def instant(ts: str) -> datetime:
    """The time in a message's `ts`: seconds, and a fraction that also tells two apart."""
    seconds, _, fraction = ts.partition(".")
    whole = datetime.fromtimestamp(int(seconds), UTC)
    return whole + timedelta(microseconds=int(fraction[:6].ljust(6, "0")))


def _said(message: Message) -> tuple[str, Sequence[str | None]]:
    """What a person can change in a message."""
    return message.text or "", [file.id for file in message.files or ()]


def _forwarded(message: Message) -> str:
    """The words of messages that were forwarded without a word of one's own."""
    shared = [one.text for one in message.attachments or () if one.is_share and one.text]
    return "\n\n".join(shared)


def _media(message: Message) -> tuple[MediaReference, ...]:
    """The files that can be fetched; Slack withholds some (deleted, or of another company)."""
    return tuple(
        MediaReference(
            url=file.url_private,
            content_type=file.mimetype or _UNKNOWN_TYPE,
            name=file.name,
            size_bytes=file.size,
        )
        for file in message.files or ()
        if file.url_private
    )


def _named(action: Action) -> Command | None:
    """The command that a button stands for."""
    if action.action_id in NAMES:
        return Command(name=action.action_id, argument=action.value or "")
    return known(f"/{action.value or ''}", mark="/")
