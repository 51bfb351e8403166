"""What Prometheus reads: this process's counters, and figures of the database.

The worker has no port of its own, so what it does is counted from the tables it writes,
when the web process is asked.
"""

import asyncio
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.limits import Limits
from bot.metric_families import ReadNow
from bot.tallying import ACCEPT_BOUNDS_S
from context.errors import StoreUnavailable
from storage.database import Database
from storage.figures import FiguresReader
from storage.recent_figures import RecentReader


class Metrics:
    """One process's metrics."""

    def __init__(
        self,
        figures: FiguresReader,
        recent: RecentReader,
        *,
        read_within: timedelta = timedelta(seconds=5),
    ) -> None:
        """Begin at nought.

        Args:
            figures: What waits, in the database.
            recent: What happened of late.
            read_within: Longest wait for them; Prometheus waits ten seconds by default.
        """
        self._figures = figures
        self._recent = recent
        self._read_within = read_within
        self._registry = CollectorRegistry()
        self._webhooks = Histogram(
            "baton_webhook_seconds",
            "Time to answer a webhook.",
            ("provider", "status"),
            buckets=ACCEPT_BOUNDS_S,
            registry=self._registry,
        )
        self._accepted = Counter(
            "baton_messages_accepted",
            "Messages stored.",
            ("provider",),
            registry=self._registry,
        )
        self._duplicates = Counter(
            "baton_duplicates_refused",
            "Redelivered messages that changed nothing.",
            ("provider",),
            registry=self._registry,
        )
        self._reachable = Gauge(
            "baton_database_reachable",
            "Whether the database answered for this reading.",
            registry=self._registry,
        )

    def webhook(self, provider: str, *, status: int, seconds: float) -> None:
        """Count an answered webhook."""
        self._webhooks.labels(provider, str(status)).observe(seconds)

    def accepted(self, provider: str, *, new: int, redelivered: int) -> None:
        """Count stored messages and refused duplicates."""
        self._accepted.labels(provider).inc(new)
        self._duplicates.labels(provider).inc(redelivered)

    async def text(self, *, now: datetime) -> bytes:
        """Write everything in Prometheus' text form; without the database, what is at hand."""
        try:
            async with asyncio.timeout(self._read_within.total_seconds()):
                figures = await self._figures.read(now=now)
                recent = await self._recent.read(now=now)
        except (StoreUnavailable, TimeoutError):
            self._reachable.set(0)
            return generate_latest(self._registry)
        self._reachable.set(1)
        read_now = CollectorRegistry()
        read_now.register(ReadNow(figures, recent))
        return generate_latest(self._registry) + generate_latest(read_now)


def metrics_of(
    database: Database, limits: Limits, *, read_within: timedelta = timedelta(seconds=5)
) -> Metrics:
    """Read the figures of one database, under these limits."""
    recent = RecentReader(
        database, limit_tokens=limits.tokens, handoff_share=limits.handoff_share
    )
    return Metrics(FiguresReader(database), recent, read_within=read_within)
