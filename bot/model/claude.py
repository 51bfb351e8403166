"""Claude, over the Messages API and Anthropic's own SDK: one call, one answer or one error."""

import asyncio
import warnings
from datetime import timedelta

import anthropic
import httpx2
from anthropic import AsyncAnthropic
from anthropic.lib.streaming import AsyncMessageStreamManager, ParsedMessageStopEvent
from anthropic.types import ContentBlock, Message
from anthropic.types import Usage as ReportedUsage

from bot.model import request
from bot.model.failure import model_error
from bot.ports import Clock
from context.errors import ModelBusy, ModelFault
from context.prompt import Answer, Block, Prompt, StopReason
from context.text import storable
from context.usage import Usage

# What the SDK raises, unwrapped, on a stream that is no stream of the Messages API
# (Anthropic SDK 2.11, tried on cut, empty, misordered and mistyped events, 2026-11).
_UNREADABLE = (AttributeError, LookupError, TypeError, ValueError)


# It only spares a handoff that was not needed; the person waits meanwhile.
_COUNT_WITHIN = timedelta(seconds=2)


class Claude:
    """One model of the Messages API."""

    def __init__(
        self,
        client: AsyncAnthropic,
        *,
        name: str,
        clock: Clock,
        call_limit: timedelta = timedelta(minutes=10),
    ) -> None:
        """Use a client that does not retry.

        Args:
            client: From `connection`; stays its owner's to close.
            name: The model's id.
            clock: Reads dates that the API asks us to wait for.
            call_limit: Longest call; a stream that only pings would never end by itself.
        """
        self.name = name
        self._client = client
        self._clock = clock
        self._call_limit = call_limit

    async def answer(self, prompt: Prompt) -> Answer:
        """Call the model exactly once; a partial answer is thrown away.

        Raises:
            ModelBusy: Overloaded, limited, failing, or out of reach.
            ModelRefused: The account may not go on.
            PromptTooLong: The prompt is over the window.
            ModelFault: With status 404 this model is not to be had; with another, the API
                does not take the prompt; without one, the stream broke or made no sense.
        """
        try:
            async with asyncio.timeout(self._call_limit.total_seconds()):
                message = await self._message(prompt)
        except TimeoutError as error:
            raise ModelBusy("timeout") from error
        return _answer(message)

    async def count(self, prompt: Prompt) -> int | None:
        """Count a prompt's tokens; None if the API does not tell, whatever the reason."""
        try:
            async with asyncio.timeout(_COUNT_WITHIN.total_seconds()):
                counted = await self._client.messages.count_tokens(
                    model=self.name,
                    tools=request.tools(prompt) or anthropic.omit,
                    system=request.system(prompt) or anthropic.omit,
                    messages=request.messages(prompt),
                    output_config=request.output_config(prompt) or anthropic.omit,
                )
        except (anthropic.APIError, httpx2.HTTPError, TimeoutError):
            return None
        return counted.input_tokens

    async def _message(self, prompt: Prompt) -> Message | None:
        """Stream the answer to its end; None if it has none."""
        message: Message | None = None
        call = self._stream(prompt)
        try:
            async with call as stream:
                async for event in stream:
                    if isinstance(event, ParsedMessageStopEvent):
                        message = event.message
        except anthropic.APIError as error:
            raise model_error(error, now=self._clock.now()) from error
        except httpx2.TimeoutException as error:
            raise ModelBusy("timeout") from error
        except httpx2.RequestError as error:
            raise ModelFault("broken stream") from error
        except _UNREADABLE:
            # Not `from error`: the SDK's words quote the model's.
            raise ModelFault("unreadable stream") from None
        return message

    def _stream(self, prompt: Prompt) -> AsyncMessageStreamManager[None]:
        with warnings.catch_warnings():
            # That a model nears its end is the operator's to read in its documentation, not
            # an error of this call.
            warnings.simplefilter("ignore", DeprecationWarning)
            return self._client.messages.stream(
                model=self.name,
                max_tokens=prompt.max_output_tokens,
                tools=request.tools(prompt) or anthropic.omit,
                system=request.system(prompt) or anthropic.omit,
                messages=request.messages(prompt),
                output_config=request.output_config(prompt) or anthropic.omit,
                cache_control=request.BREAKPOINT,
            )


def _answer(message: Message | None) -> Answer:
    if message is None or message.stop_reason is None:
        raise ModelFault("stream ended midway")
    try:
        stop = StopReason(message.stop_reason)
    except ValueError:
        raise ModelFault("unknown stop reason") from None
    return Answer(
        blocks=tuple(_block(block) for block in message.content),
        stop=stop,
        usage=_usage(message.usage),
        model=message.model,
    )


def _block(block: ContentBlock) -> Block:
    """The block as it came, to be stored and sent again; thinking stays byte for byte."""
    # Without warnings: they would quote the model, on blocks newer than the SDK.
    raw = block.to_dict(mode="json", warnings=False)
    if block.type == "text":
        raw["text"] = storable(_joined(block.text))
    return raw


def _joined(text: str) -> str:
    """Join the halves of a character that came in two deltas."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _usage(reported: ReportedUsage) -> Usage:
    return Usage(
        input_tokens=reported.input_tokens or 0,
        cache_read_tokens=reported.cache_read_input_tokens or 0,
        cache_write_tokens=reported.cache_creation_input_tokens or 0,
        output_tokens=reported.output_tokens or 0,
    )
