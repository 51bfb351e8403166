"""How the server counts tokens: by a rule of its own that anybody can do by hand.

A token is four bytes of UTF-8, begun ones counted whole, in every script alike (an emoji is
one token or more, a Chinese character three quarters of one). Text counts per block; what is
no text is counted as the compact JSON of what the model would read. Each change of role
costs 4 tokens more, a tool call or its result 8, an image 1,600, a document that is not
text 3,000. Cache markers cost nothing. The true tokenizer is not public; a client that takes
its figures from `usage` and `count_tokens` needs none.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from pydantic import JsonValue

from bot.emulator.servers.model_request import (
    Block,
    CacheControl,
    CompactionBlock,
    DocumentBlock,
    ImageBlock,
    Message,
    Prompt,
    RedactedThinkingBlock,
    TextBlock,
    ThinkingBlock,
    Tool,
    ToolResultBlock,
    ToolUseBlock,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokenizer:
    """The rule, and its prices."""

    bytes_per_token: int = 4
    role_tokens: int = 4
    tool_tokens: int = 8
    image_tokens: int = 1_600
    document_tokens: int = 3_000

    def text(self, text: str) -> int:
        """Tokens of a text."""
        return -(-len(text.encode()) // self.bytes_per_token)

    def start(self, text: str, tokens: int) -> str:
        """The longest start of a text that is not over a number of tokens."""
        return text.encode()[: tokens * self.bytes_per_token].decode(errors="ignore")

    def block(self, block: Block) -> int:
        """Tokens of a content block, from whichever side."""
        match block:
            case TextBlock() | ThinkingBlock() | RedactedThinkingBlock() | CompactionBlock():
                tokens = self.text(_words(block))
            case ToolUseBlock():
                tokens = (
                    self.tool_tokens + self.text(block.name) + self.text(_json(block.input))
                )
            case ToolResultBlock():
                tokens = self.tool_tokens + sum(self.block(inner) for inner in block.content)
            case ImageBlock():
                tokens = self.image_tokens
            case DocumentBlock():
                tokens = self._document(block)
            case never:
                assert_never(never)
        return tokens

    def _document(self, block: DocumentBlock) -> int:
        named = self.text(block.title or "") + self.text(block.context or "")
        if block.source.get("type") == "text":
            return named + self.text(str(block.source.get("data", "")))
        return named + self.document_tokens


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a prompt between two places where a cached prefix may end.

    Attributes:
        tokens: What it counts.
        content: As of `content`, with its role where that changes.
        mark: The cache marker at its end.
        markable: Whether it may carry one.
    """

    tokens: int
    content: bytes
    mark: CacheControl | None
    markable: bool = True


def segments(prompt: Prompt, tokenizer: Tokenizer) -> tuple[Segment, ...]:
    """Cut a prompt where caches can: tools, then system, then messages (caching guide, read 2026-11).

    The schema of a structured answer stands before the system prompt: another one breaks the
    cache of all that follows.
    """
    return (
        *(_tool(tool, tokenizer) for tool in prompt.tools),
        *_schema(prompt.output_schema, tokenizer),
        *_runs((Message(role="system", content=prompt.system),), tokenizer),
        *_runs(prompt.messages, tokenizer),
    )


def prompt_tokens(pieces: tuple[Segment, ...]) -> int:
    """Tokens of a whole prompt."""
    return sum(piece.tokens for piece in pieces)


def _tool(tool: Tool, tokenizer: Tokenizer) -> Segment:
    content = tool.model_dump_json(exclude={"cache_control"}, exclude_none=True)
    tokens = tokenizer.tool_tokens + tokenizer.text(content)
    return Segment(tokens, b"tool\0" + content.encode(), tool.cache_control)


def _schema(schema: JsonValue, tokenizer: Tokenizer) -> Iterator[Segment]:
    if schema is not None:
        content = _json(schema)
        yield Segment(
            tokenizer.text(content), b"schema\0" + content.encode(), None, markable=False
        )


def _runs(messages: tuple[Message, ...], tokenizer: Tokenizer) -> Iterator[Segment]:
    """One segment a block; neighbours of the same role are one message, as the API merges them."""
    role = None
    for message in messages:
        for block in message.content:
            changed = message.role != role
            role = message.role
            tokens = tokenizer.block(block) + (tokenizer.role_tokens if changed else 0)
            header = f"{role}\0".encode() if changed else b""
            yield Segment(tokens, header + content(block), _mark(block), _markable(block))


def content(block: Block) -> bytes:
    """Bytes that are the same if and only if the model reads the same."""
    if isinstance(block, TextBlock):  # most of every prompt, so without a detour
        return b"text\0" + block.text.encode()
    return block.model_dump_json(exclude={"cache_control"}, exclude_none=True).encode()


def _words(
    block: TextBlock | ThinkingBlock | RedactedThinkingBlock | CompactionBlock,
) -> str:
    """What the model reads of a block that is nothing but words."""
    match block:
        case TextBlock():
            return block.text
        case ThinkingBlock():
            return block.thinking
        case RedactedThinkingBlock():
            return block.data
        case CompactionBlock():
            return block.content or ""
        case never:
            assert_never(never)


def _mark(block: Block) -> CacheControl | None:
    if isinstance(block, ThinkingBlock | RedactedThinkingBlock):
        return None
    return block.cache_control


def _markable(block: Block) -> bool:
    return not isinstance(block, ThinkingBlock | RedactedThinkingBlock)


def _json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
