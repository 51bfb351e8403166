"""`bot handoffs stats`: what was done so far, and how unbroken the last hours were."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated

import typer

from bot.admin.shapes.continuity import ContinuityShape
from bot.admin.shapes.statistics import StatisticsShape
from bot.cli.ask import ask
from bot.cli.forms import AsCsv, AsJson, one_form
from bot.cli.output import say, show_csv, show_json, show_table
from bot.cli.progress import going_on
from bot.clock import SystemClock
from bot.limits import limits_of
from bot.settings import Settings, read
from storage.continuity import ContinuityReport
from storage.database import Database
from storage.statistics import Statistics

Figure = str | int | float | None


def show_statistics(
    *,
    hours: Annotated[int, typer.Option(min=1, max=744, help="How far back to look.")] = 24,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Show totals, and how unbroken conversations were in the last hours."""
    one_form(as_json=as_json, as_csv=as_csv)
    limits = limits_of(read(Settings))

    async def question(database: Database) -> tuple[StatisticsShape, ContinuityShape]:
        now = SystemClock().now()
        async with going_on("counting"):
            totals = await Statistics(database).read(now=now)
            found = await ContinuityReport(database).read(
                now=now,
                window=timedelta(hours=hours),
                limit_tokens=limits.tokens,
                handoff_share=limits.handoff_share,
            )
        return StatisticsShape.of(totals), ContinuityShape.of(found)

    totals, continuity = ask(question)
    if as_json:
        show_json({**totals.json_object(), "continuity": continuity.json_object()})
    elif as_csv:
        lines = [*_lines("total", totals.json_object()), *_lines("", continuity.json_object())]
        show_csv(("figure", "value"), ({"figure": a, "value": b} for a, b in lines))
    else:
        _show(totals, continuity, hours=hours)


def _lines(prefix: str, found: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Every figure by its name; what is inside another is joined by a dot."""
    for key, value in found.items():
        name = f"{prefix}.{key}" if prefix else key
        match value:
            case dict():
                yield from _lines(name, value)
            case list():
                for each in value:
                    yield from _lines(f"{name}.{each.pop('key')}", each)
            case _:
                yield name, value


def _show(totals: StatisticsShape, found: ContinuityShape, *, hours: int) -> None:
    show_table(
        (f"In the last {hours} h", ""), ((name, _told(value)) for name, value in _recent(found))
    )
    say("")
    show_table(
        ("So far", ""),
        (
            ("Handoffs", _told(totals.handoffs_total)),
            ("Their average probe score", _told(totals.average_probe_score)),
            ("Compactions", _told(totals.compactions_total)),
            ("Active sessions", _told(totals.active_sessions)),
            ("Duplicates refused", _told(totals.duplicates_refused)),
        ),
    )
    if not found.top_users:
        return
    say("")
    show_table(
        ("Most tokens", "Calls", "Sent", "Written", "Cost"),
        (
            (
                user.key,
                _told(user.calls),
                _told(user.input_tokens + user.cache_read_tokens + user.cache_write_tokens),
                _told(user.output_tokens),
                _dollars(user.cost_usd),
            )
            for user in found.top_users
        ),
    )


def _recent(found: ContinuityShape) -> Iterator[tuple[str, Figure]]:
    yield "Messages accepted", found.messages_accepted
    yield "Duplicates refused", _with_share(found.duplicates_refused, found.duplicate_rate)
    yield "Messages overdue now", found.messages_overdue
    yield "Messages given up", found.messages_failed
    yield "Answers not delivered", found.deliveries_failed
    yield "Accepting, 95 % within", _seconds(found.accept_p95_seconds)
    yield "Replying, half within", _seconds(found.reply_p50_seconds)
    yield "Replying, 95 % within", _seconds(found.reply_p95_seconds)
    yield "Handoffs", found.handoffs
    for reason, number in found.handoffs_by_reason.items():
        if number:
            yield f"  {reason.replace('_', ' ')}", number
    yield "Handoffs that failed", found.handoffs_failed
    yield "Probe score, average", found.average_probe_score
    yield "Probe score, lowest", found.lowest_probe_score
    yield "Probe scores under 0.9", found.low_probe_scores
    yield "Compactions", found.compactions
    yield "Compactions that failed", found.compactions_failed
    yield "Freed by one, on average", _percent(found.average_reduction_percent)
    yield "People", found.people
    yield "Cost", _dollars(found.spent.cost_usd)
    yield "Cost of a person", _dollars(found.cost_per_user_usd)


def _told(figure: Figure) -> str:
    match figure:
        case None:
            return "–"  # noqa: RUF001 - a dash for nothing
        case float():
            return f"{figure:,.3g}"
        case int():
            return f"{figure:,}"
        case _:
            return figure


def _seconds(figure: float | None) -> str | None:
    return None if figure is None else f"{figure:.3g} s"


def _percent(figure: float | None) -> str | None:
    return None if figure is None else f"{figure:.0f} %"


def _with_share(number: int, share: float | None) -> str:
    return f"{number:,}" if share is None else f"{number:,} ({share:.1%})"


def _dollars(figure: float | None) -> str:
    return "unknown" if figure is None else f"${figure:,.4f}"
