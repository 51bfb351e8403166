"""Sends an answer, as slowly as wanted and to the end that was scripted for it."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from starlette.responses import StreamingResponse
from starlette.types import Scope, Send
from typing_extensions import override

from bot.emulator.servers.model_answer import Cut, Dropped, Failed, Garbled, Stalled, Whole
from bot.emulator.servers.model_error import error_body, request_id
from bot.emulator.servers.model_wire import Event, Sent, events
from bot.emulator.servers.serving import disconnection

_BROKEN_EVENT = b'event: content_block_delta\ndata: {"type": "content_block_del\n\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long the model takes, in seconds: to its first token, and before each delta."""

    first_token_s: float = 0.0
    between_deltas_s: float = 0.0


class Delivery(StreamingResponse):
    """One answer on its way; Starlette cancels it when the client leaves."""

    def __init__(
        self,
        sent: Sent,
        *,
        streamed: bool,
        latency: Latency,
        scope: Scope,
        cut_short: Callable[[str], None],
    ) -> None:
        """Take what is to be sent.

        Args:
            sent: The answer.
            streamed: As events, or as one body.
            latency: How slowly.
            scope: The request's, by which its connection can be broken.
            cut_short: Told what of a stream was sent when that was not all.
        """
        kind = "text/event-stream" if streamed else "application/json"
        super().__init__((), media_type=kind, headers={"request-id": request_id()})
        self._sent = sent
        self._streamed = streamed
        self._latency = latency
        self._scope = scope
        self._cut_short = cut_short
        self._first_token_s = latency.first_token_s + sent.answer.thinks_s

    @override
    async def stream_response(self, send: Send) -> None:
        """Send the answer, or as much of it as its ending lets through."""
        if self._streamed:
            await self._send_events(send)
        else:
            await self._send_body(send)

    async def _send_body(self, send: Send) -> None:
        deltas = sum(event.delta is not None for event in events(self._sent))
        latency = self._latency
        await asyncio.sleep(self._first_token_s + deltas * latency.between_deltas_s)
        await self._begin(send)
        body = json.dumps(self._sent.body).encode()
        if isinstance(self._sent.answer.ending, Whole):
            await _write(send, body)
            await _finish(send)
        else:
            await _write(send, body[: len(body) // 2])
            await self._end(send)

    async def _send_events(self, send: Send) -> None:
        heard: list[str] = []
        whole = False
        try:
            await asyncio.sleep(self._first_token_s)
            await self._begin(send)
            for event in events(self._sent):
                if self._ends_before(event, len(heard)):
                    await self._end(send)
                    return
                if event.delta is not None:
                    await asyncio.sleep(self._latency.between_deltas_s)
                    heard.append(event.delta)
                # A client may leave on the last event without waiting for the body's end.
                whole = event.data["type"] == "message_stop"
                await _write(send, event.wire)
            await _finish(send)
        finally:
            if not whole:
                self._cut_short("".join(heard))

    def _ends_before(self, event: Event, heard: int) -> bool:
        ending = self._sent.answer.ending
        if isinstance(ending, Whole):
            return False
        if event.delta is not None:
            return heard >= ending.after_deltas
        return event.data["type"] == "message_delta"

    async def _begin(self, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)

    async def _end(self, send: Send) -> None:
        match self._sent.answer.ending:
            case Whole() | Cut():
                await _finish(send)
            case Garbled():
                await _write(send, _BROKEN_EVENT)
                await _finish(send)
            case Failed(error):
                await _write(send, Event(error_body(error)).wire)
                await _finish(send)
            case Dropped():
                disconnection(self._scope)()
                await _until_the_client_leaves()
            case Stalled():
                await _until_the_client_leaves()
            case never:
                assert_never(never)


async def _write(send: Send, chunk: bytes) -> None:
    await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _finish(send: Send) -> None:
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_the_client_leaves() -> None:
    await asyncio.get_running_loop().create_future()
