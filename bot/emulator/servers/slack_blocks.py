"""Block Kit: the blocks of a Slack message, checked as Slack checks them.

Only what a bot that writes Markdown and offers buttons sends is looked into; of other blocks
only the type and the length of their text is.
"""

from collections.abc import Sequence
from typing import Annotated, Literal, assert_never

from pydantic import (
    BaseModel,
    Discriminator,
    Field,
    JsonValue,
    Tag,
    TypeAdapter,
    ValidationError,
)

from bot.emulator.servers.lengths import utf16_units
from bot.emulator.servers.slack_arguments import SlackRefusal

# https://docs.slack.dev/reference/methods/chat.postMessage (read 2026-11).
_BLOCKS = 50
# https://docs.slack.dev/reference/block-kit/blocks/section-block (read 2026-11).
_SECTION_CHARS = 3_000
# https://docs.slack.dev/reference/block-kit/blocks/markdown-block (read 2026-11).
_MARKDOWN_CHARS = 12_000
# Seen in practice; documented is only that the sum over blocks is bounded (read 2026-11).
_ALL_BLOCKS_CHARS = 13_200


class _PlainText(BaseModel):
    type: Literal["plain_text"]
    # https://docs.slack.dev/reference/block-kit/block-elements/button-element (read 2026-11).
    text: Annotated[str, Field(min_length=1, max_length=75)]


class _Button(BaseModel):
    type: Literal["button"]
    text: _PlainText
    action_id: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    value: Annotated[str, Field(max_length=2_000)] | None = None


class _Element(BaseModel):
    type: Annotated[str, Field(min_length=1)]
    action_id: Annotated[str, Field(min_length=1, max_length=255)] | None = None


def _element_tag(value: object) -> str:
    is_button = isinstance(value, dict) and value.get("type") == "button"
    return "button" if is_button else "other"


class _Actions(BaseModel):
    """https://docs.slack.dev/reference/block-kit/blocks/actions-block (read 2026-11)."""

    type: Literal["actions"]
    elements: Annotated[
        list[
            Annotated[
                Annotated[_Button, Tag("button")] | Annotated[_Element, Tag("other")],
                Discriminator(_element_tag),
            ]
        ],
        Field(min_length=1, max_length=25),
    ]


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

    @property
    def is_too_long(self) -> bool:
        longest = {"section": _SECTION_CHARS, "markdown": _MARKDOWN_CHARS}.get(self.type)
        return longest is not None and self.chars > longest


def _block_tag(value: object) -> str:
    is_actions = isinstance(value, dict) and value.get("type") == "actions"
    return "actions" if is_actions else "other"


_OBJECTS = TypeAdapter(list[_Block])
_BLOCK_LIST: TypeAdapter[list[_Actions | _Block]] = TypeAdapter(
    list[
        Annotated[
            Annotated[_Actions, Tag("actions")] | Annotated[_Block, Tag("other")],
            Discriminator(_block_tag),
        ]
    ]
)


def checked(value: JsonValue) -> JsonValue:
    """Blocks as they were given, if Slack takes them; None where there are none.

    Raises:
        SlackRefusal: `invalid_blocks_format`, `invalid_blocks` or `msg_blocks_too_long`.
    """
    if value is None:
        return None
    try:
        plain = _OBJECTS.validate_python(value)
    except ValidationError as error:
        raise SlackRefusal("invalid_blocks_format") from error
    try:
        blocks = _BLOCK_LIST.validate_python(value)
    except ValidationError as error:
        raise SlackRefusal("invalid_blocks") from error
    if len(plain) > _BLOCKS or any(block.is_too_long for block in plain) or _repeats(blocks):
        raise SlackRefusal("invalid_blocks")
    if sum(block.chars for block in plain) > _ALL_BLOCKS_CHARS:
        raise SlackRefusal("msg_blocks_too_long")
    return value


def _repeats(blocks: Sequence[_Actions | _Block]) -> bool:
    """Whether two elements of one block have the same `action_id`."""
    for block in blocks:
        if isinstance(block, _Actions):
            ids = [one.action_id for one in block.elements if one.action_id is not None]
            if len(ids) != len(set(ids)):
                return True
    return False
