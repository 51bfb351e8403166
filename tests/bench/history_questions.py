"""What operators ask of a history, many of each kind, the awkward ones among them."""

import itertools
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial, reduce
from random import Random

from context.lifecycle import TerminationReason
from context.messages import SLACK, WHATSAPP
from storage.compaction_history import CompactionHistory, Span
from storage.cursor import Cursor
from storage.database import Database
from storage.handoffs import HandoffFilter, Handoffs
from storage.sessions_list import SessionFilter, SessionList
from storage.statistics import Statistics
from storage.traces import Traces
from tests.bench.history_rows import BEGINS_AT, ENDS_AT, Size, trace_of, user_of

PAGE = 50
LONGEST_PAGE = 200

_COLUMNS: dict[str, tuple[HandoffFilter, ...]] = {
    "platform": tuple(HandoffFilter(platform=one) for one in (SLACK, WHATSAPP)),
    "agent_type": tuple(
        HandoffFilter(agent_type=one)
        for one in ("chat", "researcher", "planner", "coder", "reviewer", "auditor", "nobody")
    ),
    "project_id": tuple(
        HandoffFilter(project_id=one)
        for one in ("project-1", "project-20", "project-190", "nothing")
    ),
    "termination_reason": tuple(
        HandoffFilter(termination_reason=one) for one in TerminationReason
    ),
    "active": tuple(HandoffFilter(active=one) for one in (True, False)),
}
_OF_EACH_SET = 12
_RANKS = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 29_000)

_LENGTHS = """
select t from planned_trace where length between $1 and $2 order by md5(t::text) limit $3
"""
_WORDS = "select n, word from lexicon where n = any($1)"
_PLACES = (
    "select created_at, id from agent_handoff where created_at < $1 order by 1 desc limit 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing that is asked; its name is shown where it takes longest."""

    name: str
    ask: Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Questions of one kind, and how long one may take in the server, in milliseconds."""

    name: str
    target_ms: float
    questions: Sequence[Question]


async def kinds(database: Database, size: Size) -> list[Kind]:
    """Make up all questions, the same every time."""
    chance = Random(3)  # noqa: S311 - made-up questions, no secret
    return [
        _latest(database, size, chance),
        await _traces(database, "a trace of 1 to 10 handoffs", shortest=1, longest=10),
        await _traces(database, "a trace of 40 handoffs", shortest=40, longest=40),
        *_filtered(database, chance),
        *await _placed(database, size, chance),
        _other_lists(database, size, chance),
        *await _worded(database, size, chance),
        Kind(name="statistics", target_ms=50, questions=_statistics(database)),
    ]


def _latest(database: Database, size: Size, chance: Random) -> Kind:
    handoffs = Handoffs(database)
    people = [*range(5), *(chance.randrange(size.people) for _ in range(60))]
    return Kind(
        name="latest handoff of a user",
        target_ms=2,
        questions=[
            Question(name=f"person {one}", ask=partial(handoffs.latest, user_of(one)))
            for one in people
        ],
    )


async def _traces(database: Database, name: str, *, shortest: int, longest: int) -> Kind:
    traces = Traces(database)
    rows = await database.pool.fetch(_LENGTHS, shortest, longest, 30)
    return Kind(
        name=name,
        target_ms=3,
        questions=[
            Question(name=f"trace {row['t']}", ask=partial(traces.one, trace_of(row["t"])))
            for row in rows
        ],
    )


def _filtered(database: Database, chance: Random) -> Iterator[Kind]:
    """Pages of every set of columns, by some of their values, most of which never meet."""
    handoffs = Handoffs(database)
    names = ("no filter", "one filter", "two filters", "three", "four", "five")
    for many, name in enumerate(names):
        asked = [
            one
            for columns in itertools.combinations(_COLUMNS, many)
            for one in _some(chance, columns)
        ]
        yield _pages(handoffs, f"page of {name}", [(one, None) for one in asked])


def _some(chance: Random, columns: Sequence[str]) -> Sequence[HandoffFilter]:
    """Filters that name these columns, by all values or some of them."""
    every = [
        reduce(_narrowed, chosen, HandoffFilter())
        for chosen in itertools.product(*(_COLUMNS[name] for name in columns))
    ]
    return every if len(every) <= _OF_EACH_SET else chance.sample(every, _OF_EACH_SET)


def _narrowed(one: HandoffFilter, other: HandoffFilter) -> HandoffFilter:
    return HandoffFilter(
        platform=one.platform or other.platform,
        agent_type=one.agent_type or other.agent_type,
        project_id=one.project_id or other.project_id,
        termination_reason=one.termination_reason or other.termination_reason,
        active=other.active if one.active is None else one.active,
    )


async def _placed(database: Database, size: Size, chance: Random) -> list[Kind]:
    """Pages deep in lists, within spans of time, and of one user."""
    handoffs = Handoffs(database)
    deep: list[tuple[HandoffFilter, Cursor | None]] = []
    within: list[tuple[HandoffFilter, Cursor | None]] = []
    of_user: list[tuple[HandoffFilter, Cursor | None]] = []
    for _ in range(60):
        columns = chance.sample(list(_COLUMNS), chance.randrange(4))
        wanted = chance.choice(_some(chance, columns))
        at = BEGINS_AT + chance.random() * (ENDS_AT - BEGINS_AT)
        deep.append((wanted, await _cursor(database, at)))
        span = timedelta(days=chance.choice((1, 7, 30)))
        within.append((replace(wanted, created_after=at - span, created_before=at), None))
        user = user_of(chance.choice((*range(5), chance.randrange(size.people))))
        of_user.append((replace(wanted, user_id=user), None))
    return [
        _pages(handoffs, "page deep in a list", deep),
        _pages(handoffs, "page within a day, a week, a month", within),
        _pages(handoffs, "page of one user and more", of_user),
        _pages(handoffs, "page of 200", [(one, None) for one, _ in deep], limit=LONGEST_PAGE),
    ]


async def _cursor(database: Database, at: datetime) -> Cursor | None:
    row = await database.pool.fetchrow(_PLACES, at)
    return Cursor(created_at=row["created_at"], item_id=row["id"]) if row else None


def _pages(
    handoffs: Handoffs,
    name: str,
    asked: Sequence[tuple[HandoffFilter, Cursor | None]],
    *,
    limit: int = PAGE,
    target_ms: float = 5,
) -> Kind:
    return Kind(
        name=name,
        target_ms=target_ms,
        questions=[
            Question(
                name=_told(wanted),
                ask=partial(handoffs.page, wanted, limit=limit, cursor=cursor),
            )
            for wanted, cursor in asked
        ],
    )


def _told(wanted: HandoffFilter) -> str:
    given = {name: getattr(wanted, name) for name in HandoffFilter.__slots__}
    return " ".join(
        f"{value:%m-%d}" if isinstance(value, datetime) else f"{value}"
        for name, value in given.items()
        if value is not None
    )


def _other_lists(database: Database, size: Size, chance: Random) -> Kind:
    """Pages of compactions, rotations and sessions."""
    history, sessions = CompactionHistory(database), SessionList(database)
    user = user_of(chance.randrange(size.people))
    spans = [
        Span(),
        Span(platform=SLACK),
        Span(platform=WHATSAPP),
        Span(user_id=user_of(0)),
        Span(user_id=user, platform=WHATSAPP),
        Span(trace_id=trace_of(7)),
    ]
    filters = [
        SessionFilter(),
        SessionFilter(platform=WHATSAPP),
        SessionFilter(user_id=user),
    ]
    return Kind(
        name="page of compactions, rotations, sessions",
        target_ms=5,
        questions=[
            *(
                Question(name=f"{ask.__name__} {span}", ask=partial(ask, span, limit=PAGE))
                for ask in (history.compactions, history.rotations)
                for span in spans
            ),
            *(
                Question(name=f"sessions {one}", ask=partial(sessions.page, one, limit=PAGE))
                for one in filters
            ),
        ],
    )


async def _worded(database: Database, size: Size, chance: Random) -> list[Kind]:
    """Pages by words: those everybody says, some say, hardly anybody says; and more."""
    handoffs = Handoffs(database)
    rows = await database.pool.fetch(_WORDS, list(_RANKS))
    words = {row["n"]: str(row["word"]) for row in rows}
    single = [*words.values(), "nobodysaysthis", f"ORD{chance.randrange(size.handoffs)}"]
    several = [
        f"{words[one]} {words[other]}"
        for one, other in itertools.combinations(_RANKS, 2)
        if other <= 3_000
    ]
    pairs = [(words[one], words[other]) for one, other in itertools.pairwise(_RANKS)]
    phrases = [f'"{one} {other}"' for one, other in pairs]
    without = [f"{one} -{other}" for one, other in (*pairs, *((b, a) for a, b in pairs))]
    beside = [
        replace(wanted, q=q)
        for q in words.values()
        for wanted in (
            HandoffFilter(agent_type="coder"),
            HandoffFilter(agent_type="coder", platform=WHATSAPP),
            HandoffFilter(termination_reason=TerminationReason.IDLE_TIMEOUT),
            HandoffFilter(project_id="project-1", active=True),
            HandoffFilter(user_id=user_of(0)),
            HandoffFilter(created_before=BEGINS_AT + timedelta(days=60)),
        )
    ]
    named = {"a word": single, "two words": several, "a phrase": phrases, "without": without}
    return [
        *(
            _pages(
                handoffs,
                f"page of words: {name}",
                [(HandoffFilter(q=q), None) for q in ones],
                target_ms=50,
            )
            for name, ones in named.items()
        ),
        _pages(
            handoffs,
            "page of a word beside filters",
            [(one, None) for one in beside],
            target_ms=50,
        ),
    ]


def _statistics(database: Database) -> Sequence[Question]:
    statistics = Statistics(database)
    moments = [ENDS_AT - timedelta(hours=hours) for hours in (1, 12, 23)]
    return [
        Question(name=f"at {at:%H:%M}", ask=partial(statistics.read, now=at)) for at in moments
    ]
