"""How stored values look as JSON; the `bot` command prints the same."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from context.handoff import HandoffDocument, markdown
from storage.handoffs import HandoffSummary, StoredHandoff
from storage.paging import Page
from storage.recall import Hit
from storage.traces import Trace

_HANDOFF = TypeAdapter(StoredHandoff)
_SUMMARIES = TypeAdapter(tuple[HandoffSummary, ...])
_TRACE = TypeAdapter(Trace)
_HITS = TypeAdapter(tuple[Hit, ...])
_HIT_FIELDS = {"message_id", "session_id", "role", "text", "score", "sent_at"}

Shape = dict[str, Any]
"""A JSON object; times in it are RFC 3339 in UTC."""


def page_shape(page: Page[HandoffSummary]) -> Shape:
    """`{"items": [summaries], "next_cursor": "…" or null}`."""
    return {
        "items": _SUMMARIES.dump_python(page.items, mode="json"),
        "next_cursor": None if page.next_cursor is None else str(page.next_cursor),
    }


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


def trace_shape(trace: Trace) -> Shape:
    """`{"trace_id", "handoffs": [oldest first], "sessions": [...], "agents": [...]}`."""
    shape: Shape = _TRACE.dump_python(trace, mode="json")
    return shape


def hits_shape(hits: tuple[Hit, ...]) -> Shape:
    """`{"items": [hits, best first], "next_cursor": null}`: there is one page."""
    items = _HITS.dump_python(hits, mode="json", include={"__all__": _HIT_FIELDS})
    return {"items": items, "next_cursor": None}
