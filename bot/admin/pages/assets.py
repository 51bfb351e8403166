"""What a browser loads besides pages; it holds nothing about anybody, so nobody need sign in."""

import os

from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from typing_extensions import override


class _Revalidated(StaticFiles):
    """Files that a browser may keep, and asks about each time whether they are still right."""

    @override
    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["cache-control"] = "no-cache"
        return response


def static_files() -> Mount:
    """Give the route to the folder `static/`."""
    return Mount("/static", _Revalidated(packages=[("bot.admin.pages", "static")]))
