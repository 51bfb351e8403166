"""What every channel promises, tried against its own protocol server on loopback.

A channel's test class subclasses `ChannelContract` and gives four things: the channel, the
faults and the ear of the server it talks to, and the signed request of each `Case`.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

import pytest
import regex
from typing_extensions import get_protocol_members

from bot.emulator.servers.faults import DropAfter, DropBefore, Faults, Refuse
from channels.port import Channel, ChannelKind, Received, WebhookRequest
from channels.registry import KINDS
from context.errors import DeliveryError, DeliveryUncertain, PayloadError, SignatureError
from context.messages import (
    Address,
    Command,
    Deleted,
    Edited,
    InboundMessage,
    OutboundMessage,
    OutboxId,
    Said,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
"""What the channel's clock says throughout."""

TEXT = 'Where is order <4711> & "co"? 👩🏽‍🚀 ¿Sí?\n  — A.'
EDITED_TEXT = "Where is order <4712>?"
OTHER_TEXT = "Never mind."
REFERENCE_TYPE = "image/png"
SECRET_WORDS = "swordfish-9000"
"""Stands in every body that is refused; nothing raised may repeat it."""


class Case(StrEnum):
    """A request that the platform, or somebody else, sends.

    TEXT says `TEXT`, and REDELIVERED is the same message again, as the platform repeats it.
    OTHER_TEXT is another message of the same person in the same conversation; EDIT and
    DELETE are about the message of TEXT; OWN is what the bot itself sent.
    """

    TEXT = "text"
    REDELIVERED = "redelivered"
    OTHER_TEXT = "other text"
    MEDIA = "media"
    COMMAND = "command"
    EDIT = "edit"
    DELETE = "delete"
    OWN = "own message"
    UNKNOWN = "unknown event"

    UNSIGNED = "no signature"
    BAD_SIGNATURE = "bad signature"
    CHANGED_BODY = "body changed after signing"
    NON_ASCII_HEADER = "non-ASCII signature"
    STALE = "stale timestamp"
    ODD_TIMESTAMP = "timestamp that is no number"

    EMPTY = "empty body"
    MALFORMED = "malformed body"
    DEEP = "deeply nested JSON"
    WRONG_TYPES = "wrong types"
    INVALID_UTF8 = "invalid UTF-8"


REFUSED = (
    Case.UNSIGNED,
    Case.BAD_SIGNATURE,
    Case.CHANGED_BODY,
    Case.NON_ASCII_HEADER,
    Case.STALE,
    Case.ODD_TIMESTAMP,
)
"""Not from the platform."""

SPOILT = (
    Case.EMPTY,
    Case.MALFORMED,
    Case.DEEP,
    Case.WRONG_TYPES,
    Case.INVALID_UTF8,
)
"""Rightly signed, but malformed."""


class Ear(Protocol):
    """The platform's view: the texts that reached people, oldest first."""

    def __call__(self) -> Sequence[str]: ...


class Sign(Protocol):
    """Makes the request of a case, or None where the platform has no such thing."""

    def __call__(self, case: Case) -> WebhookRequest | None: ...


class ChannelContract:
    """Subclass it as `Test…`, and override the fixtures and attributes down to the first test.

    Attributes:
        kind: The registry's line of this channel.
        address: A direct chat with one person, whom the server knows.
        limit_chars: The longest part, in UTF-16 code units.
        finds_lost_sends: Whether the platform can be asked what became of a message.
    """

    kind: ChannelKind
    address: Address
    limit_chars: int
    finds_lost_sends = True

    @pytest.fixture
    def channel(self) -> Channel:
        """The channel, pointed at its server, with `NOW` as its clock."""
        raise NotImplementedError

    @pytest.fixture
    def faults(self) -> Faults:
        """The server's faults."""
        raise NotImplementedError

    @pytest.fixture
    def heard(self) -> Ear:
        """The server's ear."""
        raise NotImplementedError

    @pytest.fixture
    def signed(self) -> Sign:
        """The requests."""
        raise NotImplementedError

    # What comes in.

    async def test_a_text_is_said_by_its_person(self, channel: Channel, signed: Sign) -> None:
        received = await channel.receive(request(signed, Case.TEXT))

        message = only(received)
        assert message.content == Said(text=TEXT)
        assert message.platform == channel.platform == self.kind.platform
        assert message.reply_to.provider == channel.provider == self.kind.provider
        assert message.message_id.startswith(f"{channel.provider}-")
        assert message.user_id
        assert message.conversation
        assert not message.shared
        assert message.sent_at.utcoffset() == timedelta()
        assert received.reply.status == 200

    async def test_a_redelivered_message_keeps_its_id(
        self, channel: Channel, signed: Sign
    ) -> None:
        first = only(await channel.receive(request(signed, Case.TEXT)))

        second = only(await channel.receive(request(signed, Case.REDELIVERED)))

        assert second.message_id == first.message_id
        assert second.content == first.content
        assert place(second) == place(first)

    async def test_another_message_has_another_id(self, channel: Channel, signed: Sign) -> None:
        first = only(await channel.receive(request(signed, Case.TEXT)))

        second = only(await channel.receive(request(signed, Case.OTHER_TEXT)))

        assert second.content == Said(text=OTHER_TEXT)
        assert second.message_id != first.message_id
        assert place(second) == place(first)

    async def test_a_file_comes_as_a_reference(self, channel: Channel, signed: Sign) -> None:
        message = only(await channel.receive(request(signed, Case.MEDIA)))

        assert isinstance(message.content, Said)
        assert [one.content_type for one in message.content.media] == [REFERENCE_TYPE]
        assert all(one.url for one in message.content.media)

    async def test_a_command_is_for_the_bot_itself(
        self, channel: Channel, signed: Sign
    ) -> None:
        message = only(await channel.receive(request(signed, Case.COMMAND)))

        assert isinstance(message.content, Command)
        assert (message.content.name, message.content.argument) == ("notices", "off")

    async def test_an_edit_names_what_it_changes(self, channel: Channel, signed: Sign) -> None:
        said = only(await channel.receive(request(signed, Case.TEXT)))

        edit = only(await channel.receive(request(signed, Case.EDIT)))

        assert edit.content == Edited(target=said.message_id, text=EDITED_TEXT)
        assert edit.message_id != said.message_id
        assert place(edit) == place(said)

    async def test_a_deletion_names_what_it_takes_back(
        self, channel: Channel, signed: Sign
    ) -> None:
        said = only(await channel.receive(request(signed, Case.TEXT)))

        deletion = only(await channel.receive(request(signed, Case.DELETE)))

        assert deletion.content == Deleted(target=said.message_id)
        assert deletion.message_id != said.message_id
        assert place(deletion) == place(said)

    @pytest.mark.parametrize("case", [Case.OWN, Case.UNKNOWN])
    async def test_what_nobody_said_to_the_bot_is_acknowledged_and_ignored(
        self, channel: Channel, signed: Sign, case: Case
    ) -> None:
        received = await channel.receive(request(signed, case))

        assert received.messages == ()
        assert received.reply.status == 200

    @pytest.mark.parametrize("case", REFUSED)
    async def test_a_forgery_is_refused(
        self, channel: Channel, signed: Sign, case: Case
    ) -> None:
        with pytest.raises(SignatureError) as caught:
            await channel.receive(request(signed, case))

        assert caught.value.status in {401, 403}
        assert caught.value.provider == channel.provider
        assert SECRET_WORDS not in str(caught.value)

    @pytest.mark.parametrize("case", SPOILT)
    async def test_a_malformed_body_is_refused_and_the_next_message_works(
        self, channel: Channel, signed: Sign, case: Case
    ) -> None:
        with pytest.raises(PayloadError) as caught:
            await channel.receive(request(signed, case))

        assert caught.value.provider == channel.provider
        assert SECRET_WORDS not in "".join(told(caught.value))
        assert only(await channel.receive(request(signed, Case.TEXT))).content == Said(
            text=TEXT
        )

    # What goes out. Tests that await nothing are async for the sake of async fixtures.

    @pytest.mark.parametrize("blank", ["", " ", "\n\t\n"])
    async def test_nothing_to_say_has_no_parts(self, channel: Channel, blank: str) -> None:
        assert channel.parts(blank) == ()

    async def test_a_long_answer_comes_in_parts_that_lose_no_word(
        self, channel: Channel
    ) -> None:
        words = [f"word{number}" for number in range(self.limit_chars)]

        parts = channel.parts(" ".join(words))

        assert len(parts) > 1
        assert " ".join(parts).split() == words
        assert all(0 < code_units(part) <= self.limit_chars for part in parts)

    async def test_no_part_ends_inside_a_grapheme(self, channel: Channel) -> None:
        family = "👩‍👩‍👧‍👦"

        parts = channel.parts(family * self.limit_chars)

        assert "".join(parts) == family * self.limit_chars
        assert {one for part in parts for one in regex.findall(r"\X", part)} == {family}

    async def test_no_part_leaves_a_code_fence_open(self, channel: Channel) -> None:
        code = "\n".join(f"line {number}" for number in range(self.limit_chars // 4))

        parts = channel.parts(f"Look:\n\n```python\n{code}\n```\n\nDone.")

        assert len(parts) > 1
        assert all(len(re.findall("^```", part, re.MULTILINE)) % 2 == 0 for part in parts)
        assert re.findall(r"line \d+", "\n".join(parts)) == code.split("\n")

    async def test_parts_reach_the_person_in_order(self, channel: Channel, heard: Ear) -> None:
        receipts = [await channel.send(self.outbound(f"part {n}")) for n in range(3)]

        assert list(heard()) == ["part 0", "part 1", "part 2"]
        assert len(set(receipts)) == 3

    async def test_a_busy_platform_is_tried_again_when_it_says(
        self, channel: Channel, faults: Faults, heard: Ear
    ) -> None:
        faults.queue(Refuse(429, retry_after_s=7))

        with pytest.raises(DeliveryError) as caught:
            await channel.send(self.outbound("hello"))

        assert caught.value.retry_after == timedelta(seconds=7)
        assert list(heard()) == []

    async def test_a_lost_answer_leaves_the_send_uncertain(
        self, channel: Channel, faults: Faults, heard: Ear
    ) -> None:
        faults.queue(DropAfter())

        with pytest.raises(DeliveryUncertain):
            await channel.send(self.outbound("hello"))

        assert list(heard()) == ["hello"]

    async def test_a_message_whose_answer_was_lost_is_found(
        self, channel: Channel, faults: Faults
    ) -> None:
        self.skip_unless_found()
        earlier = await channel.send(self.outbound("good morning", number=1))
        lost = self.outbound("hello", number=2)
        faults.queue(DropAfter())
        with pytest.raises(DeliveryUncertain):
            await channel.send(lost)

        receipt = await channel.find(lost, since=NOW - timedelta(minutes=1))

        assert receipt is not None
        assert receipt != earlier

    async def test_a_message_that_never_arrived_is_not_found(
        self, channel: Channel, faults: Faults
    ) -> None:
        self.skip_unless_found()
        await channel.send(self.outbound("good morning", number=1))
        lost = self.outbound("hello", number=2)
        faults.queue(DropBefore())
        with pytest.raises(DeliveryUncertain):
            await channel.send(lost)

        receipt = await channel.find(lost, since=NOW - timedelta(minutes=1))

        assert receipt is None

    async def test_a_platform_that_cannot_be_asked_now_says_when(
        self, channel: Channel, faults: Faults
    ) -> None:
        self.skip_unless_found()
        faults.queue(Refuse(429, retry_after_s=7))

        with pytest.raises(DeliveryError) as caught:
            await channel.find(self.outbound("hello"), since=NOW)

        assert caught.value.retry_after == timedelta(seconds=7)

    async def test_the_sign_of_work_is_a_courtesy(
        self, channel: Channel, faults: Faults
    ) -> None:
        shown = await channel.show_working(self.address)
        for fault in (Refuse(500), Refuse(429, retry_after_s=1), DropBefore()):
            faults.queue(fault)
            await channel.show_working(self.address)

        assert shown is not None
        assert shown > timedelta()

    async def test_a_direct_chat_has_no_one_to_overhear(self, channel: Channel) -> None:
        assert await channel.overheard(self.address, since=None) == ()

    # How it is configured.

    async def test_it_has_all_that_a_channel_has(self, channel: Channel) -> None:
        # mypy proves it in bot/app.py; a channel that is not in the tree yet has only this.
        assert all(hasattr(channel, member) for member in get_protocol_members(Channel))

    def test_the_registry_knows_it(self) -> None:
        assert self.kind in KINDS
        assert all(path.startswith("/webhooks/") for path in self.kind.webhooks)

    def test_without_settings_it_is_not_configured(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        monkeypatch.chdir(tmp_path_factory.mktemp("no-dot-env"))
        for name in self.kind.settings().missing():
            monkeypatch.delenv(name, raising=False)

        missing = self.kind.settings().missing()

        assert missing
        assert all(re.fullmatch(r"[A-Z][A-Z0-9_]+", name) for name in missing)

    # Helpers for subclasses too.

    def outbound(self, text: str, *, number: int | None = None) -> OutboundMessage:
        """A message to the person; its outbox id is its number, or else made of its text."""
        outbox_id = OutboxId(f"outbox-{text.replace(' ', '-') if number is None else number}")
        return OutboundMessage(outbox_id=outbox_id, to=self.address, text=text)

    def skip_unless_found(self) -> None:
        """Leave out a test that asks the platform, where it cannot be asked."""
        if not self.finds_lost_sends:
            pytest.skip("the platform cannot be asked")


def request(signed: Sign, case: Case) -> WebhookRequest:
    """The request of a case; skips the test where the platform has no such thing."""
    made = signed(case)
    if made is None:
        pytest.skip(f"the platform has no such thing: {case.value}")
    return made


def only(received: Received) -> InboundMessage:
    """The one message that a request brought."""
    assert len(received.messages) == 1
    return received.messages[0]


def place(message: InboundMessage) -> tuple[str, str, str, bool]:
    """Who said it where."""
    return message.platform, message.user_id, message.conversation, message.shared


def told(error: BaseException | None) -> list[str]:
    """What an error and its causes would write into a log."""
    return [] if error is None else [str(error), *told(error.__cause__ or error.__context__)]


def code_units(text: str) -> int:
    """The length of a text as platforms count it."""
    return len(text.encode("utf-16-le")) // 2
