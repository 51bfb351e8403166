"""The models that the server plays, and how the Models API describes them.

    {"type": "model", "id": "claude-opus-5-5", "display_name": "Claude Opus 5.5",
     "created_at": "2026-09-01T00:00:00Z", "lifecycle": "active", "deprecated_at": null,
     "retires_at": null, "line": "opus", "max_input_tokens": 1000000, "max_tokens": 128000,
     "capabilities": {…}}

Shapes: Anthropic SDK 2.11, `types.ModelInfo`; windows: models overview (read 2026-11).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from starlette.datastructures import QueryParams

from bot.emulator.servers.model_error import ApiError
from bot.emulator.servers.model_request import Json

Lifecycle = Literal["active", "deprecated", "retired"]

_RELEASED_AT = "2026-09-01T00:00:00Z"
_MOST_LISTED = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """One model.

    Attributes:
        max_input_tokens: Its context window, prompt and answer together.
        max_tokens: The longest answer.
    """

    id: str
    display_name: str
    line: str | None
    max_input_tokens: int = 1_000_000
    max_tokens: int = 128_000
    lifecycle: Lifecycle = "active"


CURRENT_MODELS = (
    ModelFacts(id="claude-fable-5-2", display_name="Claude Fable 5.2", line="fable"),
    ModelFacts(id="claude-opus-5-5", display_name="Claude Opus 5.5", line="opus"),
    ModelFacts(id="claude-sonnet-5-5", display_name="Claude Sonnet 5.5", line="sonnet"),
    ModelFacts(id="claude-haiku-5-5", display_name="Claude Haiku 5.5", line="haiku"),
    ModelFacts(
        id="claude-haiku-4-5",
        display_name="Claude Haiku 4.5",
        line="haiku",
        max_input_tokens=200_000,
        max_tokens=64_000,
    ),
    ModelFacts(
        id="claude-opus-4-0",
        display_name="Claude Opus 4",
        line="opus",
        max_input_tokens=200_000,
        max_tokens=32_000,
        lifecycle="retired",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which part of the list is wanted."""

    limit: int = 20
    after_id: str | None = None
    before_id: str | None = None
    lifecycles: tuple[str, ...] = ()


def asked_page(query: QueryParams) -> Page:
    """Read which part of the list a request wants.

    Raises:
        ApiError: The limit is no number.
    """
    limit = query.get("limit", "20")
    if not limit.isdecimal():
        raise ApiError(400, "limit: must be a number")
    return Page(
        limit=int(limit),
        after_id=query.get("after_id"),
        before_id=query.get("before_id"),
        lifecycles=tuple(query.getlist("lifecycle[]")),
    )


class ModelCatalogue:
    """The models by id, newest first."""

    def __init__(self, models: Iterable[ModelFacts] = CURRENT_MODELS) -> None:
        self._models = {facts.id: facts for facts in models}

    def callable(self, model: str) -> ModelFacts:
        """The model that a request names.

        Raises:
            ApiError: There is none of that name, or it is retired.
        """
        facts = self.listed(model)
        if facts.lifecycle == "retired":
            raise _unknown(model)
        return facts

    def listed(self, model: str) -> ModelFacts:
        """A model that is or was.

        Raises:
            ApiError: There is none of that name.
        """
        if model not in self._models:
            raise _unknown(model)
        return self._models[model]

    def page(self, page: Page) -> Json:
        """One page of the list; retired models only on request.

        Raises:
            ApiError: The limit or the cursor is out of range.
        """
        if not 1 <= page.limit <= _MOST_LISTED:
            raise ApiError(400, f"limit: must be between 1 and {_MOST_LISTED}")
        wanted = page.lifecycles or ("active", "deprecated")
        ids = [id_ for id_, facts in self._models.items() if facts.lifecycle in wanted]
        shown, has_more = _cut(ids, page)
        return {
            "data": [model_info(self._models[id_]) for id_ in shown],
            "has_more": has_more,
            "first_id": shown[0] if shown else None,
            "last_id": shown[-1] if shown else None,
        }


def model_info(facts: ModelFacts) -> Json:
    """A model as the Models API describes it."""
    return {
        "type": "model",
        "id": facts.id,
        "display_name": facts.display_name,
        "created_at": _RELEASED_AT,
        "lifecycle": facts.lifecycle,
        "deprecated_at": None if facts.lifecycle == "active" else _RELEASED_AT,
        "retires_at": None,
        "line": facts.line,
        "max_input_tokens": facts.max_input_tokens,
        "max_tokens": facts.max_tokens,
        "capabilities": _capabilities(),
    }


def _capabilities() -> Json:
    """What this server plays: structured answers, documents, images, thinking, compaction."""
    yes: Json = {"supported": True}
    no: Json = {"supported": False}
    efforts: Json = dict.fromkeys(("low", "medium", "high", "xhigh", "max"), yes)
    thinking: Json = dict.fromkeys(("adaptive", "between_tools", "disabled", "enabled"), yes)
    return {
        "batch": no,
        "citations": no,
        "code_execution": no,
        "compaction": {**yes, "summarize": yes},
        "context_management": {**yes, "compact_20260112": yes},
        "effort": {**yes, **efforts},
        "image_input": yes,
        "pdf_input": yes,
        "server_tools": {**no, "code_execution": no, "web_search": no},
        "structured_outputs": yes,
        "thinking": {**yes, "types": thinking},
    }


def _cut(ids: Sequence[str], page: Page) -> tuple[Sequence[str], bool]:
    """The ids of a page, and whether more follow in its direction."""
    if page.before_id is not None:
        earlier = ids[: _place(ids, page.before_id)]
        return earlier[-page.limit :], len(earlier) > page.limit
    later = ids if page.after_id is None else ids[_place(ids, page.after_id) + 1 :]
    return later[: page.limit], len(later) > page.limit


def _place(ids: Sequence[str], cursor: str) -> int:
    if cursor not in ids:
        raise ApiError(400, "the cursor names no model of this list")
    return ids.index(cursor)


def _unknown(model: str) -> ApiError:
    return ApiError(404, f"model: {model}")
