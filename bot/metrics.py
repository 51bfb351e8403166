"""What Prometheus reads: this process's counters, and figures of the database.

The worker has no port of its own, so what it does is counted from the tables it writes,
when the web process is asked.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from bot.tallying import ACCEPT_BOUNDS_S
from context.errors import StoreUnavailable
from storage.figures import Figures, FiguresReader


class Metrics:
    """One process's metrics."""

    def __init__(
        self, figures: FiguresReader, *, read_within: timedelta = timedelta(seconds=5)
    ) -> None:
        """Begin at nought.

        Args:
            figures: Those of the database.
            read_within: Longest wait for them; Prometheus waits ten seconds by default.
        """
        self._figures = figures
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
        except (StoreUnavailable, TimeoutError):
            self._reachable.set(0)
            return generate_latest(self._registry)
        self._reachable.set(1)
        read_now = CollectorRegistry()
        read_now.register(_Read(figures))
        return generate_latest(self._registry) + generate_latest(read_now)


class _Read(Collector):
    """Figures of the database, as gauges."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    @override
    def collect(self) -> Iterable[Metric]:
        figures = self._figures
        yield GaugeMetricFamily(
            "baton_messages_overdue",
            "Inbound messages that have waited over 60 s for their answer.",
            value=figures.messages_overdue,
        )
        yield GaugeMetricFamily(
            "baton_queue_age_seconds",
            "How long the oldest message in or out has waited.",
            value=figures.queue_age.total_seconds(),
        )
        for name, text, label, values in (
            ("baton_waiting", "What waits in each lane.", "lane", figures.waiting),
            ("baton_outbox", "Messages to send that are not sent.", "state", figures.outbox),
            ("baton_dead_letters", "What failed for good.", "direction", figures.dead_letters),
            (
                "baton_model_calls_last_hour",
                "Model calls by outcome.",
                "outcome",
                figures.model_calls,
            ),
            ("baton_tokens_last_hour", "Tokens of those calls.", "kind", figures.tokens),
            ("baton_handoffs_last_hour", "Handoffs by reason.", "reason", figures.handoffs),
            ("baton_agents", "Agents that have not ended.", "state", figures.agents),
        ):
            family = GaugeMetricFamily(name, text, labels=(label,))
            for key, value in values.items():
                family.add_metric((key,), value)
            yield family
