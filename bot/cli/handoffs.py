"""`bot handoffs`: the history of handoffs, as the admin API gives it."""

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from typing import Annotated

import typer

from bot.admin.shapes.handoffs import HandoffShape, SummaryShape, handoff_markdown
from bot.admin.shapes.shape import Listed
from bot.admin.shapes.traces import TraceShape
from bot.cli import handoffs_export
from bot.cli.ask import ask, person, stop
from bot.cli.forms import AsCsv, AsJson, one_form
from bot.cli.handoff_options import (
    AgentTypeOption,
    CursorOption,
    LimitOption,
    PlatformOption,
    ProjectOption,
    ReasonOption,
    SinceOption,
    TraceOption,
    UntilOption,
    UserOption,
    narrowed,
)
from bot.cli.output import instant, say, show_csv, show_json, show_table, when
from bot.cli.statistics import show_statistics
from bot.limits import limits_of
from bot.settings import Settings, read
from context.messages import TraceId
from context.policy import occupancy
from storage.database import Database
from storage.handoffs import Handoffs, HandoffSummary, StoredHandoff
from storage.paging import Page
from storage.traces import Trace, Traces

app = typer.Typer(help="Ask about handoffs.", rich_markup_mode=None)
handoffs_export.register(app)

_FIELDS = tuple(one.name for one in fields(HandoffSummary))


@app.command("list")
def list_handoffs(  # noqa: PLR0913 - one argument an option
    *,
    user: UserOption = None,
    platform: PlatformOption = None,
    trace: TraceOption = None,
    agent_type: AgentTypeOption = None,
    project: ProjectOption = None,
    reason: ReasonOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    limit: LimitOption = 50,
    cursor: CursorOption = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List handoffs, newest first."""
    one_form(as_json=as_json, as_csv=as_csv)
    wanted = narrowed(
        platform=platform,
        trace=trace,
        agent_type=agent_type,
        project=project,
        reason=reason,
        since=since,
        until=until,
    )

    async def question(database: Database) -> Page[HandoffSummary]:
        whose = None if user is None else await person(database, user)
        asked = replace(wanted, user_id=whose)
        return await Handoffs(database).page(asked, limit=limit, cursor=cursor)

    _show_page(ask(question), as_json=as_json, as_csv=as_csv)


@app.command("show")
def show_handoff(
    handoff_id: Annotated[str, typer.Argument(metavar="ID")],
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Show one handoff with its document."""
    one_form(as_json=as_json, as_csv=as_csv)
    handoff = ask(lambda database: Handoffs(database).one(handoff_id))
    if handoff is None:
        stop(f"there is no handoff {handoff_id}")
    _show(handoff, as_json=as_json, as_csv=as_csv)


@app.command("latest")
def latest_handoff(
    user_id: Annotated[str, typer.Argument(metavar="USER_ID")],
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Show the newest handoff of a person."""
    one_form(as_json=as_json, as_csv=as_csv)

    async def question(database: Database) -> StoredHandoff | None:
        return await Handoffs(database).latest(await person(database, user_id))

    handoff = ask(question)
    if handoff is None:
        stop("there is no handoff of this person")
    _show(handoff, as_json=as_json, as_csv=as_csv)


@app.command("chain")
def show_chain(
    trace_id: Annotated[str, typer.Argument(metavar="TRACE_ID")],
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Show the agents of a trace and the handoffs between them, oldest first."""
    one_form(as_json=as_json, as_csv=as_csv)
    trace = ask(lambda database: Traces(database).one(TraceId(trace_id)))
    if trace is None:
        stop(f"there is no trace {trace_id}")
    if as_json:
        show_json(TraceShape.of(trace, limits_of(read(Settings))).json_object())
    elif as_csv:
        _show_lines(trace.handoffs)
    else:
        _show_chain(trace)


app.command("stats")(show_statistics)


@app.command("deactivate")
def deactivate_handoff(handoff_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Mark a handoff as superseded; whoever began from it goes on as before."""
    if ask(lambda database: Handoffs(database).deactivate(handoff_id)) is None:
        stop(f"there is no handoff {handoff_id}")
    say(f"Handoff {handoff_id} is superseded.")


def _show_page(page: Page[HandoffSummary], *, as_json: bool, as_csv: bool) -> None:
    if as_json:
        show_json(Listed[SummaryShape].of(page, SummaryShape.of).json_object())
    elif as_csv:
        _show_lines(page.items)
    elif not page.items:
        say("No handoffs.")
    else:
        _show_rows(page.items)
        if page.next_cursor is not None:
            say(f"More: add --cursor {page.next_cursor}")


def _show(handoff: StoredHandoff, *, as_json: bool, as_csv: bool) -> None:
    shape = HandoffShape.whole(handoff).json_object()
    if as_json or as_csv:
        if as_json:
            show_json(shape)
        else:
            show_csv(_FIELDS, [{name: shape[name] for name in _FIELDS}])
        return
    text = handoff_markdown(handoff)
    if text is None:
        stop("another version of the bot wrote its document: --json shows it as it is")
    facts = (f"{name:<24}{shape[name]}" for name in _FIELDS if shape[name] is not None)
    say("\n".join((*facts, "", text)))


def _show_lines(handoffs: Sequence[HandoffSummary]) -> None:
    show_csv(
        _FIELDS, (asdict(one) | {"created_at": instant(one.created_at)} for one in handoffs)
    )


def _show_rows(handoffs: Sequence[HandoffSummary]) -> None:
    show_table(
        ("Made (UTC)", "Handoff", "User", "Trace", "Reason", "Full"),
        (
            (
                when(one.created_at),
                one.handoff_id,
                one.user_id,
                one.trace_id,
                _words(one.termination_reason),
                f"{occupancy(one.total_tokens, one.context_window_limit):.0%}",
            )
            for one in handoffs
        ),
    )


def _show_chain(trace: Trace) -> None:
    """A row an agent: what it was, how it ended, and the handoff it left."""
    left = {one.agent_id: one.handoff_id for one in trace.handoffs}
    show_table(
        ("Agent", "State", "Ended by", "Tokens", "Turns", "Handoff"),
        (
            (
                f"{one.agent_type} {one.agent_version}",
                _words(one.state),
                _words(one.termination_reason or ""),
                f"{one.occupied_tokens:,}",
                f"{one.turns:,}",
                left.get(one.agent_id, ""),
            )
            for one in trace.agents
        ),
    )


def _words(name: str) -> str:
    """Let a name fold between its words."""
    return name.replace("_", " ")
