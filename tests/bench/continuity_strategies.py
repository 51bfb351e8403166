"""The strategies that ours is compared with, each a few lines over the official SDK.

They talk to the model server in this process. All mark their prompts for the cache, as anybody
would; none is made worse than it is usually built.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import cast

import httpx2
from anthropic import AsyncAnthropic
from anthropic.types import MessageParam
from anthropic.types.beta import BetaMessageParam

from bot.emulator.servers.bill import BilledUsage
from bot.emulator.servers.model import ModelApi
from bot.emulator.servers.model_wire import deltas
from bot.emulator.servers.tokens import Tokenizer
from tests.bench.continuity_report import Heard, Paid

MODEL = "claude-opus-5-5"
SYSTEM = "You are a helpful assistant in a long chat with one person."
FULL = 0.8
"""The share of the window at which something is done about it, as in ours."""

_ANSWER_TOKENS = 1_000
_RECENT_TURNS = 6
_OVERHEAD_TOKENS = 200
_SUMMARY_FORM = {
    "type": "object",
    "properties": {"conversation_summary": {"type": "string"}},
    "required": ["conversation_summary"],
    "additionalProperties": False,
}
# Prices as multiples of plain input (Claude pricing page, read 2026-11).
_READ, _WRITE, _WRITE_1H, _OUTPUT = 0.1, 1.25, 2.0, 5.0


def paid(usage: BilledUsage) -> Paid:
    """What usage costs."""
    priced = (
        usage.input_tokens
        + _READ * usage.cache_read_tokens
        + _WRITE * usage.cache_write_5m_tokens
        + _WRITE_1H * usage.cache_write_1h_tokens
        + _OUTPUT * usage.output_tokens
    )
    return Paid(tokens=usage.occupied_tokens, priced=priced)


def model_s(api: ModelApi, text: str) -> float:
    """How long the model takes over an answer, if nothing else is to be done."""
    return api.latency.first_token_s + deltas(text) * api.latency.between_deltas_s


@dataclass(slots=True, kw_only=True)
class _Chat:
    """What the in-process strategies share: a client, its server, a window."""

    api: ModelApi
    client: AsyncAnthropic
    window_tokens: int
    resets: int = 0

    @property
    def paid(self) -> Paid:
        return paid(self.api.bill.total())

    def heard(self, text: str, *, began: float) -> Heard:
        added_s = perf_counter() - began - model_s(self.api, text)
        return Heard(text=text, added_s=max(0.0, added_s))

    async def answered(self, messages: Sequence[MessageParam]) -> str:
        message = await self.client.messages.create(
            model=MODEL,
            max_tokens=_ANSWER_TOKENS,
            system=SYSTEM,
            messages=messages,
            cache_control={"type": "ephemeral"},
        )
        return "".join(block.text for block in message.content if block.type == "text")


@dataclass(slots=True, kw_only=True)
class SlidingWindow(_Chat):
    """(a) Drop the oldest turns once the window is full."""

    _turns: list[tuple[str, str]] = field(default_factory=list)
    _left_out: int = 0
    _since_reset: int = 0

    async def say(self, text: str) -> Heard:
        """Answer from the newest turns that fit.

        What is dropped at a time is a quarter of the window: turn by turn the cache would
        never be read.
        """
        began = perf_counter()
        if _tokens(self._turns[self._left_out :], text) > FULL * self.window_tokens:
            while _tokens(self._turns[self._left_out :], text) > 0.55 * self.window_tokens:
                self._left_out += 1
            self.resets += 1
        answer = await self.answered(_messages(self._turns[self._left_out :], text))
        self._turns.append((text, answer))
        return self.heard(answer, began=began)


@dataclass(slots=True, kw_only=True)
class ProseSummaries(_Chat):
    """(b) Have older turns summarised in prose once the window is full; the newest stay."""

    _turns: list[tuple[str, str]] = field(default_factory=list)
    _summary: str = ""

    async def say(self, text: str) -> Heard:
        """Answer from the summary and the turns since; the person waits for the summary."""
        began = perf_counter()
        held = _tokens(self._turns, text) + Tokenizer().text(self._summary)
        if held > FULL * self.window_tokens and len(self._turns) > _RECENT_TURNS:
            self._summary = await self._summarised(self._turns[:-_RECENT_TURNS])
            self._turns = self._turns[-_RECENT_TURNS:]
            self.resets += 1
        said = (
            [(_fenced(self._summary), "I see."), *self._turns] if self._summary else self._turns
        )
        answer = await self.answered(_messages(said, text))
        self._turns.append((text, answer))
        return self.heard(answer, began=began)

    async def _summarised(self, turns: Sequence[tuple[str, str]]) -> str:
        lines = [
            line for turn in turns for line in zip(("person", "assistant"), turn, strict=True)
        ]
        transcript = "\n".join(f"[{n}] {who}: {text}" for n, (who, text) in enumerate(lines))
        earlier = json.dumps({"conversation_summary": self._summary})
        message = await self.client.messages.create(
            model=MODEL,
            max_tokens=2 * _ANSWER_TOKENS,
            messages=[{"role": "user", "content": f"{earlier}\n\n{transcript}"}],
            output_config={"format": {"type": "json_schema", "schema": _SUMMARY_FORM}},
        )
        written = "".join(block.text for block in message.content if block.type == "text")
        return str(json.loads(written)["conversation_summary"])


@dataclass(slots=True, kw_only=True)
class ServerCompaction(_Chat):
    """(c) Leave it to the API's own compaction at a threshold."""

    _messages: list[BetaMessageParam] = field(default_factory=list)

    async def say(self, text: str) -> Heard:
        """Answer with whatever the server still shows the model."""
        began = perf_counter()
        self._messages.append({"role": "user", "content": text})
        message = await self.client.beta.messages.create(
            model=MODEL,
            max_tokens=_ANSWER_TOKENS,
            system=SYSTEM,
            messages=self._messages,
            betas=["compact-2026-01-12"],
            cache_control={"type": "ephemeral"},
            context_management={
                "edits": [
                    {
                        "type": "compact_20260112",
                        "trigger": {
                            "type": "input_tokens",
                            "value": int(FULL * self.window_tokens),
                        },
                    }
                ]
            },
        )
        content = [
            block.model_dump(mode="json", exclude_none=True) for block in message.content
        ]
        # The parameters' shapes are those of the blocks, which the types do not say.
        answer = cast("BetaMessageParam", {"role": "assistant", "content": content})
        self._messages.append(answer)
        self.resets += any(block.type == "compaction" for block in message.content)
        words = "".join(block.text for block in message.content if block.type == "text")
        return self.heard(words, began=began)


@dataclass(slots=True, kw_only=True)
class AnyBot:
    """(e) Any bot that answers over HTTP; see `tests.bench.continuity` for the contract."""

    url: str
    conversation: str
    http: httpx2.AsyncClient
    pause_s: float
    resets: int = 0
    _tokens: int | None = None

    @property
    def paid(self) -> Paid | None:
        """What it says it cost, if it does; its prices are its own."""
        return None if self._tokens is None else Paid(tokens=self._tokens, priced=0.0)

    async def say(self, text: str) -> Heard:
        """Post a message.

        Raises:
            httpx2.HTTPError: It did not answer, or not with 200.
            ValueError: Its answer is no JSON, or has no `text`.
        """
        await asyncio.sleep(self.pause_s)
        began = perf_counter()
        body = {"conversation": self.conversation, "text": text}
        response = await self.http.post(self.url, json=body)
        response.raise_for_status()
        told = response.json()
        if not isinstance(told, dict) or not isinstance(told.get("text"), str):
            raise ValueError("the answer has no `text`")  # noqa: TRY004 - it is foreign JSON
        self.resets = int(told.get("resets") or self.resets)
        self._tokens = int(told["tokens"]) if "tokens" in told else self._tokens
        return Heard(text=told["text"], added_s=perf_counter() - began)


def _tokens(turns: Sequence[tuple[str, str]], text: str) -> int:
    """What a prompt of some turns holds, by the server's own rule."""
    counted = Tokenizer()
    told = sum(counted.text(one) + counted.role_tokens for turn in turns for one in turn)
    return told + counted.text(text) + _OVERHEAD_TOKENS


def _messages(turns: Sequence[tuple[str, str]], text: str) -> list[MessageParam]:
    said: list[MessageParam] = []
    for person, assistant in turns:
        said.append({"role": "user", "content": person})
        said.append({"role": "assistant", "content": assistant})
    return [*said, {"role": "user", "content": text}]


def _fenced(summary: str) -> str:
    return f"<summary>\n{summary}\n</summary>"
