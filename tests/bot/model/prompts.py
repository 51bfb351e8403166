"""Valid prompts; a test states only what it is about."""

from collections.abc import Mapping

from context.prompt import Block, Prompt, PromptMessage, Tool


def from_person(text: str = "Where is my order 4711?") -> PromptMessage:
    return PromptMessage(role="user", blocks=({"type": "text", "text": text},))


def from_model(*blocks: Block) -> PromptMessage:
    return PromptMessage(role="assistant", blocks=blocks)


def from_tools(*results: Block) -> PromptMessage:
    return PromptMessage(role="user", blocks=results)


def a_tool(name: str = "recall", schema: Mapping[str, object] | None = None) -> Tool:
    return Tool(
        name=name,
        description="Finds what was said.",
        input_schema=schema or {"type": "object", "properties": {}},
    )


def a_prompt(
    *messages: PromptMessage,
    system: str = "Be brief.",
    stable_messages: int = 0,
    max_output_tokens: int = 1_000,
    tools: tuple[Tool, ...] = (),
    answer_schema: Mapping[str, object] | None = None,
) -> Prompt:
    return Prompt(
        system=system,
        messages=messages or (from_person(),),
        stable_messages=stable_messages,
        max_output_tokens=max_output_tokens,
        tools=tools,
        answer_schema=answer_schema,
    )
