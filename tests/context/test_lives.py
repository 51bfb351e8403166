"""Whole lives of agents, by all that decides about them together: what holds in every one."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum, auto
from typing import assert_never

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.guard import MOST_HANDOFFS, SEED_SHARE, Go, guarded
from context.lifecycle import AgentState, TerminationReason, after
from context.lifecycle_events import Critical, HandedOff, LifecycleEvent, Warned, events_of
from context.messages import AgentId
from context.pace import added_tokens, paced
from context.policy import REARM, HandOff, Notify, Proceed, Rotate, Thresholds, decide
from context.session import Agent, Level
from context.shaping import Shaping
from context.tidying import MOST_WEAK, Compact, Draft, Upkeep, Wait, tidying
from tests.builders import NOON, an_agent

LIMIT = 10_000


class Fate(Enum):
    """What becomes of a compaction by the next turn."""

    STRONG = auto()
    WEAK = auto()
    FAILED = auto()
    STILL_RUNNING = auto()


FREED = {Fate.STRONG: 0.55, Fate.WEAK: 0.1}


@dataclass(frozen=True)
class Day:
    """A turn: what it adds, how long after the one before, and how housekeeping fares."""

    added: int
    minutes: float
    fate: Fate
    seed: int


@dataclass
class Life:
    """A trace of agents and everything that was asked for."""

    thresholds: Thresholds
    shaping: Shaping
    agent: Agent = field(default_factory=lambda: replace(an_agent(occupied_tokens=0), turns=0))
    upkeep: Upkeep = field(default_factory=Upkeep)
    now: timedelta = timedelta()
    events: list[LifecycleEvent] = field(default_factory=list)
    compactions: dict[int, int] = field(default_factory=dict)
    asked_at: list[tuple[int, int]] = field(default_factory=list)

    def live(self, day: Day) -> None:
        """One turn and what follows from it."""
        self.now += timedelta(minutes=day.minutes)
        self._settle(day.fate)
        before = self.agent
        occupied = before.occupied_tokens + day.added
        self.agent = replace(
            before,
            occupied_tokens=occupied,
            turns=before.turns + 1,
            pace_tokens=paced(before, added_tokens(before, occupied_tokens=occupied)),
        )
        decision = decide(
            occupied_tokens=occupied,
            limit_tokens=LIMIT,
            told=before.told,
            thresholds=self.thresholds,
        )
        match decision:
            case Proceed(told) | Notify(told):
                state = AgentState.WARNING if told is Level.WARNING else AgentState.ACTIVE
                self.agent = replace(self.agent, told=told, state=after(before.state, state))
                self.events += events_of(before, self.agent, limit_tokens=LIMIT)
                self._tidy()
            case HandOff() | Rotate():
                self._hand_off(before, day.seed)
            case never:
                assert_never(never)

    def _tidy(self) -> None:
        tasks = tidying(
            self.agent,
            limit_tokens=LIMIT,
            thresholds=self.thresholds,
            shaping=self.shaping,
            upkeep=self.upkeep,
            now=NOON + self.now,
        )
        assert len(tasks) <= 2
        for task in tasks:
            match task:
                case Compact():
                    assert len(tasks) == 1
                    self.agent = replace(
                        self.agent, state=after(self.agent.state, AgentState.COMPACTING)
                    )
                    self.asked_at.append((self.agent.version, self.agent.turns))
                    self.upkeep = replace(self.upkeep, is_under_way=True)
                case Draft():
                    self.upkeep = replace(self.upkeep, undrafted_tokens=0)
                case Wait():
                    pass
                case never:
                    assert_never(never)

    def _settle(self, fate: Fate) -> None:
        if not self.upkeep.is_under_way or fate is Fate.STILL_RUNNING:
            return
        if fate is Fate.FAILED:
            failures = self.upkeep.failures + 1
            self.upkeep = Upkeep(failures=failures, failed_at=NOON + self.now)
            return
        held = round(self.agent.occupied_tokens * (1 - FREED[fate]))
        weak = self.agent.weak_compactions + 1 if fate is Fate.WEAK else 0
        self.agent = replace(
            self.agent,
            state=after(self.agent.state, AgentState.ACTIVE),
            occupied_tokens=held,
            compaction_id="compaction",
            compactions=self.agent.compactions + 1,
            weak_compactions=weak,
            compacted_at_turn=self.agent.turns,
            compacted_to_tokens=held,
        )
        version = self.agent.version
        self.compactions[version] = self.compactions.get(version, 0) + 1
        self.upkeep = Upkeep()

    def _hand_off(self, before: Agent, seed_tokens: int) -> None:
        version = before.version + 1
        ended = replace(self.agent, told=Level.CRITICAL, state=AgentState.HANDOFF_COMPLETE)
        after(after(before.state, AgentState.HANDOFF_PENDING), ended.state)
        successor = replace(
            an_agent(version=version, state=AgentState.INITIALIZING, occupied_tokens=0),
            occupied_tokens=min(seed_tokens, int(SEED_SHARE * LIMIT)),
            turns=0,
            pace_tokens=ended.pace_tokens,
        )
        self.events += events_of(
            before,
            ended,
            limit_tokens=LIMIT,
            successor=successor,
            reason=TerminationReason.CONTEXT_WINDOW_EXHAUSTED,
        )
        self.agent, self.upkeep = successor, Upkeep()


@st.composite
def thresholds(draw: st.DrawFn) -> Thresholds:
    shares = st.integers(35, 99).map(lambda percent: percent / 100)
    kept = sorted(draw(st.lists(shares, min_size=4, max_size=4, unique=True)))
    on = draw(st.tuples(*[st.booleans()] * 4))
    warning, compaction, critical, rotation = (
        share if is_on else None for share, is_on in zip(kept, on, strict=True)
    )
    return Thresholds(
        warning=warning, compaction=compaction, critical=critical, rotation=rotation
    )


shapings = st.builds(
    Shaping,
    max_compactions=st.integers(0, 4),
    compaction_min_messages=st.integers(1, 5),
    compaction_cooldown=st.sampled_from([timedelta(0), timedelta(seconds=60)]),
)
days = st.builds(
    Day,
    added=st.integers(0, LIMIT // 3),
    minutes=st.floats(0, 30),
    fate=st.sampled_from(Fate),
    seed=st.integers(0, LIMIT),
)


def lived(steps: Thresholds, shaping: Shaping, way: list[Day]) -> Life:
    life = Life(steps, shaping)
    for day in way:
        life.live(day)
    return life


@pytest.mark.slow
@given(thresholds(), shapings, st.lists(days, max_size=40))
def test_no_agent_is_compacted_more_often_than_allowed(
    steps: Thresholds, shaping: Shaping, way: list[Day]
) -> None:
    life = lived(steps, shaping, way)

    assert all(times <= shaping.max_compactions for times in life.compactions.values())
    if steps.compaction is None:
        assert not life.asked_at


@pytest.mark.slow
@given(thresholds(), st.lists(days, max_size=40))
def test_weak_compactions_come_to_an_end_by_themselves(
    steps: Thresholds, way: list[Day]
) -> None:
    always_weak = [replace(day, fate=Fate.WEAK) for day in way]

    life = lived(steps, Shaping(max_compactions=20), always_weak)

    assert all(times <= MOST_WEAK for times in life.compactions.values())


@pytest.mark.slow
@given(thresholds(), shapings, st.lists(days, max_size=40))
def test_each_agent_is_handed_off_once_and_told_of_before(
    steps: Thresholds, shaping: Shaping, way: list[Day]
) -> None:
    life = lived(steps, shaping, way)

    ended = [e.subject.agent_id for e in life.events if isinstance(e, HandedOff)]
    told = [e.subject.agent_id for e in life.events if isinstance(e, Critical)]
    assert ended == told == [AgentId(f"agent-{n}") for n in range(1, life.agent.version)]


@pytest.mark.slow
@given(thresholds(), st.lists(days, max_size=40))
def test_no_agent_is_warned_of_twice_unless_its_window_emptied(
    steps: Thresholds, way: list[Day]
) -> None:
    life = Life(steps, Shaping())
    lowest: dict[AgentId, int] = {}
    for day in way:
        was = len(life.events)
        life.live(day)
        for warned in (e.subject for e in life.events[was:] if isinstance(e, Warned)):
            assert steps.warning is not None
            since = lowest.get(warned.agent_id)
            assert since is None or since < REARM * steps.warning * LIMIT
            lowest[warned.agent_id] = warned.occupied_tokens
        mine = life.agent.agent_id
        if mine in lowest:
            lowest[mine] = min(lowest[mine], life.agent.occupied_tokens)


@pytest.mark.slow
@given(thresholds(), st.integers(0, LIMIT))
def test_a_fresh_agent_has_room_so_that_no_handoff_follows_from_a_handoff(
    steps: Thresholds, seed_tokens: int
) -> None:
    verdict = guarded(
        seed_tokens=seed_tokens,
        limit_tokens=LIMIT,
        handoffs_in_a_row=0,
        seed_digest="one",
        earlier_seed_digest="another",
    )

    if verdict == Go():
        decision = decide(
            occupied_tokens=seed_tokens, limit_tokens=LIMIT, told=Level.NONE, thresholds=steps
        )
        assert decision == Proceed(Level.NONE)


def test_a_message_that_fills_every_window_makes_five_handoffs_and_no_more() -> None:
    """Thresholds so low that even a seed passes them: only the guard ends it."""
    steps = Thresholds(warning=None, compaction=None, critical=0.1, rotation=None)
    handoffs = 0
    while isinstance(
        decide(occupied_tokens=2_000, limit_tokens=LIMIT, told=Level.NONE, thresholds=steps),
        HandOff,
    ):
        verdict = guarded(
            seed_tokens=2_000,
            limit_tokens=LIMIT,
            handoffs_in_a_row=handoffs,
            seed_digest=f"seed {handoffs}",
            earlier_seed_digest=f"seed {handoffs - 1}",
        )
        if verdict != Go():
            break
        handoffs += 1

    assert handoffs == MOST_HANDOFFS
