"""Whether the web process is alive and ready, and what Prometheus reads of it."""

from storage.database import Database, address, open_database
from tests.bot.front import fronting
from tests.postgres import new_database
from tests.storage.wire import wired


async def test_the_process_is_alive_and_ready(database: Database) -> None:
    async with fronting(database) as front:
        alive = await front.send("/healthz", method="GET")
        ready = await front.send("/readyz", method="GET")

    assert [(one.status_code, one.text) for one in (alive, ready)] == [(200, "ok\n")] * 2


async def test_it_is_alive_but_not_ready_without_its_database(database_url: str) -> None:
    async with (
        wired(database_url) as wire,
        open_database(wire.address, connections=2) as far,
        fronting(far) as front,
    ):
        await wire.cut()
        alive = await front.send("/healthz", method="GET")
        ready = await front.send("/readyz", method="GET")
        told = await front.send("/metrics", method="GET")

    assert (alive.status_code, ready.status_code, told.status_code) == (200, 503, 200)
    assert ready.text == "the database is out of reach\n"
    assert told.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "baton_database_reachable 0.0" in told.text


async def test_it_is_not_ready_before_the_database_is_migrated(postgres: str) -> None:
    async with (
        new_database(postgres) as url,
        open_database(address(url), connections=2) as empty,
        fronting(empty) as front,
    ):
        ready = await front.send("/readyz", method="GET")

    assert ready.status_code == 503
    assert "run `bot migrate`" in ready.text
