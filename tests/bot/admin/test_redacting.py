import json
from collections.abc import AsyncIterator
from itertools import pairwise

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.admin.access import Caller, Role
from bot.admin.redacting import ViewerRedaction

WORDS = "Das weiß nur ich"


async def in_pieces() -> AsyncIterator[bytes]:
    """Two lines, cut where nobody would cut them, and inside a letter."""
    lines = [{"type": "message", "text": WORDS}, {"type": "fact", "fact": {"value": WORDS}}]
    written = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()
    cuts = [0, 3, written.index("ß".encode()) + 1, written.index(b"\n") + 2, len(written)]
    for start, end in pairwise(cuts):
        yield written[start:end]


async def answer(request: Request) -> Response:
    match request.path_params["kind"]:
        case "json":
            return JSONResponse({"text": WORDS, "message_id": "m-1"})
        case "lines":
            return StreamingResponse(in_pieces(), media_type="application/x-ndjson")
        case "markdown":
            return PlainTextResponse(WORDS, media_type="text/markdown")
        case "fault":
            return JSONResponse({"error": "no such handoff"}, 404)
        case _:
            return Response(status_code=204)


def seen_by(role: Role) -> httpx2.AsyncClient:
    app = ViewerRedaction(Router([Route("/{kind}", answer)]), except_for=["/open"])

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {"caller": Caller("token-1", role)}
        await app(scope, receive, send)

    guarded: ASGIApp = asked
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(guarded), base_url="http://bot.example"
    )


async def test_json_keeps_its_shape_for_viewers() -> None:
    async with seen_by(Role.VIEWER) as viewer:
        answer = await viewer.get("/json")

    assert answer.json() == {"text": "[16 characters]", "message_id": "m-1"}
    assert int(answer.headers["content-length"]) == len(answer.content)


async def test_lines_are_redacted_wherever_they_are_cut() -> None:
    async with seen_by(Role.VIEWER) as viewer:
        answer = await viewer.get("/lines")

    assert [json.loads(line) for line in answer.text.splitlines()] == [
        {"type": "message", "text": "[16 characters]"},
        {"type": "fact", "fact": {"value": "[16 characters]"}},
    ]


async def test_of_any_other_text_only_the_length_is_left() -> None:
    async with seen_by(Role.VIEWER) as viewer:
        answer = await viewer.get("/markdown")

    assert answer.text == "[16 characters]"


async def test_faults_and_empty_answers_stay_as_they_are() -> None:
    async with seen_by(Role.VIEWER) as viewer:
        fault, nothing = await viewer.get("/fault"), await viewer.get("/nothing")

    assert fault.json() == {"error": "no such handoff"}
    assert (nothing.status_code, nothing.content) == (204, b"")


@pytest.mark.parametrize("kind", ["json", "lines", "markdown"])
async def test_admins_read_everything(kind: str) -> None:
    async with seen_by(Role.ADMIN) as admin:
        answer = await admin.get(f"/{kind}")

    assert WORDS in answer.text
