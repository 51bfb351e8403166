"""The official SDK at the model server: what it asks, and of which models."""

from anthropic import AsyncAnthropic
from anthropic.types import Message, MessageParam, TextBlock

from bot.emulator.servers.model_catalogue import ModelCatalogue, ModelFacts
from tests.bot.emulator.prompts import MODEL

KEY = "sk-test"
SMALL, RETIRED = "claude-small", "claude-old"
MODELS = ModelCatalogue(
    [
        ModelFacts(id=MODEL, display_name="Opus", line="opus"),
        ModelFacts(
            id=SMALL, display_name="Small", line=None, max_input_tokens=2_000, max_tokens=1_900
        ),
        ModelFacts(id=RETIRED, display_name="Old", line=None, lifecycle="retired"),
    ]
)
HELLO: list[MessageParam] = [{"role": "user", "content": "Hello"}]
LONG = "word " * 60


async def asked(
    client: AsyncAnthropic, messages: list[MessageParam] = HELLO, *, model: str = MODEL
) -> Message:
    """The answer as one body."""
    return await client.messages.create(model=model, max_tokens=1_000, messages=messages)


async def streamed(client: AsyncAnthropic) -> Message:
    """The answer as a stream, put together."""
    async with client.messages.stream(model=MODEL, max_tokens=1_000, messages=HELLO) as stream:
        return await stream.get_final_message()


def words(message: Message) -> str:
    """What the answer says."""
    return "".join(block.text for block in message.content if isinstance(block, TextBlock))
