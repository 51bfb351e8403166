"""What a Slack message may say: text, blocks and metadata, checked as Slack checks them."""

from dataclasses import dataclass, field
from typing import assert_never

from pydantic import BaseModel, Field, JsonValue, TypeAdapter, ValidationError

from bot.emulator.servers.lengths import utf16_units
from bot.emulator.servers.slack_arguments import Arguments, SlackRefusal

# https://docs.slack.dev/reference/methods/chat.postMessage (read 2026-11): `text` is cut
# after 40,000 characters, `markdown_text` refused after 12,000, at most 50 blocks.
_TEXT_CHARS = 40_000
_MARKDOWN_CHARS = 12_000
_BLOCKS = 50
# https://docs.slack.dev/reference/block-kit/blocks/section-block (read 2026-11).
_SECTION_CHARS = 3_000
# Seen in practice; documented is only that the sum over blocks is bounded (read 2026-11).
_ALL_BLOCKS_CHARS = 13_200


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


class _BlockText(BaseModel):
    text: str


class _Block(BaseModel):
    type: str = Field(min_length=1)
    text: _BlockText | str | None = None

    @property
    def chars(self) -> int:
        match self.text:
            case None:
                return 0
            case str(text):
                return utf16_units(text)
            case _BlockText(text=text):
                return utf16_units(text)
            case never:
                assert_never(never)


class _Metadata(BaseModel):
    event_type: str = Field(min_length=1)
    event_payload: dict[str, JsonValue]


_BLOCK_LIST = TypeAdapter(list[_Block])


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
        blocks=_blocks(arguments.structure("blocks", refusal="invalid_blocks_format")),
        metadata=_metadata(arguments.structure("metadata", refusal="invalid_metadata_format")),
    )


def _blocks(value: JsonValue) -> JsonValue:
    if value is None:
        return None
    try:
        blocks = _BLOCK_LIST.validate_python(value)
    except ValidationError as error:
        raise SlackRefusal("invalid_blocks_format") from error
    if len(blocks) > _BLOCKS or any(
        block.type == "section" and block.chars > _SECTION_CHARS for block in blocks
    ):
        raise SlackRefusal("invalid_blocks")
    if sum(block.chars for block in blocks) > _ALL_BLOCKS_CHARS:
        raise SlackRefusal("msg_blocks_too_long")
    return value


def _metadata(value: JsonValue) -> JsonValue:
    """Both keys or neither: an empty object takes metadata away (read 2026-11)."""
    if value is None or value == {}:
        return value
    try:
        _Metadata.model_validate(value)
    except ValidationError as error:
        raise SlackRefusal("invalid_metadata_format") from error
    return value
