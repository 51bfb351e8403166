"""Which command was run, about what: as the audit log keeps it, without anybody's words."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from typer._click.globals import get_current_context

from bot.admin.signpost import ids
from storage.audit import OPERATOR, Deed

# Options that name what other commands take as an id.
_OPTIONS = {"user": "user_id", "trace": "trace_id"}


def deed(now: datetime) -> Deed:
    """Give the command at work, by its name and the ids it was given."""
    context = get_current_context()
    return Deed(
        at=now,
        who=OPERATOR,
        role=None,
        via="cli",
        action=context.command_path,
        subjects=ids(dict(_named(context.params))),
        from_digest=None,
    )


def _named(parameters: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    for given, value in parameters.items():
        name = _OPTIONS.get(given, given)
        if name.endswith("_id") and isinstance(value, str):
            yield name, value
