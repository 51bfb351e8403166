"""Plays the Claude Messages API on loopback: for dev without a key, for tests and benches.

It checks what it is sent as the API does, counts tokens by a rule of its own (`tokens.py`),
keeps a prompt cache and a bill, and answers what was scripted, else what the stand-in finds
in the prompt (`standin.py`). Paths, headers and statuses: API version 2026-10-21, Anthropic
SDK 2.11 (read 2026-11). Of beta features it plays compaction; others are refused.
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
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from bot.emulator.servers import standin, standin_prose
from bot.emulator.servers.bill import Bill, BilledCall
from bot.emulator.servers.faults import Faults, Refuse
from bot.emulator.servers.model_answer import Answer, Failed, output_tokens, within
from bot.emulator.servers.model_catalogue import ModelCatalogue, asked_page, model_info
from bot.emulator.servers.model_compaction import (
    LEAST_TRIGGER_TOKENS,
    check_complete,
    compacted,
    due_tokens,
    sealed,
    shown,
)
from bot.emulator.servers.model_delivery import Delivery, Latency
from bot.emulator.servers.model_error import ApiError, error_response, request_id
from bot.emulator.servers.model_request import (
    Json,
    MessageRequest,
    Prompt,
    parsed,
)
from bot.emulator.servers.model_rules import check_length, check_prompt, check_request
from bot.emulator.servers.model_summary import Summary, stands_alone
from bot.emulator.servers.model_wire import Sent, deltas
from bot.emulator.servers.prompt_cache import MarkedPrompt, PromptCache, marked
from bot.emulator.servers.tokens import Tokenizer, content, prompt_tokens, segments

VERSION = "2026-10-21"
_MOST_BODY_BYTES = 32 * 1024 * 1024  # Messages and count_tokens (errors page, read 2026-11)
_KEPT_PAUSES = 100
_WORDS = {429: "Rate limit exceeded", 500: "Internal server error", 529: "Overloaded"}


Summariser = Callable[[MessageRequest], Answer]
"""Answers a request for notes; an `ApiError` it raises is the answer."""


class ModelApi:
    """The server: serve its `app`, script it, look at `requests` and `bill`.

    Attributes:
        app: What to serve, through `BreakableProtocol`.
        bill: What was charged.
        faults: What goes wrong next, for the methods `messages`, `count_tokens`, `models`.
        latency: How slowly answers come.
        notes: Answers every request that demands a form (an output schema), instead of the
            script; None leaves them to the others.
        summarise: Writes what a compaction leaves of a conversation.
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
        least_trigger_tokens: int = LEAST_TRIGGER_TOKENS,
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
            least_trigger_tokens: The lowest threshold that compaction may have.
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
        self.notes: Summariser | None = None
        self.summarise: Callable[[MessageRequest], str] = standin_prose.summary
        self.has_extras = True
        self._least_trigger_tokens = least_trigger_tokens
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
        prompt = shown(parsed(await _body(request), Prompt), _betas(request.scope))
        return self._with_faults("count_tokens", partial(self._counted, prompt))

    async def _models(self, request: Request) -> Response:
        self._admit(request, is_extra=True)
        page = asked_page(request.query_params)
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
        prompt = shown(asked, _betas(scope))
        resumes = asked.compaction is not None or self._resumes(prompt)
        check_prompt(prompt, resumes=resumes)
        check_request(prompt, facts)
        check_length(self._marked(prompt).tokens, facts)
        summary = self._summary(prompt)
        if summary is not None and stands_alone(prompt):
            sent = summary.alone(message_id=_message_id(), model=prompt.model)
        else:
            sent = self._sent(prompt, summary, window_tokens=facts.max_input_tokens)
        self.bill.add(BilledCall(sent.message_id, sent.model, sent.billed))
        return Delivery(
            sent,
            streamed=asked.stream,
            latency=self.latency,
            scope=scope,
            cut_short=partial(self._cut_short, sent.message_id),
        )

    def _summary(self, prompt: MessageRequest) -> Summary | None:
        """What the server makes of a conversation that is to be compacted."""
        due = due_tokens(prompt, least_trigger_tokens=self._least_trigger_tokens)
        whole = self._marked(prompt)
        if prompt.compaction is not None:
            check_complete(prompt)
        elif due is None or whole.tokens < due:
            return None
        text = self.summarise(prompt)
        out = self._tokenizer.text(text)
        usage = replace(self._cache.use(prompt.model, whole), output_tokens=out)
        latency = self.latency
        took_s = latency.first_token_s + deltas(text) * latency.between_deltas_s
        return Summary(block=sealed(text), usage=usage, took_s=took_s)

    def _sent(
        self, prompt: MessageRequest, summary: Summary | None, *, window_tokens: int
    ) -> Sent:
        """The answer, after the summary if there is one."""
        told = prompt if summary is None else compacted(prompt, summary.block)
        whole = self._marked(told)
        said = self._said(told)
        usage = self._cache.use(told.model, whole)
        room = window_tokens - whole.tokens
        answer = within(said, told, room_tokens=room, tokenizer=self._tokenizer)
        if answer.stop_reason == "pause_turn":
            self._paused.append(b"".join(map(content, answer.content)))
        out = output_tokens(answer.content, self._tokenizer) if told.max_tokens else 0
        return Sent(
            message_id=_message_id(),
            model=told.model,
            answer=answer if summary is None else summary.before(answer),
            usage=answer.usage or replace(usage, output_tokens=out),
            compaction=None if summary is None else summary.usage,
        )

    def _marked(self, prompt: MessageRequest) -> MarkedPrompt:
        return marked(segments(prompt, self._tokenizer), prompt.cache_control)

    def _said(self, asked: MessageRequest) -> Answer:
        """The next scripted answer, else the one thought up."""
        if self.notes is not None and asked.output_schema is not None:
            said: Answer | ApiError = self.notes(asked)
        else:
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


def _message_id() -> str:
    return f"msg_{secrets.token_hex(12)}"


def _betas(scope: Scope) -> frozenset[str]:
    """The beta features a request asks for."""
    told = Headers(scope=scope).getlist("anthropic-beta")
    return frozenset(beta.strip() for line in told for beta in line.split(","))


async def _body(request: Request) -> bytes:
    body = await request.body()
    if len(body) > _MOST_BODY_BYTES:
        raise ApiError(413, "Request exceeds the maximum allowed number of bytes.")
    return body


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
