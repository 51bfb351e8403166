"""A server that answers word for word what it is given, for what no honest server sends."""

import json
from collections import deque
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

JsonObject = Mapping[str, object]

START: JsonObject = {
    "type": "message_start",
    "message": {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-5-5",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 7, "cache_creation_input_tokens": None, "output_tokens": 1},
    },
}
STOP: JsonObject = {"type": "message_stop"}


class CannedApi:
    """Answers every request with the next of `responses`; keeps what it was sent."""

    def __init__(self) -> None:
        self.responses: deque[Response] = deque()
        self.bodies: list[bytes] = []
        self.headers: list[Mapping[str, str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        request = Request(scope, receive)
        self.bodies.append(await request.body())
        self.headers.append(request.headers)
        await self.responses.popleft()(scope, receive, send)

    def answer(self, *events: JsonObject) -> None:
        """Queue a stream of these events."""
        self.stream(b"".join(wire(event) for event in events))

    def stream(self, body: bytes, *, media_type: str = "text/event-stream") -> None:
        """Queue a stream of these bytes."""
        self.responses.append(Response(body, media_type=media_type))

    def refuse(
        self,
        status: int,
        kind: object = None,
        *,
        message: str = "no",
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Queue an error."""
        details = {"error_code": code} if code else None
        error = {"type": kind, "message": message, "details": details}
        body = json.dumps({"type": "error", "error": error})
        self.responses.append(
            Response(body, status, headers, media_type="application/json"),
        )


def wire(event: JsonObject) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def block(index: int, opening: JsonObject, *deltas: JsonObject) -> list[JsonObject]:
    """The events of one content block."""
    return [
        {"type": "content_block_start", "index": index, "content_block": opening},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def text(index: int, *pieces: str) -> list[JsonObject]:
    """The events of a text that comes in pieces."""
    deltas = [{"type": "text_delta", "text": piece} for piece in pieces]
    return block(index, {"type": "text", "text": "", "citations": None}, *deltas)


def ending(stop_reason: str | None) -> list[JsonObject]:
    """The last events of an answer."""
    delta = {"stop_reason": stop_reason, "stop_sequence": None}
    return [{"type": "message_delta", "delta": delta, "usage": {"output_tokens": 5}}, STOP]


async def _live(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
