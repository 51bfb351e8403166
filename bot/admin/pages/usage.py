"""The page about tokens and money: by day, platform, agent type, model and person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.admin.pages.desk import Desk
from bot.admin.pages.forms import Asked, filled
from bot.admin.pages.page import Page
from bot.admin.pages.questions import UsageTime
from bot.admin.shapes.usage import SpendShape, UsageShape
from storage.usage_report import GroupBy, UsageGroup, UsageQuestion

_USUAL = timedelta(days=30)
_MOST = 200
_MOST_PEOPLE = 20
_LONG = 12

_TITLES = {
    GroupBy.PLATFORM: "Tokens by platform",
    GroupBy.AGENT_TYPE: "Tokens by agent type",
    GroupBy.MODEL: "Tokens by model",
    GroupBy.USER: "Tokens by person, most first",
}


@dataclass(frozen=True, slots=True)
class Report:
    """One chart and its table.

    Attributes:
        name: What its groups are.
        rows: The groups; days newest first, all others by most tokens.
    """

    name: str
    title: str
    rows: tuple[UsageShape, ...]

    @property
    def is_long(self) -> bool:
        """Whether the table is folded up at first."""
        return len(self.rows) > _LONG


@dataclass(frozen=True, slots=True)
class Totals:
    """All calls of the time that is shown."""

    spend: SpendShape

    @property
    def tokens(self) -> int:
        """All tokens, whatever they cost."""
        return self._prompt_tokens + self.spend.output_tokens

    @property
    def cached_share(self) -> float | None:
        """What of the prompts the cache served, 0 to 1; None without any."""
        prompt_tokens = self._prompt_tokens
        return self.spend.cache_read_tokens / prompt_tokens if prompt_tokens else None

    @property
    def _prompt_tokens(self) -> int:
        spend = self.spend
        return spend.input_tokens + spend.cache_read_tokens + spend.cache_write_tokens


class UsagePage:
    """The page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """Give the routes."""
        return [Page("/usage", self.show)]

    async def show(self, request: Request) -> Response:
        """Show what model calls took in a time; without one, in the last thirty days."""
        time = filled(UsageTime, request)
        since = time.since
        if since is None and time.until is None:
            since = self._desk.clock.now() - _USUAL
        by = {
            group: await self._report(
                UsageQuestion(group_by=group, since=since, until=time.until)
            )
            for group in GroupBy
        }
        days = by.pop(GroupBy.DAY)
        # There are few models, so all that was spent is on their one page.
        spends = [spend for group in by[GroupBy.MODEL] for spend in group.spends]
        values = {
            "asked": Asked(dict(request.query_params)),
            "by_day": _shown(GroupBy.DAY, "Tokens by day", days),
            "costs_by_day": _shown(GroupBy.DAY, "Costs by day", days),
            "others": [_shown(group, title, by[group]) for group, title in _TITLES.items()],
            "totals": Totals(SpendShape.of(spends)),
        }
        return self._desk.view.page(request, "usage.html", values)

    async def _report(self, asked: UsageQuestion) -> Sequence[UsageGroup]:
        most = _MOST_PEOPLE if asked.group_by is GroupBy.USER else _MOST
        return (await self._desk.records.usage.page(asked, limit=most)).items


def _shown(group: GroupBy, title: str, found: Sequence[UsageGroup]) -> Report:
    return Report(group.value, title, tuple(map(UsageShape.group, found)))
