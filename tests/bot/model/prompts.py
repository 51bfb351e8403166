"""Valid prompts; a test states only what it is about."""

from context.prompt import Block, Prompt, PromptMessage


def from_person(text: str = "Where is my order 4711?") -> PromptMessage:
    return PromptMessage(role="user", blocks=({"type": "text", "text": text},))


def from_model(*blocks: Block) -> PromptMessage:
    return PromptMessage(role="assistant", blocks=blocks)


def from_tools(*results: Block) -> PromptMessage:
    return PromptMessage(role="user", blocks=results)


def a_prompt(
    *messages: PromptMessage,
    system: str = "Be brief.",
    stable_messages: int = 0,
    max_output_tokens: int = 1_000,
) -> Prompt:
    return Prompt(
        system=system,
        messages=messages or (from_person(),),
        stable_messages=stable_messages,
        max_output_tokens=max_output_tokens,
    )
