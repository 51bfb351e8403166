"""Pages from templates: everything in them is escaped, and what is missing is an error."""

from collections.abc import Mapping
from http import HTTPStatus

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, Response

from bot.admin.access import Caller, Role
from bot.admin.pages.writing import FILTERS
from bot.admin.redacted import redacted
from storage.cursor import Cursor

DONE: Mapping[str, str] = {
    "deactivated": "The handoff is deactivated.",
    "undone": "The latest handoff was taken back.",
    "retried": "It waits again, and is tried now.",
}
"""What a page says after something was done; an address can name only these."""


class View:
    """Makes pages."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=PackageLoader("bot.admin.pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.filters.update(FILTERS)
        self._templates.filters["said"] = _said

    def page(
        self,
        connection: HTTPConnection,
        template: str,
        values: Mapping[str, object],
        *,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        """Make a page; for whoever is signed in with the way to all others.

        Args:
            connection: Who asks, and for what.
            template: Its file in `templates/`.
            values: What the template names, besides what all of them know.
            status: As it is answered.
        """
        caller: Caller | None = getattr(connection.state, "caller", None)
        known = {
            "caller": caller,
            "may_write": caller is not None and caller.role is Role.ADMIN,
            "csrf": getattr(connection.state, "csrf", ""),
            "here": connection.url.path.rstrip("/"),
            "done": DONE.get(connection.query_params.get("done", "")),
        }
        html = self._templates.get_template(template).render({**known, **values})
        return HTMLResponse(html, status)


def paged(request: HTTPConnection, next_cursor: Cursor | None) -> dict[str, object]:
    """What a page of a list says of the pages before and after it."""
    here = request.url.remove_query_params(["cursor", "done"])
    after = here.include_query_params(cursor=str(next_cursor)) if next_cursor else None
    return {
        "next_page": after.query if after else "",
        "first_page": here.query,
        "is_first": "cursor" not in request.query_params,
    }


@pass_context
def _said(context: Context, text: str) -> str:
    """Give what somebody said, to those who may read it."""
    return text if context["may_write"] else redacted(text)
