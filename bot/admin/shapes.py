"""How stored values look as JSON; the `bot` command prints the same."""

from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from bot.limits import Limits
from context.handoff import HandoffDocument, markdown
from context.operations import Operations
from context.policy import occupancy
from storage.compaction_history import CompactionRecord, RotationRecord
from storage.erasure import Receipt
from storage.handoffs import HandoffSummary, StoredHandoff
from storage.paging import Page
from storage.recall import Hit
from storage.sessions_list import SessionRecord
from storage.traces import Trace

_HANDOFF = TypeAdapter(StoredHandoff)
_SUMMARIES = TypeAdapter(tuple[HandoffSummary, ...])
_TRACE = TypeAdapter(Trace)
_SESSION = TypeAdapter(SessionRecord)
_COMPACTIONS = TypeAdapter(tuple[CompactionRecord, ...])
_ROTATIONS = TypeAdapter(tuple[RotationRecord, ...])
_HITS = TypeAdapter(tuple[Hit, ...])
_RECEIPT = TypeAdapter(Receipt)
_HIT_FIELDS = {"message_id", "session_id", "role", "text", "score", "sent_at"}

T = TypeVar("T")

Shape = dict[str, Any]
"""A JSON object; times in it are RFC 3339 in UTC."""


def page_shape(page: Page[HandoffSummary]) -> Shape:
    """`{"items": [summaries], "next_cursor": "…" or null}`."""
    return _page(page, _SUMMARIES)


def compactions_shape(page: Page[CompactionRecord]) -> Shape:
    """The same, of compactions."""
    return _page(page, _COMPACTIONS)


def rotations_shape(page: Page[RotationRecord]) -> Shape:
    """The same, of rotations."""
    return _page(page, _ROTATIONS)


def _page(page: Page[T], items: TypeAdapter[tuple[T, ...]]) -> Shape:
    return {
        "items": items.dump_python(page.items, mode="json"),
        "next_cursor": None if page.next_cursor is None else str(page.next_cursor),
    }


def receipt_shape(receipt: Receipt) -> Shape:
    """`{"receipt_id", "erased_at", "identities": [{"platform", "digest"}], "rows": {table: n}}`."""
    shape: Shape = _RECEIPT.dump_python(receipt, mode="json")
    return shape


def summary_shape(summary: HandoffSummary) -> Shape:
    """One item of a list of handoffs."""
    (shape,) = _SUMMARIES.dump_python((summary,), mode="json")
    return cast("Shape", shape)  # of one summary, an object


def handoff_shape(handoff: StoredHandoff) -> Shape:
    """The summary's fields and `document`."""
    shape: Shape = _HANDOFF.dump_python(handoff, mode="json")
    return shape


def handoff_markdown(handoff: StoredHandoff) -> str | None:
    """The document for people to read; None if another version of the bot wrote it."""
    try:
        document = HandoffDocument.model_validate(handoff.document)
    except ValidationError:
        return None
    return markdown(document)


def trace_shape(trace: Trace, limits: Limits) -> Shape:
    """`{"trace_id", "handoffs": [oldest first], "sessions": [...], "agents": [...]}`."""
    shape: Shape = _TRACE.dump_python(trace, mode="json")
    shape["sessions"] = [session_shape(one, limits) for one in trace.sessions]
    for one, agent in zip(shape["agents"], trace.agents, strict=True):
        one["operations"] = _operations(agent.operations, limits)
    return shape


def _operations(calls: Operations, limits: Limits) -> Shape:
    """How many model calls there were, how large, and what the last left of the window."""
    return {
        "calls": calls.count,
        "average_tokens": round(calls.average_tokens),
        "least_tokens": calls.least_tokens,
        "most_tokens": calls.most_tokens,
        "spent_tokens": calls.spent.occupied_tokens,
        "remaining_tokens": calls.remaining_tokens(limits.tokens),
        "last_at": None if calls.last is None else calls.last.at.isoformat(),
    }


def session_shape(session: SessionRecord, limits: Limits) -> Shape:
    """A session's fields, and how full its window is of what operators allow it."""
    stored: Shape = _SESSION.dump_python(session, mode="json")
    shape: Shape = {}
    for name, value in stored.items():
        if name == "pace_tokens":
            continue
        shape[name] = value
        if name == "occupied_tokens":
            shape |= _room(session, limits)
    return shape


def _room(session: SessionRecord, limits: Limits) -> Shape:
    occupied_tokens, pace_tokens = session.occupied_tokens, session.pace_tokens
    if occupied_tokens is None or pace_tokens is None:
        return {"context_window_limit": limits.tokens, "occupancy": None, "turns_left": None}
    return {
        "context_window_limit": limits.tokens,
        "occupancy": round(occupancy(occupied_tokens, limits.tokens), 4),
        "turns_left": limits.turns_left(
            session.user_id,
            occupied_tokens=occupied_tokens,
            limit_tokens=limits.tokens,
            pace_tokens=pace_tokens,
        ),
    }


def hits_shape(hits: tuple[Hit, ...]) -> Shape:
    """`{"items": [hits, best first], "next_cursor": null}`: there is one page."""
    items = _HITS.dump_python(hits, mode="json", include={"__all__": _HIT_FIELDS})
    return {"items": items, "next_cursor": None}
