"""What a call is named by in the audit log: its route's pattern and its ids, nobody's words."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.routing import compile_path
from starlette.types import Scope

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_USER = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]{1,128}")
# By these a list is narrowed down to somebody; all others narrow it by kind or by words.
_ASKED_BY = ("user_id", "session_id", "handoff_id", "trace_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A call, named.

    Attributes:
        action: Its method and pattern: `GET /handoffs/{handoff_id}`.
        subjects: What it was about: parameter → id. A `user_id` is as it was given.
    """

    action: str
    subjects: Mapping[str, str]


class Signpost:
    """Knows the patterns of an app's routes."""

    def __init__(self, patterns: Iterable[str]) -> None:
        """Learn them; where two fit, the one with fewer parameters counts."""
        in_order = sorted(patterns, key=lambda pattern: (pattern.count("{"), pattern))
        self._patterns = tuple((one, compile_path(one)[0]) for one in in_order)

    def named(self, scope: Scope) -> Named:
        """Name a call by its method and path, whether the path is known or not."""
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        asked = parse_qsl(scope["query_string"].decode("latin-1"))
        subjects = {name: value for name, value in asked if name in _ASKED_BY}
        for pattern, expression in self._patterns:
            if (found := expression.match(path)) is not None:
                return Named(
                    action=f"{method} {pattern}",
                    subjects=ids(found.groupdict()) | ids(subjects),
                )
        return Named(action=f"{method} (unknown)", subjects={})


def ids(given: Mapping[str, str]) -> dict[str, str]:
    """Keep what has the form of an id; in a query, a plus sign arrives as a space."""
    kept: dict[str, str] = {}
    for name, value in given.items():
        if name == "user_id":
            user_id = f"+{value[1:]}" if value.startswith(" ") else value
            if _USER.fullmatch(user_id):
                kept[name] = user_id
        elif _ID.fullmatch(value):
            kept[name] = value
    return kept
