"""Plays the Claude Messages API on loopback: for dev without a key, for tests and benches.

It checks what it is sent as the API does, counts tokens by a rule of its own (`tokens.py`),
keeps a prompt cache and a bill, and answers what was scripted, else what the stand-in finds
in the prompt (`standin.py`). Paths, headers and statuses: API version 2026-10-21, Anthropic
SDK 2.11 (read 2026-11). Beta features are refused, not played.
"""

import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from bot.emulator.servers import standin
from bot.emulator.servers.bill import Bill, BilledCall
from bot.emulator.servers.faults import Faults, Refuse
from bot.emulator.servers.model_answer import Answer, Failed, output_tokens, within
from bot.emulator.servers.model_catalogue import ModelCatalogue, Page, model_info
from bot.emulator.servers.model_delivery import Delivery, Latency
from bot.emulator.servers.model_error import ApiError, error_response, request_id
from bot.emulator.servers.model_request import Json, MessageRequest, Prompt, parsed
from bot.emulator.servers.model_rules import check_length, check_prompt, check_request
from bot.emulator.servers.model_wire import Sent
from bot.emulator.servers.prompt_cache import PromptCache, marked
from bot.emulator.servers.tokens import Tokenizer, content, prompt_tokens, segments

VERSION = "2026-10-21"
_MOST_BODY_BYTES = 32 * 1024 * 1024  # Messages and count_tokens (errors page, read 2026-11)
_KEPT_PAUSES = 100
_WORDS = {429: "Rate limit exceeded", 500: "Internal server error", 529: "Overloaded"}


class ModelApi:
    """The server: serve its `app`, script it, look at `requests` and `bill`.

    Attributes:
        app: What to serve, through `BreakableProtocol`.
        bill: What was charged.
        faults: What goes wrong next, for the methods `messages`, `count_tokens`, `models`.
        latency: How slowly answers come.
        has_extras: Off, the Models API and `count_tokens` are not there (404), as with
            servers that speak Messages only.
    """

    def __init__(
        self,
        *,
        api_key: str,
        now: Callable[[], datetime],
        catalogue: ModelCatalogue | None = None,
        tokenizer: Tokenizer | None = None,
        minimum_cacheable_tokens: int = 1_024,
        keep_bytes: int = 64 * 1024 * 1024,
        answering: Callable[[MessageRequest], Answer] = standin.answer,
    ) -> None:
        """Make a server.

        Args:
            api_key: The only key it takes.
            now: The clock that cached prompts age by.
            catalogue: The models it plays; by default those of today.
            tokenizer: How it counts.
            minimum_cacheable_tokens: The shortest prefix it keeps.
            keep_bytes: How much of the requests is remembered.
            answering: Answers what no script does; an `ApiError` it raises is the answer.
        """
        self.app = Starlette(
            routes=[
                Route("/v1/messages", self._messages, methods=["POST"]),
                Route("/v1/messages/count_tokens", self._count, methods=["POST"]),
                Route("/v1/models", self._models, methods=["GET"]),
                Route("/v1/models/{model_id}", self._model, methods=["GET"]),
            ],
            exception_handlers={ApiError: _api_error, HTTPException: _http_error},
        )
        self.bill = Bill()
        self.faults = Faults()
        self.latency = Latency()
        self.has_extras = True
        self._api_key = api_key
        self._catalogue = catalogue or ModelCatalogue()
        self._tokenizer = tokenizer or Tokenizer()
        self._cache = PromptCache(now, minimum_tokens=minimum_cacheable_tokens)
        self._script: deque[Answer | ApiError] = deque()
        self._requests: deque[tuple[MessageRequest, int]] = deque()
        self._keep_bytes, self._kept_bytes = keep_bytes, 0
        self._answering = answering
        self._paused: deque[bytes] = deque(maxlen=_KEPT_PAUSES)

    @property
    def requests(self) -> tuple[MessageRequest, ...]:
        """The newest Messages requests that could be read, answered or not, oldest first."""
        return tuple(asked for asked, _ in self._requests)

    def script(self, *answers: Answer | ApiError) -> None:
        """Queue answers for the next requests that pass the checks, one each."""
        self._script.extend(answers)

    def next(
        self,
        status: int,
        *,
        retry_after_s: int | None = None,
        code: str | None = None,
        method: str = "messages",
        times: int = 1,
    ) -> None:
        """Refuse the next calls of one method.

        Args:
            status: HTTP status.
            retry_after_s: The header `retry-after`.
            code: The error's `error_code`.
            method: `messages`, `count_tokens` or `models`.
            times: How many calls.
        """
        fault = Refuse(status, retry_after_s=retry_after_s, code=code)
        self.faults.queue(fault, method=method, times=times)

    async def _messages(self, request: Request) -> Response:
        self._admit(request)
        body = await _body(request)
        asked = parsed(body, MessageRequest)
        self._keep(asked, len(body))
        return self._with_faults("messages", partial(self._answer, asked, request.scope))

    async def _count(self, request: Request) -> Response:
        self._admit(request, is_extra=True)
        prompt = parsed(await _body(request), Prompt)
        return self._with_faults("count_tokens", partial(self._counted, prompt))

    async def _models(self, request: Request) -> Response:
        self._admit(request, is_extra=True)
        page = _page(request)
        return self._with_faults("models", lambda: _json(self._catalogue.page(page)))

    async def _model(self, request: Request) -> Response:
        self._admit(request, is_extra=True)
        facts = self._catalogue.listed(request.path_params["model_id"])
        return self._with_faults("models", lambda: _json(model_info(facts)))

    def _admit(self, request: Request, *, is_extra: bool = False) -> None:
        if request.headers.get("authorization") != f"Bearer {self._api_key}":
            raise ApiError(401, "invalid bearer token")
        if request.headers.get("anthropic-version") != VERSION:
            raise ApiError(400, f"anthropic-version: this server speaks {VERSION}")
        if is_extra and not self.has_extras:
            raise ApiError(404, "Not found")

    def _with_faults(self, method: str, accept: Callable[[], Response]) -> Response:
        fault = self.faults.take(method)
        return self.faults.answer(fault, accept=accept, refuse=_refused)

    def _keep(self, asked: MessageRequest, size_bytes: int) -> None:
        self._requests.append((asked, size_bytes))
        self._kept_bytes += size_bytes
        while self._kept_bytes > self._keep_bytes:
            self._kept_bytes -= self._requests.popleft()[1]

    def _counted(self, prompt: Prompt) -> Response:
        self._catalogue.callable(prompt.model)
        check_prompt(prompt, resumes=self._resumes(prompt))
        tokens = prompt_tokens(segments(prompt, self._tokenizer))
        return _json({"input_tokens": tokens})

    def _answer(self, asked: MessageRequest, scope: Scope) -> Response:
        """Check, answer and charge a request; what follows is only its way to the client."""
        facts = self._catalogue.callable(asked.model)
        check_prompt(asked, resumes=self._resumes(asked))
        check_request(asked, facts)
        prompt = marked(segments(asked, self._tokenizer), asked.cache_control)
        check_length(prompt.tokens, facts)
        said = self._said(asked)
        usage = self._cache.use(asked.model, prompt)
        room = facts.max_input_tokens - prompt.tokens
        answer = within(said, asked, room_tokens=room, tokenizer=self._tokenizer)
        if answer.stop_reason == "pause_turn":
            self._paused.append(b"".join(map(content, answer.content)))
        out = output_tokens(answer.content, self._tokenizer) if asked.max_tokens else 0
        sent = Sent(
            message_id=f"msg_{secrets.token_hex(12)}",
            model=asked.model,
            answer=answer,
            usage=answer.usage or replace(usage, output_tokens=out),
        )
        self.bill.add(BilledCall(sent.message_id, sent.model, sent.usage))
        return Delivery(
            sent,
            streamed=asked.stream,
            latency=self.latency,
            scope=scope,
            cut_short=partial(self._cut_short, sent.message_id),
        )

    def _said(self, asked: MessageRequest) -> Answer:
        """The next scripted answer, else the one thought up."""
        said = self._script.popleft() if self._script else self._answering(asked)
        if isinstance(said, ApiError):
            raise said
        if isinstance(said.ending, Failed) and not asked.stream:
            raise said.ending.error
        return said

    def _resumes(self, prompt: Prompt) -> bool:
        """Whether the prompt ends with an answer that was paused, sent back unchanged."""
        return b"".join(map(content, prompt.messages[-1].content)) in self._paused

    def _cut_short(self, message_id: str, heard: str) -> None:
        self.bill.cut_short(message_id, output_tokens=self._tokenizer.text(heard))


async def _body(request: Request) -> bytes:
    body = await request.body()
    if len(body) > _MOST_BODY_BYTES:
        raise ApiError(413, "Request exceeds the maximum allowed number of bytes.")
    return body


def _page(request: Request) -> Page:
    query = request.query_params
    limit = query.get("limit", "20")
    if not limit.isdecimal():
        raise ApiError(400, "limit: must be a number")
    return Page(
        limit=int(limit),
        after_id=query.get("after_id"),
        before_id=query.get("before_id"),
        lifecycles=tuple(query.getlist("lifecycle[]")),
    )


def _json(body: Json) -> Response:
    return JSONResponse(body, headers={"request-id": request_id()})


def _refused(fault: Refuse) -> Response:
    message = _WORDS.get(fault.status, "Refused")
    error = ApiError(
        fault.status, message, error_code=fault.code, retry_after_s=fault.retry_after_s
    )
    return error_response(error)


async def _api_error(_: Request, error: Exception) -> Response:
    return error_response(cast("ApiError", error))  # registered for no other


async def _http_error(_: Request, error: Exception) -> Response:
    status = cast("HTTPException", error).status_code  # registered for no other
    return error_response(ApiError(status, HTTPStatus(status).phrase))
