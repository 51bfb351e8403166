"""Reads Slack threads back: whether a message of ours arrived, and what others said."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from pydantic import Field, JsonValue
from slack_sdk.web.async_client import AsyncWebClient

from channels.port import Overheard
from channels.slack_errors import asking
from channels.slack_events import SPOKEN, instant
from channels.slack_payloads import PROVIDER, Message, SlackObject
from channels.slack_text import plain
from channels.slack_web import METADATA_TYPE, receipt
from context.errors import DeliveryError
from context.messages import Address, OutboundMessage

_MAX_PAGES = 10
_MAX_OVERHEARD = 50
# Slack's clock and ours need not agree.
_SKEW = timedelta(minutes=1)


class _Metadata(SlackObject):
    event_type: str
    event_payload: dict[str, JsonValue] = Field(default_factory=dict)


class _ReadMessage(Message):
    """A message read back from Slack, with what its app attached for itself."""

    metadata: _Metadata | None = None


class _Cursor(SlackObject):
    next_cursor: str = ""


class _Page(SlackObject):
    """Part of a thread or channel (`conversations.replies`, `.history`)."""

    messages: tuple[_ReadMessage, ...]
    response_metadata: _Cursor | None = None

    @property
    def next_cursor(self) -> str:
        """Where the next page begins; empty on the last."""
        return self.response_metadata.next_cursor if self.response_metadata else ""


class _Profile(SlackObject):
    display_name: str = ""
    real_name: str = ""


class _User(SlackObject):
    name: str = ""
    profile: _Profile = _Profile()


class _UserInfo(SlackObject):
    user: _User


class SlackReader:
    """The reading side of one workspace; remembers what people are called.

    Args:
        client: The SDK's client, whose calls have a timeout.
        page_size: Messages per call; Slack advises at most 200 (conversations.replies,
            read 2026-11).
        max_names: How many names are remembered.
        patience: The longest that an answer waits for what others said.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        *,
        page_size: int = 200,
        max_names: int = 1000,
        patience: timedelta = timedelta(seconds=5),
    ) -> None:
        self._client = client
        self._page_size = page_size
        self._max_names = max_names
        self._patience = patience
        self._names: dict[str, str] = {}

    async def find(self, outbound: OutboundMessage, *, since: datetime) -> str | None:
        """The receipt of a message that may have been posted; None if it was not.

        Raises:
            DeliveryError: It cannot be told: now, or ever for what one person alone sees.
        """
        to = outbound.to
        if to.only_to is not None:
            raise DeliveryError(
                PROVIDER, "no one can read it back", code="ephemeral", retry_after=None
            )
        async for message in self._messages(to, since=since - _SKEW):
            attached = message.metadata
            if (
                attached is not None
                and attached.event_type == METADATA_TYPE
                and attached.event_payload.get("outbox_id") == outbound.outbox_id
            ):
                return receipt(to.peer, message.ts)
        return None

    async def overheard(
        self, reply_to: Address, *, since: datetime | None
    ) -> tuple[Overheard, ...]:
        """What others said in a shared thread since then, oldest first.

        Whose message is answered is told from the thread itself; without it nothing can be
        said to be another's, so there is nothing.

        Raises:
            DeliveryError: It cannot be read.
            TimeoutError: Not within our patience.
        """
        async with asyncio.timeout(self._patience.total_seconds()):
            thread = [one async for one in self._messages(reply_to, since=since)]
            asker = next((one.user for one in thread if one.ts == reply_to.message), None)
            if asker is None:
                return ()
            others = [
                one
                for one in thread
                if _is_speech(one) and one.user != asker and _is_after(one, since)
            ]
            return tuple([await self._overheard(one) for one in others[-_MAX_OVERHEARD:]])

    async def _messages(
        self, place: Address, *, since: datetime | None
    ) -> AsyncIterator[_ReadMessage]:
        """A thread's messages, oldest first, or a channel's, newest first.

        Raises:
            DeliveryError: It cannot be read, or is too long to be read to its end.
        """
        cursor: str | None = None
        for _ in range(_MAX_PAGES):
            page = await self._page(place, since=since, cursor=cursor)
            for message in page.messages:
                yield message
            if not (cursor := page.next_cursor):
                return
        raise DeliveryError(PROVIDER, "too much to read", code="too_long", retry_after=None)

    async def _page(
        self, place: Address, *, since: datetime | None, cursor: str | None
    ) -> _Page:
        oldest = None if since is None else f"{since.timestamp():.6f}"
        with asking():
            if place.thread is None:
                response = await self._client.conversations_history(
                    channel=place.peer,
                    oldest=oldest,
                    cursor=cursor,
                    limit=self._page_size,
                    include_all_metadata=True,
                )
            else:
                response = await self._client.conversations_replies(
                    channel=place.peer,
                    ts=place.thread,
                    oldest=oldest,
                    cursor=cursor,
                    limit=self._page_size,
                    include_all_metadata=True,
                )
            return _Page.model_validate(response.data)

    async def _overheard(self, message: _ReadMessage) -> Overheard:
        return Overheard(
            speaker=await self._name(message.user or ""),
            text=plain(message.text or ""),
            sent_at=instant(message.ts),
        )

    async def _name(self, user: str) -> str:
        """What a person is called in the workspace; their id if Slack does not say."""
        if user not in self._names:
            try:
                with asking():
                    response = await self._client.users_info(user=user)
                    found = _UserInfo.model_validate(response.data).user
            except DeliveryError:
                return user
            if len(self._names) == self._max_names:
                del self._names[next(iter(self._names))]
            profile = found.profile
            self._names[user] = profile.display_name or profile.real_name or found.name or user
        return self._names[user]


def _is_speech(message: _ReadMessage) -> bool:
    """Whether a person said something in words."""
    is_person = message.user is not None and message.bot_id is None
    return is_person and message.subtype in SPOKEN and bool((message.text or "").strip())


def _is_after(message: _ReadMessage, since: datetime | None) -> bool:
    """A thread's parent is read whatever the range."""
    return since is None or instant(message.ts) > since
