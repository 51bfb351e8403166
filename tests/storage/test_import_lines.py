"""Lines of an import: what they mean, and what is said of those that mean nothing."""

import hashlib
import json
from datetime import UTC, datetime

import pytest

from context.errors import QueryError
from context.messages import SLACK, WHATSAPP, MessageId, Provider, TraceId, UserId, session_id
from storage.import_lines import (
    ImportedIdentity,
    ImportedMessage,
    ImportedRecord,
    LineReader,
)

PROVIDERS = {SLACK: Provider("slack"), WHATSAPP: Provider("twilio")}
MESSAGE = {
    "type": "message",
    "message_id": "m1",
    "role": "user",
    "text": "Hello",
    "sent_at": "2026-11-20T10:00:00Z",
}
A_FACT = {
    "kind": "amount",
    "name": "price",
    "value": "5 EUR",
    "message_id": "m1",
    "said_at": "2026-11-20T10:00:00Z",
    "origin": "user",
}
FACT = {
    "type": "fact",
    "session_id": "s1",
    "trace_id": "t1",
    "turn_id": "turn-1",
    "kind": "amount",
    "origin": "user",
    "source_message_ids": ["m1"],
    "said_at": "2026-11-20T10:00:00Z",
    "fact": A_FACT,
}
ADA = ImportedIdentity(platform=SLACK, user_id=UserId("T1:U1"))


def a_line(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def a_reader(user_id: str = "T1:U1") -> LineReader:
    reader = LineReader(PROVIDERS)
    reader.user(a_line(type="user", user_id=user_id))
    return reader


def fault_of(line: bytes, reader: LineReader | None = None) -> str:
    with pytest.raises(QueryError) as caught:
        (reader or a_reader()).next(line)
    return str(caught.value)


def test_a_message_needs_no_more_than_four_fields() -> None:
    read = a_reader().next(a_line(**MESSAGE))

    assert read == ImportedMessage(
        message_id=MessageId("m1"),
        role="user",
        text="Hello",
        sent_at=datetime(2026, 11, 20, 10, tzinfo=UTC),
        speaker=None,
        identity=ADA,
        provider=Provider("slack"),
        conversation="imported",
        shared=False,
        trace_id=None,
    )


def test_a_message_may_say_more() -> None:
    more = {"speaker": "Ada", "conversation": "C1 1", "shared": True, "trace_id": "t1"}
    where = {"platform": "whatsapp", "user_id": "+14155550100", "unheard": "of"}

    read = a_reader().next(a_line(**MESSAGE, **more, **where))

    assert isinstance(read, ImportedMessage)
    assert (read.speaker, read.conversation, read.shared) == ("Ada", "C1 1", True)
    assert read.trace_id == TraceId("t1")
    assert read.provider == "twilio"
    assert read.identity == ImportedIdentity(platform=WHATSAPP, user_id=UserId("+14155550100"))


@pytest.mark.parametrize(
    ("user", "platform"),
    [
        ({"user_id": "T1:U1"}, SLACK),
        ({"user_id": "+14155550100"}, WHATSAPP),
        ({"user_id": "hidden.1", "platform": "whatsapp"}, WHATSAPP),
    ],
)
def test_the_platform_is_told_by_the_identity_or_by_name(
    user: dict[str, str], platform: str
) -> None:
    read = LineReader(PROVIDERS).user(a_line(type="user", **user))

    assert read.platform == platform


def test_an_identity_is_read() -> None:
    line = a_line(type="identity", platform="slack", user_id="T1:U1", speaker="Ada")

    assert a_reader().next(line) == ImportedIdentity(
        platform=SLACK, user_id=UserId("T1:U1"), speaker="Ada"
    )


def test_an_empty_line_says_nothing_and_counts() -> None:
    reader = a_reader()

    assert reader.next(b" \n") is None

    assert reader.number == 2


def test_an_identity_says_where_its_person_talked() -> None:
    entry = {
        "session_id": "as it was",
        "provider": "meta",
        "conversation": "D1",
        "shared": False,
        "created_at": "2026-11-20T10:00:00Z",
        "updated_at": "2026-11-20T11:00:00Z",
    }

    read = a_reader().next(
        a_line(type="identity", platform="slack", user_id="T1:U1", sessions=[entry])
    )

    assert isinstance(read, ImportedIdentity)
    (session,) = read.sessions
    assert session.session_id == session_id(SLACK, UserId("T1:U1"), "D1")
    assert (session.provider, session.conversation) == ("meta", "D1")
    assert session.updated_at == datetime(2026, 11, 20, 11, tzinfo=UTC)


def test_a_fact_is_a_row_of_the_ledger() -> None:
    read = a_reader().next(a_line(**FACT))

    assert isinstance(read, ImportedRecord)
    row = json.loads(read.row)
    assert row["digest"] == hashlib.sha256(b"5 EUR").hexdigest()
    assert row["fact"] == FACT["fact"]


def test_what_cannot_be_stored_is_dropped_from_texts() -> None:
    read = a_reader().next(a_line(**MESSAGE | {"text": "a\x00b", "speaker": "A\x00"}))

    assert isinstance(read, ImportedMessage)
    assert (read.text, read.speaker) == ("ab", "A")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"{", "is not JSON"),
        (b"\xff", "is not JSON"),
        (b"[1]", "is not a JSON object"),
        (b"{}", "type: is missing"),
        (a_line(type="note"), "type: must be one of user, identity, message, fact, handoff"),
        (a_line(type="user", user_id="T1:U1"), "there is a second line of type user"),
        (a_line(**MESSAGE | {"role": "bot"}), "role: Input should be 'user' or 'assistant'"),
        (a_line(**MESSAGE | {"sent_at": "2026-11-20T10:00:00"}), "sent_at: Input should have"),
        (a_line(**MESSAGE | {"sent_at": 1}), "sent_at: Input should be a valid datetime"),
        (a_line(**MESSAGE | {"message_id": "a b"}), "message_id: String should match"),
        (a_line(**MESSAGE | {"text": None}), "text: Input should be a valid string"),
        (a_line(**MESSAGE | {"platform": "icq"}), "platform: must be one of slack, whatsapp"),
        (a_line(type="identity", platform="icq", user_id="1"), "platform: must be one of"),
        (a_line(**FACT | {"kind": "link"}), "fact: is of another kind"),
        (a_line(**FACT | {"fact": {"kind": "amount", "value": "secret"}}), "fact: is none"),
        (a_line(**FACT | {"fact": [1]}), "fact: Input should be an object"),
        (a_line(**FACT | {"fact": {**A_FACT, "x": float("nan")}}), "is not JSON"),
        (a_line(type="usage"), "call_id: Field required"),
        (a_line(type="handoff"), "handoff_id: Field required"),
    ],
)
def test_a_bad_line_is_named_with_its_fault_and_without_its_words(
    line: bytes, fault: str
) -> None:
    assert fault_of(line).startswith(f"line 2: {fault}")


def test_a_fault_repeats_no_words() -> None:
    assert "secret" not in fault_of(a_line(**MESSAGE | {"role": "secret", "text": "secret"}))


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"", "the first line must be of type user"),
        (a_line(**MESSAGE), "the first line must be of type user"),
        (a_line(type="user", user_id="who?"), "platform: is needed, as the user_id does not"),
        (a_line(type="user", user_id="T1:U1", platform="icq"), "platform: must be one of"),
    ],
)
def test_the_first_line_says_whose_file_it_is(line: bytes, fault: str) -> None:
    with pytest.raises(QueryError) as caught:
        LineReader(PROVIDERS).user(line)

    assert str(caught.value).startswith(f"line 1: {fault}")


def test_a_message_before_its_user_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError):
        LineReader(PROVIDERS).next(a_line(**MESSAGE))
