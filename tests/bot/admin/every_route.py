"""All routes of the admin API, from its own document, so that a later one joins every test."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx2

from tests.bot.admin.populated import ADA, Somebody

DOCUMENT = "/openapi.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRoute:
    """A route; `path` has somebody's ids in it, `parameters` are those behind it."""

    method: str
    pattern: str
    path: str
    parameters: tuple[str, ...]
    required: Mapping[str, str]

    @property
    def reads(self) -> bool:
        return self.method == "GET"

    async def asked(self, api: httpx2.AsyncClient, **parameters: str) -> httpx2.Response:
        """Ask it; what it cannot do without is given."""
        return await api.request(self.method, self.path, params={**self.required, **parameters})


async def every_route(api: httpx2.AsyncClient, whose: Somebody = ADA) -> list[AskedRoute]:
    """List all of them, asking about one person."""
    document = (await api.get(DOCUMENT)).json()
    return [
        AskedRoute(
            method=method.upper(),
            pattern=pattern,
            path=pattern.format(**_ids(whose)),
            parameters=tuple(
                one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"
            ),
            required={"q": whose.mark} if pattern.endswith("/search") else {},
        )
        for pattern, operations in document["paths"].items()
        for method, operation in operations.items()
    ]


def _ids(whose: Somebody) -> Mapping[str, str]:
    return {
        "handoff_id": whose.handoff_id,
        "trace_id": whose.trace_id,
        "session_id": whose.session_id,
        "user_id": whose.user_id,
        "letter_id": f"lost-{whose.name}",
    }
