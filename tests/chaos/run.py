"""One run: everybody writes, everything dies now and then, and the result is looked at."""

import asyncio
import contextlib
import os
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic

from bot.clock import SystemClock
from tests.chaos.crowd import Crowd, Post
from tests.chaos.deployment import deployed, free_ports
from tests.chaos.kills import Reaper, Recovery, Victim, schedule
from tests.chaos.moments import Moments, until
from tests.chaos.platforms import marker, platforms
from tests.chaos.verdict import (
    broken,
    complaints,
    disorder,
    handoffs,
    is_at_rest,
    misheard,
    replies,
    waits_s,
)

_WEBS = 2
_UNLUCKY_SHARE = 0.03
_SETTLE_WITHIN_S = 40
_AROUND_IT_S = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How large a run is.

    Attributes:
        ahead: How far the crowd may be ahead of the model, in messages.
        kills: What dies, together or one after the other, in an order to be drawn.
        within_s: Longest time until all is said and all kills are over.
    """

    people: int
    messages_each: int
    ahead: int
    workers: int
    kills: Sequence[tuple[Victim, ...]]
    within_s: float

    @property
    def messages(self) -> int:
        """How many are written in all."""
        return self.people * self.messages_each


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run came to.

    Attributes:
        seed: Repeats the schedule.
        wrongs: Everything that should not be; nothing, if all is well.
        seconds: From the first message until everything was answered and at rest.
        waits_s: How long each message waited for its answer.
        accepts_s: How long each delivery waited for its acknowledgement.
        refused: Deliveries that were made again.
        faults: Calls of the platforms that were made to fail, of `calls`.
        overloads: Calls that met an overloaded model.
        replies: How many there were; fewer than messages, as some answer several.
        handoffs: From one agent to the next.
    """

    plan: Plan
    seed: int
    wrongs: list[str]
    recoveries: list[Recovery]
    seconds: float
    waits_s: list[float]
    accepts_s: list[float]
    refused: int
    faults: int
    calls: int
    overloads: int
    replies: int
    handoffs: int

    @property
    def recoveries_s(self) -> list[float]:
        """How long each kill that hit something was felt."""
        return [one.seconds for one in self.recoveries if one.seconds is not None]


async def run(plan: Plan, folder: Path) -> Outcome:
    """Let everybody write while everything dies, and look at what came of it.

    Args:
        plan: What is to happen.
        folder: For the logs of all processes.

    Raises:
        TimeoutError: What is around it, starting and stopping, took longer than it may.
    """
    seed = int(os.environ.get("CHAOS_SEED", "1"))
    chance = random.Random(seed)  # noqa: S311 - draws a schedule that can be repeated
    kills = tuple(schedule(chance, plan.kills, messages=plan.messages))
    names = [marker(p, n) for p in range(plan.people) for n in range(plan.messages_each)]
    unlucky = set(chance.sample(names, round(_UNLUCKY_SHARE * plan.messages)))
    ports = free_ports(_WEBS, chance)
    moments = Moments()
    async with asyncio.timeout(plan.within_s + _AROUND_IT_S), AsyncExitStack() as stack:
        world = await stack.enter_async_context(
            platforms(
                moments, chance, people=plan.people, unlucky=unlucky, callbacks_to=ports[0]
            )
        )
        deployment = await stack.enter_async_context(
            deployed(folder, ports=ports, workers=plan.workers, variables=world.variables)
        )
        post = Post(origins=tuple(deployment.webs), chance=chance)
        crowd = Crowd(
            people=world.people,
            messages_each=plan.messages_each,
            ahead=plan.ahead,
            post=post,
            moments=moments,
            chance=chance,
        )
        reaper = Reaper(deployment, moments, SystemClock())
        began = monotonic()
        wrongs: list[str] = []
        try:
            async with asyncio.timeout(plan.within_s), asyncio.TaskGroup() as group:
                group.create_task(crowd.speak())
                group.create_task(reaper.reap(kills))
        except TimeoutError:
            wrongs.append(f"not all was said and answered within {plan.within_s} s")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SETTLE_WITHIN_S):
                await until(partial(is_at_rest, deployment.cluster))
        seconds = monotonic() - began
        wrongs.extend(await disorder(deployment.cluster))
        for person in world.people:
            wrongs.extend(complaints(person, messages=plan.messages_each))
            wrongs.extend(await misheard(person, deployment.cluster))
        handed_over = await handoffs(deployment.cluster)
    for program in deployment.programs:
        wrongs.extend(broken(program))
    return Outcome(
        plan=plan,
        seed=seed,
        wrongs=wrongs,
        recoveries=reaper.recoveries,
        seconds=seconds,
        waits_s=[wait for person in world.people for wait in waits_s(person)],
        accepts_s=post.accepted_s,
        refused=post.refused,
        faults=sum(fault is not None for fault in world.faults),
        calls=len(world.faults),
        overloads=world.echo.overloads.total(),
        replies=sum(replies(person) for person in world.people),
        handoffs=handed_over,
    )
