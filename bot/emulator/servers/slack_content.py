"""What a Slack message may say: text, blocks and metadata, checked as Slack checks them."""

from dataclasses import dataclass, field

from pydantic import BaseModel, Field, JsonValue, ValidationError

from bot.emulator.servers.lengths import utf16_units
from bot.emulator.servers.slack_arguments import Arguments, SlackRefusal
from bot.emulator.servers.slack_blocks import checked

# https://docs.slack.dev/reference/methods/chat.postMessage (read 2026-11): `text` is cut
# after 40,000 characters, `markdown_text` refused after 12,000.
_TEXT_CHARS = 40_000
_MARKDOWN_CHARS = 12_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackContent:
    """The part of a message that a call gives; None where it leaves things as they were."""

    text: str = field(repr=False)
    blocks: JsonValue = field(repr=False)
    metadata: JsonValue = field(repr=False)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see."""
        return not self.text.strip() and not self.blocks


class _Metadata(BaseModel):
    event_type: str = Field(min_length=1)
    event_payload: dict[str, JsonValue]


def content(arguments: Arguments) -> SlackContent:
    """What a call wants said; perhaps nothing.

    Raises:
        SlackRefusal: `markdown_text_conflict`, `msg_too_long`, `invalid_blocks_format`,
            `invalid_blocks`, `msg_blocks_too_long`, or `invalid_metadata_format`.
    """
    markdown = arguments.text("markdown_text")
    if markdown and ("text" in arguments or "blocks" in arguments):
        raise SlackRefusal("markdown_text_conflict")
    if utf16_units(markdown) > _MARKDOWN_CHARS:
        raise SlackRefusal("msg_too_long")
    return SlackContent(
        text=markdown or arguments.text("text")[:_TEXT_CHARS],
        blocks=checked(arguments.structure("blocks", refusal="invalid_blocks_format")),
        metadata=_metadata(arguments.structure("metadata", refusal="invalid_metadata_format")),
    )


def _metadata(value: JsonValue) -> JsonValue:
    """Both keys or neither: an empty object takes metadata away (read 2026-11)."""
    if value is None or value == {}:
        return value
    try:
        _Metadata.model_validate(value)
    except ValidationError as error:
        raise SlackRefusal("invalid_metadata_format") from error
    return value
