"""The lines of an import: foreign JSON becomes values, or says what is wrong with it."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, assert_never

from pydantic import ValidationError

from context.errors import QueryError
from context.messages import (
    SLACK,
    WHATSAPP,
    MessageId,
    Platform,
    Provider,
    SessionId,
    TraceId,
    UserId,
    session_id,
)
from context.notices import Preference
from context.prompt import Role
from storage.import_forms import (
    FORM,
    FactForm,
    Form,
    HandoffForm,
    IdentityForm,
    MessageForm,
    SessionForm,
    UsageForm,
    UserForm,
)
from storage.values import storable_json

_CONVERSATION = "imported"

# `T…:U…` is a member of a Slack workspace, `+…` a phone number.
_KNOWN_FORMS = ((re.compile(r"[A-Z0-9]+:[A-Z0-9]+"), SLACK), (re.compile(r"\+\d+"), WHATSAPP))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedUser:
    """Whose past it is, and what they want."""

    platform: Platform
    user_id: UserId
    notices: Preference
    language: str | None
    created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedSession:
    """A conversation of the person's, whether or not anything is said in it."""

    session_id: SessionId
    provider: Provider
    conversation: str
    shared: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedIdentity:
    """How a platform names the person."""

    platform: Platform
    user_id: UserId
    speaker: str | None = None
    greeted_at: datetime | None = None
    created_at: datetime | None = None
    sessions: tuple[ImportedSession, ...] = ()


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRecord:
    """A fact, a handoff or a model call, as a row of its table without the person, in JSON."""

    kind: Literal["fact", "handoff", "usage"]
    row: str = field(repr=False)


ImportedLine = ImportedIdentity | ImportedMessage | ImportedRecord
"""What a line after the first can say."""


class LineReader:
    """Reads the lines of one file, in order."""

    def __init__(self, providers: Mapping[Platform, Provider]) -> None:
        """Begin before the first line.

        Args:
            providers: The platforms that messages may be of, and who carries theirs.
        """
        self._providers = providers
        self._user: ImportedUser | None = None
        self.number = 0

    def user(self, line: bytes) -> ImportedUser:
        """Read the first line.

        Raises:
            QueryError: It is not a user's.
        """
        self.number += 1
        read = self._read(line) if line.strip() else None
        if not isinstance(read, UserForm):
            raise self._fault("the first line must be of type user")
        self._user = ImportedUser(
            platform=self._platform(read.platform or _told_platform(read.user_id)),
            user_id=UserId(read.user_id),
            notices=read.notices,
            language=read.language,
            created_at=read.created_at,
        )
        return self._user

    def next(self, line: bytes) -> ImportedLine | None:
        """Read a further line; None for an empty one.

        Raises:
            QueryError: It is not a line of an import; names its number and fault.
        """
        self.number += 1
        if not line.strip():
            return None
        match self._read(line):
            case UserForm():
                raise self._fault("there is a second line of type user")
            case IdentityForm() as identity:
                return self._identity(identity)
            case MessageForm() as message:
                return self._message(message)
            case FactForm() as fact:
                digest = hashlib.sha256(fact.value.encode()).hexdigest()
                return self._record("fact", fact, digest=digest)
            case HandoffForm() as handoff:
                self._platform(handoff.platform)
                return self._record("handoff", handoff, id=handoff.handoff_id)
            case UsageForm() as usage:
                return self._record("usage", usage)
            case never:
                assert_never(never)

    def _identity(self, line: IdentityForm) -> ImportedIdentity:
        platform = self._platform(line.platform)
        return ImportedIdentity(
            platform=platform,
            user_id=UserId(line.user_id),
            speaker=line.speaker,
            greeted_at=line.greeted_at,
            created_at=line.created_at,
            sessions=tuple(
                _session(one, platform, UserId(line.user_id)) for one in line.sessions
            ),
        )

    def _message(self, line: MessageForm) -> ImportedMessage:
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

    def _record(
        self,
        kind: Literal["fact", "handoff", "usage"],
        line: FactForm | HandoffForm | UsageForm,
        **more: str,
    ) -> ImportedRecord:
        try:
            row = storable_json({**line.model_dump(mode="json"), **more})
        except ValueError:
            raise self._fault("is not JSON") from None
        return ImportedRecord(kind=kind, row=row)

    def _platform(self, name: str | None) -> Platform:
        known = ", ".join(sorted(self._providers))
        if name is None:
            fault = f"platform: is needed, as the user_id does not tell it; one of {known}"
            raise self._fault(fault)
        if name not in self._providers:
            fault = f"platform: must be one of {known}"
            raise self._fault(fault)
        return Platform(name)

    def _read(self, line: bytes) -> Form:
        try:
            return FORM.validate_json(line)
        except ValidationError as error:
            raise self._fault(_told(error)) from None

    def _fault(self, fault: str) -> QueryError:
        return QueryError(f"line {self.number}", fault)


def _session(line: SessionForm, platform: Platform, user_id: UserId) -> ImportedSession:
    return ImportedSession(
        session_id=session_id(platform, user_id, line.conversation),
        provider=Provider(line.provider),
        conversation=line.conversation,
        shared=line.shared,
        created_at=line.created_at,
        updated_at=line.updated_at,
    )


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
        case "model_attributes_type" | "model_type" | "dict_type" if not first["loc"][1:]:
            return "is not a JSON object"
        case _:
            place = ".".join(str(step) for step in first["loc"][1:])
            fault = first["msg"].removeprefix("Value error, ")
            return f"{place}: {fault}" if place else fault
