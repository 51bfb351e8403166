"""What Slack posts to us, in the shapes we act on; everything else is `Other`.

Events come as JSON, slash commands as a form, interactions as JSON inside a form. Unknown
fields are left out, because Slack adds some without notice. A message looks like this
(Slack: Events API and the message event, read 2026-11):

    {"type": "event_callback", "team_id": "T1", "api_app_id": "A1",
     "authorizations": [{"team_id": "T1", "user_id": "UBOT", "is_bot": true}],
     "event": {"type": "message", "channel_type": "im", "channel": "D1", "user": "U1",
               "text": "hello", "ts": "1700000000.000100"}}
"""

from typing import Annotated, Literal
from urllib.parse import parse_qsl

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    JsonValue,
    StringConstraints,
    Tag,
    TypeAdapter,
    ValidationError,
)

from channels.port import WebhookRequest
from context.errors import PayloadError
from context.messages import Provider

PROVIDER = Provider("slack")

# Slack promises no form of its ids, only that they are ASCII without spaces; the bound is ours.
_Id = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,255}$")]
# Seconds since 1970 and a fraction; eleven digits last until the year 5138.
_Ts = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,11}\.[0-9]{1,9}$")]
_Url = Annotated[str, StringConstraints(pattern=r"^https?://[!-~]+$", max_length=2048)]

_MAX_FORM_FIELDS = 100
_QUIET = ConfigDict(hide_input_in_errors=True)


class SlackObject(BaseModel):
    """Something in Slack's JSON; errors about it do not repeat what people wrote."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class File(SlackObject):
    """A file in a message; one that cannot be read by us has no address."""

    id: str | None = None
    url_private: _Url | None = None
    mimetype: str | None = None
    name: str | None = None
    size: Annotated[int, Field(ge=0, lt=2**63)] | None = None


class Attachment(SlackObject):
    """What hangs on a message; `is_share` marks a message that was forwarded."""

    text: str | None = None
    is_share: bool | None = None


class Edit(SlackObject):
    """Who edited a message, and when."""

    ts: _Ts


class Message(SlackObject):
    """A message as it stands, or stood, in a channel."""

    ts: _Ts
    subtype: str | None = None
    user: _Id | None = None
    bot_id: str | None = None
    app_id: str | None = None
    text: str | None = None
    thread_ts: _Ts | None = None
    edited: Edit | None = None
    files: tuple[File, ...] | None = None
    attachments: tuple[Attachment, ...] | None = None


class MessageEvent(Message):
    """Something happened to a message; `message_changed` and `…_deleted` carry it inside."""

    type: Literal["message", "app_mention"]
    channel: _Id
    channel_type: str | None = None
    message: Message | None = None
    previous_message: Message | None = None


class Authorization(SlackObject):
    """Whose installation of the app may see an event: for us, the bot's."""

    user_id: _Id
    is_bot: bool


class MessageCallback(SlackObject):
    """The envelope around a message event."""

    team_id: _Id
    api_app_id: str | None = None
    authorizations: tuple[Authorization, ...] | None = None
    event: MessageEvent

    @property
    def bot_user(self) -> str | None:
        """The bot's user id, where the envelope says it."""
        bots = (one.user_id for one in self.authorizations or () if one.is_bot)
        return next(bots, None)


class UrlVerification(SlackObject):
    """Slack asks whether this address is ours."""

    challenge: Annotated[str, StringConstraints(max_length=1024)]


class SlashCommand(SlackObject):
    """A person sent `/baton …`; Slack says in which channel, but in no thread."""

    command: Annotated[str, StringConstraints(pattern=r"^/.")]
    text: str = ""
    team_id: _Id
    channel_id: _Id
    user_id: _Id
    user_name: str | None = None
    response_url: _Url | None = None
    trigger_id: _Id


class _Place(SlackObject):
    id: _Id


class _Person(SlackObject):
    id: _Id
    team_id: _Id | None = None
    username: str | None = None


class _Container(SlackObject):
    thread_ts: _Ts | None = None


class Action(SlackObject):
    """One pressed button."""

    action_id: str
    value: str | None = None


class BlockActions(SlackObject):
    """A person pressed buttons in a message."""

    team: _Place | None = None
    user: _Person
    channel: _Place | None = None
    message: Message | None = None
    container: _Container | None = None
    actions: Annotated[tuple[Action, ...], Field(min_length=1)]
    trigger_id: _Id

    @property
    def team_id(self) -> str | None:
        """The workspace; an app installed for a whole organisation is told it per person."""
        return self.team.id if self.team is not None else self.user.team_id

    @property
    def thread_ts(self) -> str | None:
        """The thread of the buttons, or the one that an answer to them begins."""
        if self.message is not None:
            return self.message.thread_ts or self.message.ts
        return self.container.thread_ts if self.container is not None else None


class _OtherEvent(SlackObject):
    type: str


class Other(SlackObject):
    """Anything we do not act on."""

    type: str
    event: _OtherEvent | None = None


Payload = MessageCallback | UrlVerification | SlashCommand | BlockActions | Other


def payload(request: WebhookRequest) -> Payload:
    """Read a request whose signature was right.

    Raises:
        PayloadError: Malformed, or of other types than Slack's.
    """
    try:
        if _is_json(request):
            return _JSON.validate_json(request.body)
        form = dict(
            parse_qsl(
                request.body.decode(),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=_MAX_FORM_FIELDS,
            )
        )
        if "payload" in form:
            return _INTERACTION.validate_json(form["payload"])
        # Slack tries the address of a slash command now and then.
        if form.get("ssl_check") == "1":
            return Other(type="ssl_check")
        return SlashCommand.model_validate(form)
    except ValidationError as error:
        raise PayloadError(PROVIDER, "the payload is not of Slack's form") from error
    except ValueError as error:
        raise PayloadError(PROVIDER, "the form cannot be read") from error


def _is_json(request: WebhookRequest) -> bool:
    return request.body[:1] == b"{" or "json" in request.headers.get("content-type", "").lower()


def _event_tag(value: JsonValue) -> str:
    """Which shape an envelope has, without believing anything in it."""
    if not isinstance(value, dict):
        return "other"
    event = value.get("event")
    if value.get("type") == "url_verification":
        return "url_verification"
    is_message = isinstance(event, dict) and event.get("type") in ("message", "app_mention")
    return "message" if is_message and value.get("type") == "event_callback" else "other"


def _interaction_tag(value: JsonValue) -> str:
    if isinstance(value, dict) and value.get("type") == "block_actions":
        return "block_actions"
    return "other"


_JSON: TypeAdapter[MessageCallback | UrlVerification | Other] = TypeAdapter(
    Annotated[
        Annotated[MessageCallback, Tag("message")]
        | Annotated[UrlVerification, Tag("url_verification")]
        | Annotated[Other, Tag("other")],
        Discriminator(_event_tag),
    ],
    config=_QUIET,
)
_INTERACTION: TypeAdapter[BlockActions | Other] = TypeAdapter(
    Annotated[
        Annotated[BlockActions, Tag("block_actions")] | Annotated[Other, Tag("other")],
        Discriminator(_interaction_tag),
    ],
    config=_QUIET,
)
