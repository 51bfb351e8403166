"""What Prometheus reads, with and without the database."""

from datetime import timedelta
from time import monotonic

import pytest

from bot.limits import Limits
from bot.metrics import metrics_of
from context.calls import CallOutcome
from context.lifecycle import TerminationReason
from storage.database import Database, open_database
from tests.bot.exposition import sample, samples
from tests.builders import NOON
from tests.storage.rows import a_call_row, a_met_person, an_inbox_row, an_outbox_row, keep
from tests.storage.wire import wired

LIMITS = Limits(tokens=200_000)
LATER = NOON + timedelta(minutes=2)


async def test_the_figures_of_the_database_are_gauges(database: Database) -> None:
    await keep(
        database,
        *a_met_person(),
        an_inbox_row(1, received_at=NOON),
        an_inbox_row(2, state="failed"),
        an_outbox_row(1, state="uncertain"),
        a_call_row(1),
    )

    read = samples(await metrics_of(database, LIMITS).text(now=LATER))

    assert read[sample("baton_database_reachable")] == 1
    assert read[sample("baton_messages_overdue")] == 1
    assert read[sample("baton_queue_age_seconds")] == 120
    assert read[sample("baton_waiting", lane="turn")] == 1
    assert read[sample("baton_outbox", state="uncertain")] == 1
    assert read[sample("baton_dead_letters", direction="inbound")] == 1
    assert read[sample("baton_model_calls_last_hour", outcome="answered")] == 1
    assert read[sample("baton_tokens_last_hour", kind="cache_read")] == 100


async def test_labels_that_have_not_occurred_are_there_at_nought(database: Database) -> None:
    read = samples(await metrics_of(database, LIMITS).text(now=NOON))

    for reason in TerminationReason:
        assert read[sample("baton_handoffs_last_hour", reason=reason)] == 0
    for outcome in CallOutcome:
        assert read[sample("baton_model_calls_last_hour", outcome=outcome)] == 0


async def test_webhooks_and_messages_are_counted(database: Database) -> None:
    metrics = metrics_of(database, LIMITS)
    metrics.webhook("slack", status=200, seconds=0.004)
    metrics.webhook("slack", status=401, seconds=0.001)
    metrics.accepted("slack", new=2, redelivered=1)
    metrics.accepted("slack", new=1, redelivered=0)

    read = samples(await metrics.text(now=NOON))

    ok = {"provider": "slack", "status": "200"}
    assert read[sample("baton_webhook_seconds_count", **ok)] == 1
    assert read[sample("baton_webhook_seconds_bucket", **ok, le="0.002")] == 0
    assert read[sample("baton_webhook_seconds_bucket", **ok, le="0.005")] == 1
    assert read[sample("baton_webhook_seconds_count", provider="slack", status="401")] == 1
    assert read[sample("baton_messages_accepted_total", provider="slack")] == 3
    assert read[sample("baton_duplicates_refused_total", provider="slack")] == 1


async def test_two_processes_count_apart(database: Database) -> None:
    one, other = (metrics_of(database, LIMITS) for _ in range(2))
    one.accepted("slack", new=1, redelivered=0)

    read = samples(await other.text(now=NOON))

    assert sample("baton_messages_accepted_total", provider="slack") not in read


async def test_without_the_database_what_is_at_hand_is_told(database_url: str) -> None:
    async with (
        wired(database_url) as wire,
        open_database(wire.address, connections=2) as far,
    ):
        metrics = metrics_of(far, LIMITS)
        metrics.accepted("twilio", new=1, redelivered=0)
        await wire.cut()

        read = samples(await metrics.text(now=NOON))

    assert read[sample("baton_database_reachable")] == 0
    assert read[sample("baton_messages_accepted_total", provider="twilio")] == 1
    assert not any(name == "baton_waiting" for name, _ in read)


@pytest.mark.slow
async def test_a_database_that_does_not_answer_is_not_waited_for(database_url: str) -> None:
    async with (
        wired(database_url) as wire,
        open_database(wire.address, connections=2) as far,
    ):
        metrics = metrics_of(far, LIMITS, read_within=timedelta(milliseconds=100))
        await metrics.text(now=NOON)
        wire.freeze()
        began = monotonic()

        read = samples(await metrics.text(now=NOON))

    assert read[sample("baton_database_reachable")] == 0
    assert monotonic() - began < 10
