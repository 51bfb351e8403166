"""The wall clock."""

from datetime import UTC, timedelta

from bot.clock import SystemClock


async def test_time_is_in_utc_and_passes_while_asleep() -> None:
    clock = SystemClock()

    before = clock.now()
    await clock.sleep(timedelta(milliseconds=5))

    assert before.tzinfo is UTC
    assert clock.now() - before >= timedelta(milliseconds=4)
