"""How unbroken conversations were in the last day, as a page shows it."""

from collections.abc import Iterator

from bot.admin.pages.writing import figure, money, percent, seconds
from bot.admin.shapes.continuity import ContinuityShape


def continuity_tiles(found: ContinuityShape) -> Iterator[tuple[str, str]]:
    """The single figures, each with what it is."""
    yield "Messages accepted", figure(found.messages_accepted)
    yield "Duplicate rate", percent(found.duplicate_rate)
    yield "Overdue now", figure(found.messages_overdue)
    yield "Messages given up", figure(found.messages_failed)
    yield "Answers not delivered", figure(found.deliveries_failed)
    yield "Accepting, 95 % within", seconds(found.accept_p95_seconds)
    yield "Replying, 95 % within", seconds(found.reply_p95_seconds)
    yield "Handoffs", figure(found.handoffs)
    yield "Handoffs that failed", figure(found.handoffs_failed)
    yield "Average probe score", figure(found.average_probe_score)
    yield "Lowest probe score", figure(found.lowest_probe_score)
    yield "Compactions", figure(found.compactions)
    yield "People", figure(found.people)
    yield "Cost", money(found.spent.cost_usd)
    yield "Cost of a person", money(found.cost_per_user_usd)
