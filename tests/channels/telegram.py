"""Telegram's Bot API, played on loopback for the channel that the documentation builds.

It takes what that channel sends, checks it as Telegram does, and fails when told to.
"""

from http import HTTPStatus

from pydantic import BaseModel, Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.emulator.servers.faults import Faults, Refuse


class _Message(BaseModel):
    """Telegram: sendMessage takes 1 to 4,096 characters (Bot API, read 2026-11)."""

    chat_id: int
    text: str = Field(min_length=1, max_length=4_096)


class TelegramApi:
    """One bot.

    Attributes:
        said: The texts that reached people, oldest first.
    """

    def __init__(self, *, token: str) -> None:
        self._token = token
        self.faults = Faults()
        self.said: list[str] = []
        self.app = Starlette(
            routes=[Route("/bot{token}/{method}", self._call, methods=["POST"])]
        )

    async def _call(self, request: Request) -> Response:
        method = str(request.path_params["method"])
        body = await request.body()

        def accept() -> Response:
            if request.path_params["token"] != self._token:
                return _refused(HTTPStatus.UNAUTHORIZED)
            match method:
                case "sendMessage":
                    return self._send(body)
                case "sendChatAction":
                    return JSONResponse({"ok": True, "result": True})
                case _:
                    return _refused(HTTPStatus.NOT_FOUND)

        def refuse(fault: Refuse) -> Response:
            return _refused(HTTPStatus(fault.status), retry_after_s=fault.retry_after_s)

        return self.faults.answer(self.faults.take(method), accept=accept, refuse=refuse)

    def _send(self, body: bytes) -> Response:
        try:
            message = _Message.model_validate_json(body)
        except ValidationError:
            return _refused(HTTPStatus.BAD_REQUEST)
        self.said.append(message.text)
        chat = {"id": message.chat_id, "type": "private"}
        result = {"message_id": len(self.said), "date": 1_795_176_000, "chat": chat}
        return JSONResponse({"ok": True, "result": {**result, "text": message.text}})


def _refused(status: HTTPStatus, *, retry_after_s: int | None = None) -> Response:
    """An error in Telegram's words (Bot API: Making requests, read 2026-11)."""
    parameters = {} if retry_after_s is None else {"parameters": {"retry_after": retry_after_s}}
    error = {"ok": False, "error_code": status.value, "description": status.phrase}
    return JSONResponse({**error, **parameters}, status_code=status.value)
