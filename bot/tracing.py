"""OpenTelemetry: sends a process's spans to a collector over OTLP, in the background.

The one place that knows the library; imported only where traces are configured. Spans leave
in batches from a thread of their own, and are dropped where the collector is down, slow or
out of step: no turn waits for them, and no stop for longer than a moment.
"""

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from importlib.metadata import version

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)
from opentelemetry.trace import Span as Recorded
from opentelemetry.util.re import parse_env_headers
from typing_extensions import override

from bot.logs import pseudonym
from bot.spans import ERROR, SESSION, Fact, Place, Span, listening
from bot.tracing_settings import TracingSettings

_STOP_WITHIN = timedelta(seconds=1.5)
"""How long the last batch may take when a process stops; then it is lost."""


class _Ids(RandomIdGenerator):
    """Gives a span the ids of its place, where it has one."""

    def __init__(self) -> None:
        self.place: ContextVar[Place | None] = ContextVar("place", default=None)

    @override
    def generate_trace_id(self) -> int:
        place = self.place.get()
        return super().generate_trace_id() if place is None else _trace_id(place)

    @override
    def generate_span_id(self) -> int:
        place = self.place.get()
        return super().generate_span_id() if place is None else _span_id(place)


class OpenTelemetry:
    """Tells a tracer."""

    def __init__(
        self,
        provider: TracerProvider,
        ids: _Ids,
        *,
        secret_key: str,
        now: Callable[[], datetime],
    ) -> None:
        self._tracer: Tracer = provider.get_tracer("baton", version("baton"))
        self._sampler = provider.sampler
        self._ids = ids
        self._secret_key = secret_key
        self._now = now

    @contextmanager
    def span(
        self,
        name: str,
        facts: Mapping[str, Fact],
        *,
        outward: bool,
        at: Place | None,
        under: Place | None,
        links: Sequence[Place],
    ) -> Iterator[Span]:
        """Record work from here to the block's end."""
        with (
            self._standing(at),
            self._tracer.start_as_current_span(
                name,
                context=self._around(at, under),
                kind=SpanKind.CLIENT if outward else SpanKind.INTERNAL,
                attributes=self._attributes(facts),
                links=[Link(self._context(place)) for place in links],
                # An exception's text can quote a request; its kind says enough.
                record_exception=False,
                set_status_on_exception=False,
            ) as recorded,
        ):
            self._ids.place.set(None)
            telling = _Telling(recorded, self._attributes)
            try:
                yield telling
            except BaseException as error:
                telling.fail(type(error).__name__)
                raise

    def took(
        self, name: str, facts: Mapping[str, Fact], *, seconds: float, at: Place | None
    ) -> None:
        """Record a request that is answered."""
        ended_at = int(self._now().timestamp() * 1_000_000) * 1_000
        with self._standing(at):
            recorded = self._tracer.start_span(
                name,
                context=Context(),
                kind=SpanKind.SERVER,
                attributes=self._attributes(facts),
                start_time=ended_at - int(seconds * 1e9),
            )
        if ERROR in facts:
            recorded.set_status(Status(StatusCode.ERROR))
        recorded.end(ended_at)

    @contextmanager
    def _standing(self, at: Place | None) -> Iterator[None]:
        token = self._ids.place.set(at)
        try:
            yield
        finally:
            self._ids.place.reset(token)

    def _around(self, at: Place | None, under: Place | None) -> Context | None:
        """The context a span begins in: a trace of its own, another span's, or this task's."""
        if at is not None:
            return Context()
        if under is not None:
            return set_span_in_context(NonRecordingSpan(self._context(under)), Context())
        return None

    def _context(self, place: Place) -> SpanContext:
        """Point at a span, as sampled as the one who recorded it decided."""
        trace_id = _trace_id(place)
        decision = self._sampler.should_sample(None, trace_id, place.of).decision
        is_sampled = decision is Decision.RECORD_AND_SAMPLE
        flags = TraceFlags.SAMPLED if is_sampled else TraceFlags.DEFAULT
        return SpanContext(
            trace_id, _span_id(place), is_remote=True, trace_flags=TraceFlags(flags)
        )

    def _attributes(self, facts: Mapping[str, Fact]) -> dict[str, Fact]:
        """Facts as they leave the process: who talks is told as a keyed digest only."""
        attributes = dict(facts)
        if SESSION in attributes:
            attributes[SESSION] = pseudonym(self._secret_key, str(attributes[SESSION]))
        return attributes


class _Telling:
    """A span while it goes on."""

    def __init__(
        self, recorded: Recorded, attributes: Callable[[Mapping[str, Fact]], dict[str, Fact]]
    ) -> None:
        self._recorded = recorded
        self._attributes = attributes

    def note(self, facts: Mapping[str, Fact]) -> None:
        """Add what is known by now."""
        self._recorded.set_attributes(self._attributes(facts))

    def fail(self, kind: str) -> None:
        """Say that it came to nothing, and why."""
        self._recorded.set_attribute(ERROR, kind)
        self._recorded.set_status(Status(StatusCode.ERROR))


@asynccontextmanager
async def traced(
    settings: TracingSettings, *, secret_key: str, now: Callable[[], datetime]
) -> AsyncIterator[None]:
    """Send the spans of this task and of all that it begins; leaving sends the last ones.

    Args:
        settings: Where to; they name an endpoint.
        secret_key: Keys the digests that stand for sessions.
        now: The time.
    """
    headers = settings.exporter_otlp_headers
    processor = BatchSpanProcessor(
        OTLPSpanExporter(
            settings.endpoint,
            headers=parse_env_headers(headers.get_secret_value(), liberal=True)
            if headers
            else None,
        )
    )
    ids = _Ids()
    provider = TracerProvider(
        # What the library reads of its own variables comes along.
        resource=Resource.create({"service.name": settings.service_name}),
        id_generator=ids,
        shutdown_on_exit=False,
    )
    provider.add_span_processor(processor)
    try:
        with listening(OpenTelemetry(provider, ids, secret_key=secret_key, now=now)):
            yield
    finally:
        # The library would wait half a minute for a collector that does not answer.
        last = threading.Thread(target=processor.shutdown, daemon=True)
        last.start()
        await asyncio.to_thread(last.join, _STOP_WITHIN.total_seconds())


def _trace_id(place: Place) -> int:
    return int.from_bytes(_digest(place)[:16])


def _span_id(place: Place) -> int:
    return int.from_bytes(_digest(place)[16:24])


def _digest(place: Place) -> bytes:
    # Ids of messages and turns are random or digests already, and stay in our own systems.
    return hashlib.sha256(f"{place.of}:{place.name}".encode()).digest()
