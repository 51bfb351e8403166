"""`bot handoffs export`: every handoff that is asked for, with its document, as NDJSON."""

import json
import sys
from collections.abc import AsyncIterator
from dataclasses import replace

import typer

from bot.admin.shapes.handoffs import HandoffShape
from bot.cli.ask import ask, person
from bot.cli.handoff_options import (
    AgentTypeOption,
    PlatformOption,
    ProjectOption,
    ReasonOption,
    SinceOption,
    TraceOption,
    UntilOption,
    UserOption,
    narrowed,
)
from bot.cli.progress import Progress
from storage.cursor import Cursor
from storage.database import Database
from storage.handoffs import HandoffFilter, Handoffs, StoredHandoff

# A document may be large, and no more than these are in memory.
_AT_ONCE = 50


def register(app: typer.Typer) -> None:
    """Add the command to those about handoffs."""
    app.command("export")(export)


def export(
    *,
    user: UserOption = None,
    platform: PlatformOption = None,
    trace: TraceOption = None,
    agent_type: AgentTypeOption = None,
    project: ProjectOption = None,
    reason: ReasonOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
) -> None:
    """Write handoffs with their documents to standard output, one JSON object a line."""
    wanted = narrowed(
        platform=platform,
        trace=trace,
        agent_type=agent_type,
        project=project,
        reason=reason,
        since=since,
        until=until,
    )

    async def question(database: Database) -> None:
        whose = None if user is None else await person(database, user)
        progress = Progress("written")
        count = 0
        async for handoff in _all(Handoffs(database), replace(wanted, user_id=whose)):
            # In ASCII, as all that commands write for programs.
            sys.stdout.write(f"{json.dumps(HandoffShape.whole(handoff).json_object())}\n")
            count += 1
            progress(count)

    ask(question)


async def _all(handoffs: Handoffs, wanted: HandoffFilter) -> AsyncIterator[StoredHandoff]:
    """Give them newest first, some at a time."""
    cursor: Cursor | None = None
    while True:
        page = await handoffs.whole_page(wanted, limit=_AT_ONCE, cursor=cursor)
        for handoff in page.items:
            yield handoff
        cursor = page.next_cursor
        if cursor is None:
            return
