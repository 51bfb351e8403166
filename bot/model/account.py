"""Whether the Messages API takes our key and knows our models; for `bot doctor`."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import anthropic
from anthropic import AsyncAnthropic

from bot.model.failure import model_error
from bot.ports import Clock
from context.errors import ModelBusy, ModelError


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the API said.

    Attributes:
        refusal: Why it did not answer; None if it takes the key.
        lists_models: False for a server that has no list of models, which is tolerated:
            then nothing is known of the key.
        unknown: The models asked for that the key may not call.
    """

    refusal: ModelError | None = None
    lists_models: bool = True
    unknown: tuple[str, ...] = ()


async def account(
    client: AsyncAnthropic,
    models: Sequence[str],
    *,
    clock: Clock,
    answer_within: timedelta = timedelta(seconds=10),
) -> Account:
    """Ask the Models API, which costs nothing; failures are part of the answer.

    Args:
        client: From `connection`; stays its owner's to close.
        models: Ids to look for.
        clock: Against which a date in `retry-after` is read.
        answer_within: Longest wait for all of it.
    """
    try:
        async with asyncio.timeout(answer_within.total_seconds()):
            await client.models.with_raw_response.list(limit=1)
            unknown = [name for name in models if not await _is_known(client, name)]
    except anthropic.NotFoundError:
        return Account(lists_models=False)
    except anthropic.APIError as error:
        return Account(refusal=model_error(error, now=clock.now()))
    except TimeoutError:
        return Account(refusal=ModelBusy("timeout"))
    return Account(unknown=tuple(unknown))


async def _is_known(client: AsyncAnthropic, model: str) -> bool:
    try:
        await client.models.with_raw_response.retrieve(model)
    except anthropic.NotFoundError:
        return False
    return True
