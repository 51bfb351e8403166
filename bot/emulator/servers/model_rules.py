"""What the Messages API refuses although the body has the right shape.

Messages follow the API's own as far as they are published (errors and tool use pages, read
2026-11); clients are to look at types and statuses, and at "prompt is too long" alone.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from bot.emulator.servers.model_catalogue import ModelFacts
from bot.emulator.servers.model_error import ApiError
from bot.emulator.servers.model_request import (
    Block,
    CompactionBlock,
    DocumentBlock,
    Message,
    MessageRequest,
    Prompt,
    RedactedThinkingBlock,
    TextBlock,
    ThinkingBlock,
    ToolResultBlock,
    ToolUseBlock,
)

_SEAL = "stand-in-"
_MODELS_OWN = ToolUseBlock | ThinkingBlock | RedactedThinkingBlock | CompactionBlock


def check_prompt(prompt: Prompt, *, resumes: bool) -> None:
    """Refuse a prompt that the model could not be shown.

    Args:
        prompt: What was sent.
        resumes: It ends with an answer that was paused, which the model goes on with.

    Raises:
        ApiError: Names the first fault.
    """
    for place, message in enumerate(prompt.messages):
        if not message.content:
            raise ApiError(400, f"messages.{place}: all messages must have non-empty content")
        for position, block in enumerate(message.content):
            _check_block(f"messages.{place}.content.{position}", message.role, block)
    for position, text in enumerate(prompt.system):
        _check_block(f"system.{position}", "system", text)
    _check_order(prompt.messages, resumes=resumes)
    _check_tools(prompt)


def check_request(request: MessageRequest, facts: ModelFacts) -> None:
    """Refuse a wish that this model does not grant.

    Raises:
        ApiError: Names the first fault.
    """
    if request.max_tokens > facts.max_tokens:
        raise ApiError(
            400,
            f"max_tokens: {request.max_tokens} > {facts.max_tokens}, which is the maximum "
            f"allowed number of output tokens for {facts.id}",
        )
    thinking = request.thinking
    if thinking is not None and (thinking.type == "enabled") != bool(thinking.budget_tokens):
        raise ApiError(400, "thinking.budget_tokens: goes with type 'enabled' and only with it")
    if thinking is not None and (thinking.budget_tokens or 0) >= (request.max_tokens or 1):
        raise ApiError(400, "max_tokens: must be greater than thinking.budget_tokens")


def check_length(tokens: int, facts: ModelFacts) -> None:
    """Refuse a prompt over the window (errors page, read 2026-11).

    Raises:
        ApiError: Says both sizes.
    """
    if tokens > facts.max_input_tokens:
        raise ApiError(
            400, f"prompt is too long: {tokens} tokens > {facts.max_input_tokens} maximum"
        )


def signature(thinking: str) -> str:
    """The seal on a thought of this server, by which its way back is checked."""
    digest = hashlib.blake2b(thinking.encode(), digest_size=24).hexdigest()
    return f"{_SEAL}{digest}"


def _check_block(place: str, role: str, block: Block) -> None:
    match block:
        case TextBlock() if not block.text.strip():
            raise ApiError(400, f"{place}: text content blocks must be non-empty")
        case TextBlock() if role == "user" and block.citations:
            raise ApiError(400, f"{place}.citations: not allowed in a user message")
        case ThinkingBlock() if not _is_unchanged(block):
            raise ApiError(400, f"{place}: Invalid `signature` in `thinking` block")
        case DocumentBlock() if role != "user":
            raise ApiError(400, f"{place}: document blocks belong in user messages")
        case ToolResultBlock() if role != "user":
            raise ApiError(400, f"{place}: `tool_result` blocks belong in user messages")
        case _ if role != "assistant" and isinstance(block, _MODELS_OWN):
            raise ApiError(400, f"{place}: `{block.type}` blocks belong in assistant messages")
        case _:
            pass


def _is_unchanged(block: ThinkingBlock) -> bool:
    """Whether a thought came back as it was; those of a real model cannot be told."""
    ours = block.signature.startswith(_SEAL)
    return block.signature == signature(block.thinking) if ours else bool(block.signature)


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring messages of one role, which the API reads as one."""

    place: int
    role: str
    content: tuple[Block, ...]

    @property
    def calls(self) -> list[str]:
        return [block.id for block in self.content if isinstance(block, ToolUseBlock)]

    @property
    def results(self) -> list[str]:
        return [b.tool_use_id for b in self.content if isinstance(b, ToolResultBlock)]


def _runs(messages: Iterable[Message]) -> Iterator[_Run]:
    """The conversation's runs; system messages stand outside."""
    spoken = [(i, message) for i, message in enumerate(messages) if message.role != "system"]
    for role, group in groupby(spoken, key=lambda entry: entry[1].role):
        members = list(group)
        content = tuple(block for _, message in members for block in message.content)
        yield _Run(members[0][0], role, content)


def _check_order(messages: Iterable[Message], *, resumes: bool) -> None:
    """The person begins and ends; every tool call is answered at once, and only those are."""
    before = _Run(0, "assistant", ())
    for run in _runs(messages):
        if run.role == before.role:  # only the first can equal, being the assistant's
            raise ApiError(400, 'messages: first message must use the "user" role')
        if run.role == "user":
            _check_results(before, run)
        elif len(set(run.calls)) < len(run.calls):
            raise ApiError(400, f"messages.{run.place}: `tool_use` ids must be unique")
        before = run
    if before.role == "assistant" and not resumes:
        # Prefill ended with the 4.6 models (errors page, "Prefill not supported", read 2026-11).
        raise ApiError(400, "the conversation must end with a user message")


def _check_results(before: _Run, run: _Run) -> None:
    calls, results = before.calls, run.results
    if missing := [call for call in calls if call not in results]:
        raise ApiError(
            400,
            f"messages.{before.place}: `tool_use` ids were found without `tool_result` blocks "
            f"immediately after: {', '.join(missing)}. Each `tool_use` block must have a "
            "corresponding `tool_result` block in the next message.",
        )
    if strange := [result for result in results if result not in calls]:
        raise ApiError(
            400,
            f"messages.{run.place}: unexpected `tool_use_id` found in `tool_result` blocks: "
            f"{', '.join(strange)}. Each `tool_result` block must have a corresponding "
            "`tool_use` block in the previous message.",
        )
    if len(set(results)) < len(results):
        raise ApiError(400, f"messages.{run.place}: each tool_use must have a single result")
    if any(not isinstance(block, ToolResultBlock) for block in run.content[: len(results)]):
        raise ApiError(400, f"messages.{run.place}: `tool_result` blocks must come first")


def _check_tools(prompt: Prompt) -> None:
    names = [tool.name for tool in prompt.tools]
    if len(set(names)) < len(names):
        raise ApiError(400, "tools: Tool names must be unique.")
    for position, tool in enumerate(prompt.tools):
        own = tool.type in {None, "custom"}
        if own and (tool.input_schema is None or tool.input_schema.get("type") != "object"):
            raise ApiError(400, f"tools.{position}.custom.input_schema.type: must be 'object'")
    choice = prompt.tool_choice
    if choice is None or choice.type in {"auto", "none"}:
        return
    if not names or (choice.type == "tool" and choice.name not in names):
        raise ApiError(400, "tool_choice: names no tool of this request")
