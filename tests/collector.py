"""A collector on loopback: takes OTLP over HTTP as a real one does, and keeps the spans."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.emulator.servers.serving import serving

_PROTOBUF = "application/x-protobuf"

Value = str | int | float | bool | tuple["Value", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A span as it arrived."""

    name: str
    kind: str
    trace_id: bytes
    span_id: bytes
    parent_id: bytes
    links: frozenset[tuple[bytes, bytes]]
    facts: Mapping[str, Value]
    has_failed: bool
    nanoseconds: int


@dataclass(slots=True)
class Collector:
    """Everything that was sent.

    Attributes:
        answers: Whether it answers; otherwise whoever sends waits.
        raw: Every request's body.
    """

    url: str = ""
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    raw: list[bytes] = field(default_factory=list)
    spans: list[Received] = field(default_factory=list)
    services: set[Value] = field(default_factory=set)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    def named(self, name: str) -> list[Received]:
        """Spans of a name, in the order in which they ended."""
        return [span for span in self.spans if span.name == name]

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        await self.answers.wait()
        if request.headers["content-type"] != _PROTOBUF:
            return Response(status_code=415)
        sent = ExportTraceServiceRequest.FromString(body)
        self.raw.append(body)
        self.headers.append(dict(request.headers))
        for part in sent.resource_spans:
            facts = {one.key: _value(one.value) for one in part.resource.attributes}
            self.services.add(facts["service.name"])
            for scope in part.scope_spans:
                self.spans += [_received(span) for span in scope.spans]
        answer = ExportTraceServiceResponse().SerializeToString()
        return Response(answer, media_type=_PROTOBUF)


@asynccontextmanager
async def collector(*, answers: bool = True) -> AsyncIterator[Collector]:
    """Open it."""
    here = Collector()
    if answers:
        here.answers.set()
    app = Starlette(routes=[Route("/v1/traces", here._take, methods=["POST"])])
    async with serving(app) as url:
        here.url = url
        yield here
        here.answers.set()


def _received(span: Span) -> Received:
    return Received(
        name=span.name,
        kind=Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_id=span.parent_span_id,
        links=frozenset((link.trace_id, link.span_id) for link in span.links),
        facts={one.key: _value(one.value) for one in span.attributes},
        has_failed=span.status.code == Status.StatusCode.STATUS_CODE_ERROR,
        nanoseconds=span.end_time_unix_nano - span.start_time_unix_nano,
    )


def _value(value: AnyValue) -> Value:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return tuple(_value(one) for one in value.array_value.values)
    assert kind is not None
    found: str | int | float | bool = getattr(value, kind)
    return found
