"""The lines of an import: foreign JSON becomes values, or says what is wrong with it.

    {"type": "user", "user_id": "T1:U1"}
    {"type": "identity", "platform": "slack", "user_id": "T1:U1", "speaker": "Ada"}
    {"type": "message", "message_id": "m1", "role": "user", "text": "Hello",
     "sent_at": "2026-11-20T10:00:00Z"}

The first line is the user's. Of a message only these fields are needed. Lines of the other
types that an export has are taken note of, and left out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal, assert_never

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from context.errors import QueryError
from context.messages import SLACK, WHATSAPP, MessageId, Platform, Provider, TraceId, UserId
from context.prompt import Role
from context.text import storable

_CONVERSATION = "imported"

# `T…:U…` is a member of a Slack workspace, `+…` a phone number.
_KNOWN_FORMS = ((re.compile(r"[A-Z0-9]+:[A-Z0-9]+"), SLACK), (re.compile(r"\+\d+"), WHATSAPP))

_Id = Annotated[str, StringConstraints(pattern=r"^[^\s\x00-\x1f\x7f-\x9f]{1,128}$")]
_Name = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f]{1,200}$")]
_Label = Annotated[str, AfterValidator(storable), StringConstraints(max_length=500)]
_Text = Annotated[str, AfterValidator(storable)]


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class _UserLine(_Line):
    type: Literal["user"]
    user_id: _Id
    platform: _Id | None = None


class _IdentityLine(_Line):
    type: Literal["identity"]
    platform: _Id
    user_id: _Id
    speaker: _Label | None = None


class _MessageLine(_Line):
    type: Literal["message"]
    message_id: _Id
    role: Role
    text: _Text
    sent_at: AwareDatetime
    speaker: _Label | None = None
    platform: _Id | None = None
    user_id: _Id | None = None
    conversation: _Name | None = None
    shared: bool = False
    trace_id: _Id | None = None


class _OtherLine(_Line):
    type: Literal["fact", "handoff", "usage"]


_LINE = TypeAdapter[_UserLine | _IdentityLine | _MessageLine | _OtherLine](
    Annotated[
        _UserLine | _IdentityLine | _MessageLine | _OtherLine, Field(discriminator="type")
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedIdentity:
    """How a platform names the person."""

    platform: Platform
    user_id: UserId
    speaker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedMessage:
    """A message with all that was not said of it filled in."""

    message_id: MessageId
    role: Role
    text: str = field(repr=False)
    sent_at: datetime
    speaker: str | None = field(repr=False)
    identity: ImportedIdentity
    provider: Provider
    conversation: str
    shared: bool
    trace_id: TraceId | None


class LineReader:
    """Reads the lines of one file, in order."""

    def __init__(self, providers: Mapping[Platform, Provider]) -> None:
        """Begin before the first line.

        Args:
            providers: The platforms that messages may be of, and who carries theirs.
        """
        self._providers = providers
        self._user: ImportedIdentity | None = None
        self.number = 0
        self.left_out = 0

    def user(self, line: bytes) -> ImportedIdentity:
        """Read the first line.

        Raises:
            QueryError: It is not a user's.
        """
        self.number += 1
        read = self._read(line) if line.strip() else None
        if not isinstance(read, _UserLine):
            raise self._fault("the first line must be of type user")
        platform = self._platform(read.platform or _told_platform(read.user_id))
        self._user = ImportedIdentity(platform=platform, user_id=UserId(read.user_id))
        return self._user

    def next(self, line: bytes) -> ImportedIdentity | ImportedMessage | None:
        """Read a further line; None for one that says nothing an import keeps.

        Raises:
            QueryError: It is not a line of an import; names its number and fault.
        """
        self.number += 1
        if not line.strip():
            return None
        match self._read(line):
            case _UserLine():
                raise self._fault("there is a second line of type user")
            case _IdentityLine(platform=platform, user_id=user_id, speaker=speaker):
                return ImportedIdentity(
                    platform=self._platform(platform), user_id=UserId(user_id), speaker=speaker
                )
            case _MessageLine() as message:
                return self._message(message)
            case _OtherLine():
                self.left_out += 1
                return None
            case never:
                assert_never(never)

    def _message(self, line: _MessageLine) -> ImportedMessage:
        if self._user is None:
            raise TypeError("the first line was not read")
        platform = self._platform(line.platform or self._user.platform)
        return ImportedMessage(
            message_id=MessageId(line.message_id),
            role=line.role,
            text=line.text,
            sent_at=line.sent_at,
            speaker=line.speaker,
            identity=ImportedIdentity(
                platform=platform, user_id=UserId(line.user_id or self._user.user_id)
            ),
            provider=self._providers[platform],
            conversation=line.conversation or _CONVERSATION,
            shared=line.shared,
            trace_id=None if line.trace_id is None else TraceId(line.trace_id),
        )

    def _platform(self, name: str | None) -> Platform:
        known = ", ".join(sorted(self._providers))
        if name is None:
            fault = f"platform: is needed, as the user_id does not tell it; one of {known}"
            raise self._fault(fault)
        if name not in self._providers:
            fault = f"platform: must be one of {known}"
            raise self._fault(fault)
        return Platform(name)

    def _read(self, line: bytes) -> _UserLine | _IdentityLine | _MessageLine | _OtherLine:
        try:
            return _LINE.validate_json(line)
        except ValidationError as error:
            raise self._fault(_told(error)) from None

    def _fault(self, fault: str) -> QueryError:
        return QueryError(f"line {self.number}", fault)


def _told_platform(user_id: str) -> Platform | None:
    return next((name for form, name in _KNOWN_FORMS if form.fullmatch(user_id)), None)


def _told(error: ValidationError) -> str:
    """The first fault, without the value; what pydantic adds of the type is left out."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    match first["type"]:
        case "json_invalid":
            return "is not JSON"
        case "union_tag_not_found":
            return "type: is missing"
        case "union_tag_invalid":
            return "type: must be one of user, identity, message, fact, handoff, usage"
        case "model_attributes_type" | "model_type" | "dict_type":
            return "is not a JSON object"
        case _:
            place = ".".join(str(step) for step in first["loc"][1:])
            return f"{place}: {first['msg']}"
