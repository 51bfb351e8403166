"""Faults as a client on the wire meets them."""

import asyncio
import random
from collections.abc import AsyncIterator

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from bot.emulator.servers.faults import DropAfter, DropBefore, Fault, Faults, Hang, Refuse
from bot.emulator.servers.serving import serving


class Counter:
    """A server with one method, mounted two apps deep, that counts what it accepted."""

    def __init__(self) -> None:
        self.accepted = 0
        self.faults = Faults()
        self.took = asyncio.Event()
        self.followed_up = asyncio.Event()
        inner = Starlette(routes=[Route("/count", self._count, methods=["POST"])])
        self.app = Starlette(routes=[Mount("/deep", app=inner)], max_body_size=1_000_000)

    async def _count(self, request: Request) -> Response:
        await request.body()
        fault = self.faults.take("count")
        return self.faults.answer(fault, accept=self._accept, refuse=self._refuse)

    def _accept(self) -> Response:
        self.accepted += 1
        self.took.set()
        return JSONResponse(self.accepted, background=BackgroundTask(self._follow_up))

    def _refuse(self, refuse: Refuse) -> Response:
        return Response(status_code=refuse.status)

    async def _follow_up(self) -> None:
        self.followed_up.set()


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
async def url(counter: Counter) -> AsyncIterator[str]:
    async with serving(counter.app) as base_url:
        yield f"{base_url}/deep/count"


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        yield session


async def counted(http: aiohttp.ClientSession, url: str) -> int:
    async with http.post(url, data=b"x" * 100_000) as response:
        return response.status


def seeded() -> random.Random:
    return random.Random(7)  # noqa: S311 - it deals faults, not secrets


async def happened(event: asyncio.Event) -> None:
    async with asyncio.timeout(5):
        await event.wait()


async def test_without_a_fault_a_call_is_accepted_and_answered(
    counter: Counter, url: str, http: aiohttp.ClientSession
) -> None:
    status = await counted(http, url)

    assert status == 200
    assert counter.accepted == 1


async def test_a_refusal_accepts_nothing_and_passes(
    counter: Counter, url: str, http: aiohttp.ClientSession
) -> None:
    counter.faults.queue(Refuse(503), times=2)

    statuses = [await counted(http, url) for _ in range(3)]

    assert statuses == [503, 503, 200]
    assert counter.accepted == 1


@pytest.mark.parametrize(("fault", "accepted"), [(DropBefore(), 0), (DropAfter(), 1)])
async def test_a_dropped_connection_gives_no_answer(
    counter: Counter, url: str, http: aiohttp.ClientSession, *, fault: Fault, accepted: int
) -> None:
    counter.faults.queue(fault)

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await counted(http, url)

    assert counter.accepted == accepted
    assert await counted(http, url) == 200


async def test_what_follows_an_answer_happens_though_it_was_dropped(
    counter: Counter, url: str, http: aiohttp.ClientSession
) -> None:
    counter.faults.queue(DropAfter())

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await counted(http, url)

    await happened(counter.followed_up)


async def test_a_hanging_call_is_answered_when_released(
    counter: Counter, url: str, http: aiohttp.ClientSession
) -> None:
    counter.faults.queue(Hang())

    async with asyncio.TaskGroup() as calls:
        hanging = calls.create_task(counted(http, url))
        await happened(counter.took)
        other = await counted(http, url)
        assert not hanging.done()
        counter.faults.release()

    assert other == 200
    assert hanging.result() == 200
    assert counter.accepted == 2


async def test_a_call_that_hangs_after_a_release_hangs_again(
    counter: Counter, url: str, http: aiohttp.ClientSession
) -> None:
    counter.faults.release()
    counter.faults.queue(Hang())

    async with asyncio.TaskGroup() as calls:
        hanging = calls.create_task(counted(http, url))
        await happened(counter.took)
        await counted(http, url)
        assert not hanging.done()
        counter.faults.release()

    assert hanging.result() == 200


async def test_a_client_may_give_up_on_a_hanging_call(
    counter: Counter, url: str, http: aiohttp.ClientSession
) -> None:
    counter.faults.queue(Hang())

    with pytest.raises(TimeoutError):
        await http.post(url, timeout=aiohttp.ClientTimeout(total=0.05))

    assert counter.accepted == 1
    await happened(counter.followed_up)


async def test_a_server_closes_while_a_call_hangs(
    counter: Counter, http: aiohttp.ClientSession
) -> None:
    counter.faults.queue(Hang())

    async with asyncio.TaskGroup() as calls, serving(counter.app) as base_url:
        hanging = calls.create_task(_outcome(http, f"{base_url}/deep/count"))
        await happened(counter.took)

    assert isinstance(hanging.result(), aiohttp.ServerDisconnectedError)


async def _outcome(http: aiohttp.ClientSession, url: str) -> int | aiohttp.ClientError:
    try:
        return await counted(http, url)
    except aiohttp.ClientError as error:
        return error


def test_a_fault_for_one_method_leaves_the_others_alone() -> None:
    faults = Faults()
    faults.queue(Refuse(500), method="send")
    faults.queue(Refuse(429))

    taken = [faults.take(method) for method in ("read", "read", "send", "send")]

    assert taken == [Refuse(429), None, Refuse(500), None]


def test_random_faults_come_in_their_shares_and_can_be_repeated() -> None:
    shares: dict[Fault, float] = {Refuse(429): 0.05, DropAfter(): 0.05}
    first, second = Faults(), Faults()
    first.at_random(seeded(), shares)
    second.at_random(seeded(), shares)

    taken = [first.take("send") for _ in range(4_000)]

    assert taken == [second.take("send") for _ in range(4_000)]
    assert 150 < taken.count(Refuse(429)) < 250
    assert 150 < taken.count(DropAfter()) < 250
    assert taken.count(None) > 3_500


def test_queued_faults_come_before_random_ones() -> None:
    faults = Faults()
    faults.at_random(seeded(), {Refuse(500): 1.0})
    faults.queue(Hang())

    assert [faults.take("send"), faults.take("send")] == [Hang(), Refuse(500)]


def test_random_faults_end_without_shares() -> None:
    faults = Faults()
    faults.at_random(seeded(), {Refuse(500): 1.0})

    faults.at_random(seeded(), {})

    assert faults.take("send") is None


@pytest.mark.parametrize("shares", [{Refuse(500): 1.1}, {Refuse(500): -0.1}])
def test_shares_that_are_no_fractions_are_refused(shares: dict[Fault, float]) -> None:
    with pytest.raises(ValueError, match="fractions"):
        Faults().at_random(seeded(), shares)
