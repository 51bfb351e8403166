"""Figures of the database in Prometheus' form: all of them gauges.

What ends in `_last_hour` counts what happened in the hour before the reading, by all
processes; the rest is how things stand. An average of nothing has no sample.
"""

from collections.abc import Iterable, Mapping, Sequence

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from bot.model.prices import cost_usd
from storage.figures import Figures
from storage.recent_figures import Recent
from storage.turn_times import Phase, Quantiles, TurnTimes
from storage.usage_report import ModelSpend


class ReadNow(Collector):
    """What was read of the database just now."""

    def __init__(self, figures: Figures, recent: Recent) -> None:
        self._figures = figures
        self._recent = recent

    @override
    def collect(self) -> Iterable[Metric]:
        yield from _standing(self._figures)
        yield from _happened(self._recent)
        yield from _context(self._recent)
        yield from _times(self._recent.turns)


def _standing(figures: Figures) -> Iterable[Metric]:
    yield _one(
        "baton_messages_overdue",
        "Inbound messages that have waited over 60 s for their answer.",
        figures.messages_overdue,
    )
    yield _one(
        "baton_queue_age_seconds",
        "How long the oldest message in or out has waited.",
        figures.queue_age.total_seconds(),
    )
    yield _each(
        "baton_waiting", "What waits in each lane.", label="lane", values=figures.waiting
    )
    yield _each(
        "baton_outbox",
        "Messages to send that are not sent.",
        label="state",
        values=figures.outbox,
    )
    yield _each(
        "baton_dead_letters",
        "What failed for good.",
        label="direction",
        values=figures.dead_letters,
    )
    yield _each(
        "baton_agents", "Agents that have not ended.", label="state", values=figures.agents
    )


def _happened(recent: Recent) -> Iterable[Metric]:
    """What came to an end, well or badly."""
    for name, text, label, values in (
        (
            "baton_model_calls_last_hour",
            "Model calls by outcome.",
            "outcome",
            recent.model_calls,
        ),
        ("baton_tokens_last_hour", "Tokens of those calls.", "kind", _tokens(recent.spends)),
        ("baton_cost_usd_last_hour", "What those calls cost.", "model", _costs(recent.spends)),
        (
            "baton_messages_refused_last_hour",
            "Messages left unanswered.",
            "reason",
            recent.refusals,
        ),
        ("baton_messages_failed_last_hour", "Messages given up.", "reason", recent.failures),
        (
            "baton_deliveries_failed_last_hour",
            "Messages that a platform did not take, by its code.",
            "code",
            recent.delivery_failures,
        ),
        ("baton_notices_last_hour", "Notices about the window.", "notice", recent.notices),
        (
            "baton_chores_failed_last_hour",
            "Housekeeping given up.",
            "kind",
            recent.failed_chores,
        ),
    ):
        yield _each(name, text, label=label, values=values)
    yield _one(
        "baton_model_calls_unpriced_last_hour",
        "Calls of models whose price is not known; they are missing in the cost.",
        _unpriced(recent.spends),
    )


def _context(recent: Recent) -> Iterable[Metric]:
    """How windows filled, and what was done about it."""
    yield _each(
        "baton_agents_by_occupancy",
        "Agents that called the model in the last hour, by the share of the limit they hold.",
        label="le",
        values={
            **{f"{at:g}": n for at, n in recent.occupancies.items()},
            "+Inf": recent.agents,
        },
    )
    yield _each(
        "baton_compactions_last_hour", "Compactions.", label="state", values=recent.compactions
    )
    yield _each(
        "baton_compaction_skips_last_hour",
        "Compactions that were due and not made.",
        label="reason",
        values=recent.skips,
    )
    yield _one(
        "baton_compaction_reduction_ratio_last_hour",
        "Share of the window that a compaction freed, on average.",
        recent.reduction,
    )
    yield _each(
        "baton_handoffs_last_hour",
        "Handoffs by reason.",
        label="reason",
        values=recent.handoffs,
    )
    yield _one(
        "baton_handoffs_failed_last_hour",
        "Handoffs that came to nothing.",
        recent.failed_handoffs,
    )
    yield _one(
        "baton_handoffs_low_probe_last_hour",
        "Handoffs whose probe score is under 0.9.",
        recent.low_probes,
    )
    yield _each(
        "baton_probe_score_ratio_last_hour",
        "Probe scores of handoffs.",
        label="statistic",
        values={"average": recent.probe_average, "lowest": recent.probe_lowest},
    )


def _times(turns: TurnTimes) -> Iterable[Metric]:
    yield _each(
        "baton_reply_seconds_last_hour",
        "From a message's arrival to its answer's.",
        label="quantile",
        values=_by_quantile(turns.reply),
    )
    phases = GaugeMetricFamily(
        "baton_turn_phase_seconds_last_hour",
        "How long turns spent in each phase.",
        labels=("phase", "quantile"),
    )
    for phase in Phase:
        for quantile, seconds in _by_quantile(turns.phases[phase]).items():
            if seconds is not None:
                phases.add_metric((phase, quantile), seconds)
    yield phases


def _one(name: str, text: str, value: float | None) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _each(name: str, text: str, *, label: str, values: Mapping[str, float | None]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=(label,))
    for key, value in values.items():
        if value is not None:
            family.add_metric((key,), value)
    return family


def _by_quantile(quantiles: Quantiles) -> Mapping[str, float | None]:
    return {"0.5": quantiles.half, "0.95": quantiles.p95}


def _tokens(spends: Sequence[ModelSpend]) -> Mapping[str, int]:
    return {
        "input": sum(spend.usage.input_tokens for spend in spends),
        "cache_read": sum(spend.usage.cache_read_tokens for spend in spends),
        "cache_write": sum(spend.usage.cache_write_tokens for spend in spends),
        "output": sum(spend.usage.output_tokens for spend in spends),
    }


def _costs(spends: Sequence[ModelSpend]) -> Mapping[str, float | None]:
    """What calls cost, by model; None where the price of one is not known."""
    costs: dict[str, float | None] = {}
    for spend in spends:
        cost = cost_usd(spend.model, spend.usage, is_long=spend.is_long)
        before = costs.get(spend.model, 0.0)
        costs[spend.model] = None if cost is None or before is None else before + float(cost)
    return costs


def _unpriced(spends: Sequence[ModelSpend]) -> int:
    """How many calls are of models whose price is not known."""
    costs = _costs(spends)
    return sum(spend.calls for spend in spends if costs[spend.model] is None)
