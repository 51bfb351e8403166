"""Options by which `bot handoffs` narrows down what it shows."""

from datetime import datetime
from typing import Annotated

import typer

from bot.admin.moments import moment
from context.lifecycle import TerminationReason
from context.messages import Platform, TraceId
from storage.cursor import Cursor
from storage.handoffs import HandoffFilter


def _moment(text: str) -> datetime:
    """Read a moment; a day alone means its beginning."""
    return moment(text if "T" in text else f"{text}T00:00:00Z")


def _platform(text: str) -> Platform:
    from channels.registry import KINDS  # noqa: PLC0415 - takes half a second, seldom needed

    known = sorted({kind.platform for kind in KINDS})
    if text not in known:
        fault = f"must be one of {', '.join(known)}"
        raise ValueError(fault)
    return Platform(text)


_TIME = "2026-01-31 or 2026-01-31T09:30:00Z."
PlatformOption = Annotated[
    Platform | None, typer.Option(parser=_platform, metavar="NAME", help="Where people are.")
]
SinceOption = Annotated[
    datetime | None, typer.Option(parser=_moment, metavar="TIME", help=f"From {_TIME}")
]
UntilOption = Annotated[
    datetime | None, typer.Option(parser=_moment, metavar="TIME", help=f"Before {_TIME}")
]
CursorOption = Annotated[
    Cursor | None,
    typer.Option(parser=Cursor.read, metavar="CURSOR", help="Where the last page ended."),
]
ReasonOption = Annotated[TerminationReason | None, typer.Option(help="Why agents ended.")]
LimitOption = Annotated[int, typer.Option(min=1, max=200, help="How many at most.")]
UserOption = Annotated[str | None, typer.Option(help="Any identity of a person.")]
TraceOption = Annotated[str | None, typer.Option(help="A trace's id.")]
AgentTypeOption = Annotated[str | None, typer.Option(help="What agents are.")]
ProjectOption = Annotated[str | None, typer.Option(help="A project's id.")]


def narrowed(
    *,
    platform: Platform | None,
    trace: str | None,
    agent_type: str | None,
    project: str | None,
    reason: TerminationReason | None,
    since: datetime | None,
    until: datetime | None,
) -> HandoffFilter:
    """Make a filter of the options; whose they are is looked up in the database."""
    return HandoffFilter(
        platform=platform,
        trace_id=None if trace is None else TraceId(trace),
        agent_type=agent_type,
        project_id=project,
        termination_reason=reason,
        created_after=since,
        created_before=until,
    )
