"""What a process tells of the work it does, as spans, where somebody listens.

Said where things happen, as log lines are; who listens is decided once, at the start
(`bot/tracing.py`), and is known to every task that is begun from there on. Where nobody
listens, a span is a shared object that does nothing. Spans carry ids, sizes and outcomes,
never people's words or ids: a session is told as a digest.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Protocol, Self

Fact = str | int | float | bool | Sequence[str]

# Names of OpenTelemetry's semantic conventions (semantic-conventions 0.66, read 2026-11); a
# test compares them with the package.
AGENT_NAME = "gen_ai.agent.name"
AGENT_VERSION = "gen_ai.agent.version"
ERROR = "error.type"
METHOD = "http.request.method"
MODEL = "gen_ai.request.model"
MODEL_THAT_ANSWERED = "gen_ai.response.model"
MOST_TOKENS = "gen_ai.request.max_tokens"
OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
RESENT = "http.request.resend_count"
ROUTE = "http.route"
SESSION = "gen_ai.conversation.id"
STATUS = "http.response.status_code"
STOPPED_FOR = "gen_ai.response.finish_reasons"
TOKENS_IN = "gen_ai.usage.input_tokens"
TOKENS_OUT = "gen_ai.usage.output_tokens"
TOKENS_READ = "gen_ai.usage.cache_read.input_tokens"
TOKENS_WRITTEN = "gen_ai.usage.cache_creation.input_tokens"
TOOL = "gen_ai.tool.name"

# Ours.
PLATFORM = "baton.platform"
TRACE = "baton.trace_id"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a span stands, worked out from an id, so that another process can point at it.

    Attributes:
        of: What the id is one of.
        name: The id.
    """

    of: Literal["message", "turn"]
    name: str


class Span(Protocol):
    """One piece of work while it goes on."""

    def note(self, facts: Mapping[str, Fact]) -> None:
        """Add what is known by now."""
        ...

    def fail(self, kind: str) -> None:
        """Say that it came to nothing, and why; `kind` is one of few words."""
        ...


class Spans(Protocol):
    """Whoever listens."""

    def span(
        self,
        name: str,
        facts: Mapping[str, Fact],
        *,
        outward: bool,
        at: Place | None,
        under: Place | None,
        links: Sequence[Place],
    ) -> AbstractContextManager[Span]:
        """As `span`."""
        ...

    def took(
        self, name: str, facts: Mapping[str, Fact], *, seconds: float, at: Place | None
    ) -> None:
        """As `took`."""
        ...


class _Nobody:
    """The span that is told to nobody."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def note(self, facts: Mapping[str, Fact]) -> None: ...

    def fail(self, kind: str) -> None: ...


_NOBODY = _Nobody()
_LISTENING: ContextVar[Spans | None] = ContextVar("listening", default=None)


@contextmanager
def listening(spans: Spans) -> Iterator[None]:
    """Let somebody listen to this task and to all that it begins."""
    token = _LISTENING.set(spans)
    try:
        yield
    finally:
        _LISTENING.reset(token)


def span(
    name: str,
    facts: Mapping[str, Fact],
    *,
    outward: bool = False,
    at: Place | None = None,
    under: Place | None = None,
    links: Sequence[Place] = (),
) -> AbstractContextManager[Span]:
    """Tell of work that begins here and ends with the block; an exception makes it fail.

    Args:
        name: What is done, in few words; never with an id in it.
        facts: Attribute → value.
        outward: Whether somebody else is called.
        at: Where it stands, if others are to point at it; it begins a trace there.
        under: The span it belongs to, where that is not the one around this call.
        links: What led to it.
    """
    spans = _LISTENING.get()
    if spans is None:
        return _NOBODY
    return spans.span(name, facts, outward=outward, at=at, under=under, links=links)


def took(
    name: str, facts: Mapping[str, Fact], *, seconds: float, at: Place | None = None
) -> None:
    """Tell of a request that has just been answered, and how long that took.

    Args:
        name: What was asked for, in few words; never with an id in it.
        facts: Attribute → value.
        seconds: From its beginning until now.
        at: Where it stands, if others are to point at it.
    """
    spans = _LISTENING.get()
    if spans is not None:
        spans.took(name, facts, seconds=seconds, at=at)
