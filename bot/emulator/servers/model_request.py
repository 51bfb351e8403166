"""What the Messages API is asked, as values; a body of another shape is refused in its words.

Shapes are those of the SDK's parameters (Anthropic SDK 2.11, `types.MessageCreateParams`,
read 2026-11). Content that came as plain text becomes one text block, which means the same.
Parameters this server does not play (`thread`, context edits that clear) are refused, never
ignored; so are `temperature`, `top_p` and `top_k`, as since API version 2026-10-21.
Compaction: `types.beta`, `BetaCompactionBlockParam`, `BetaCompact20260112EditParam`.
"""

from typing import Annotated, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StrictBool,
    StrictInt,
    ValidationError,
)

from bot.emulator.servers.model_error import ApiError

Json = dict[str, JsonValue]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CacheControl(_Value):
    """Marks the end of a prefix to keep, and for how long."""

    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] = "5m"


class TextBlock(_Value):
    """Text from either side."""

    type: Literal["text"] = "text"
    text: str = Field(repr=False)
    cache_control: CacheControl | None = None
    citations: tuple[JsonValue, ...] | None = Field(default=None, repr=False)


class ImageBlock(_Value):
    """A picture; what `source` holds is not looked at."""

    type: Literal["image"]
    source: Json = Field(repr=False)
    cache_control: CacheControl | None = None
    transformations: JsonValue = None


class DocumentBlock(_Value):
    """A document; only a `text` source is read."""

    type: Literal["document"]
    source: Json = Field(repr=False)
    title: str | None = Field(default=None, repr=False)
    context: str | None = Field(default=None, repr=False)
    citations: JsonValue = None
    cache_control: CacheControl | None = None


class ToolUseBlock(_Value):
    """The model's call of a tool."""

    type: Literal["tool_use"] = "tool_use"
    id: str
    name: str
    input: Json = Field(repr=False)
    cache_control: CacheControl | None = None
    caller: JsonValue = None
    toolset_name: str | None = None


class ThinkingBlock(_Value):
    """The model's reasoning, to be sent back unchanged."""

    type: Literal["thinking"] = "thinking"
    thinking: str = Field(repr=False)
    signature: str


class RedactedThinkingBlock(_Value):
    """Reasoning that only the model can read."""

    type: Literal["redacted_thinking"]
    data: str = Field(repr=False)


class CompactionBlock(_Value):
    """The server's summary of what stood before it, to be sent back unchanged; null is none."""

    type: Literal["compaction"] = "compaction"
    content: Annotated[str, Field(min_length=1)] | None = Field(default=None, repr=False)
    signature: str | None = None
    encrypted_content: str | None = Field(default=None, repr=False)
    tool_changes: JsonValue = None
    cache_control: CacheControl | None = None


def _blocks(content: object) -> object:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


_ResultContent = Annotated[TextBlock | ImageBlock | DocumentBlock, Field(discriminator="type")]


class ToolResultBlock(_Value):
    """What a tool gave back."""

    type: Literal["tool_result"]
    tool_use_id: str
    content: Annotated[tuple[_ResultContent, ...], BeforeValidator(_blocks)] = ()
    is_error: StrictBool | None = None
    cache_control: CacheControl | None = None


Block = (
    TextBlock
    | ImageBlock
    | DocumentBlock
    | ToolUseBlock
    | ToolResultBlock
    | ThinkingBlock
    | RedactedThinkingBlock
    | CompactionBlock
)


class Message(_Value):
    """One message of the conversation."""

    role: Literal["user", "assistant", "system"]
    content: Annotated[
        tuple[Annotated[Block, Field(discriminator="type")], ...], BeforeValidator(_blocks)
    ]


class Tool(_Value):
    """A tool of the client, or by its `type` one of the platform's with fields of its own."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,128}$")
    type: str | None = None
    description: str | None = None
    input_schema: Json | None = None
    cache_control: CacheControl | None = None


class ToolChoice(_Value):
    """Whether and which tool the model has to call."""

    type: Literal["auto", "any", "none", "tool"]
    name: str | None = None
    disable_parallel_tool_use: StrictBool | None = None


class OutputFormat(_Value):
    """The schema that an answer has to follow."""

    type: Literal["json_schema"]
    # A field named as its key would shadow a method of pydantic's.
    json_schema: Json = Field(alias="schema")


class OutputConfig(_Value):
    """How the answer is to be."""

    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None
    format: OutputFormat | None = None


class Thinking(_Value):
    """Whether the model reasons first."""

    type: Literal["adaptive", "between_tools", "disabled", "enabled"]
    budget_tokens: StrictInt | None = Field(default=None, ge=1024)
    display: Literal["summarized", "omitted"] | None = None


class CompactionConfig(_Value):
    """Wants a summary of the conversation and nothing else; `instructions` make no difference."""

    type: Literal["summarize"]
    instructions: str | None = Field(default=None, repr=False)


class Trigger(_Value):
    """From how many tokens of a prompt on."""

    type: Literal["input_tokens"]
    value: StrictInt


class CompactEdit(_Value):
    """Wants a conversation summarised once it is long."""

    type: Literal["compact_20260112"]
    trigger: Trigger | None = None
    pause_after_compaction: StrictBool = False
    instructions: str | None = Field(default=None, repr=False)


class ContextManagement(_Value):
    """What the server is to do about a long conversation; it plays compaction only."""

    edits: tuple[CompactEdit, ...] = Field(default=(), max_length=1)


class Prompt(_Value):
    """All that the model reads: the body of `count_tokens`."""

    model: str
    messages: tuple[Message, ...] = Field(min_length=1, max_length=100_000)
    system: Annotated[tuple[TextBlock, ...], BeforeValidator(_blocks)] = ()
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice | None = None
    output_config: OutputConfig | None = None
    thinking: Thinking | None = None
    cache_control: CacheControl | None = None
    speed: Literal["standard", "fast"] | None = None
    user_profile_id: str | None = None
    compaction: CompactionConfig | None = None
    context_management: ContextManagement | None = None

    @property
    def edit(self) -> CompactEdit | None:
        """How it is to be compacted when it is long, if it is to be."""
        edits = self.context_management.edits if self.context_management else ()
        return edits[0] if edits else None

    @property
    def output_schema(self) -> Json | None:
        """The JSON schema that the answer has to follow, if one is given."""
        wanted = self.output_config and self.output_config.format
        return wanted.json_schema if wanted else None


class _Metadata(_Value):
    user_id: str | None = Field(default=None, max_length=512)


class MessageRequest(Prompt):
    """A prompt to be answered: the body of `messages`."""

    max_tokens: StrictInt = Field(ge=0)
    stream: StrictBool = False
    stop_sequences: tuple[Annotated[str, Field(pattern=r"\S")], ...] = ()
    metadata: _Metadata | None = None
    service_tier: Literal["auto", "standard_only"] | None = None
    inference_geo: str | None = None
    container: JsonValue = None
    diagnostics: JsonValue = None


_Read = TypeVar("_Read", bound=Prompt)


def parsed(body: bytes, kind: type[_Read]) -> _Read:
    """Read a request body.

    Raises:
        ApiError: It is no JSON, or of another shape; names the first fault.
    """
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(step) for step in fault["loc"])
        message = f"{place}: {fault['msg']}" if place else fault["msg"]
        raise ApiError(400, message) from error
