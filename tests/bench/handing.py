"""What a handoff costs at the end of a full window: its document, and storing it."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from time import perf_counter

from bot.limits import Limits
from bot.succession import Legacy, succession
from context import trackers
from context.briefing import briefing, fitted
from context.categories import Trigger, UserProfile
from context.entries import (
    DecisionNote,
    Preference,
    RejectedAlternative,
    Statement,
    TaskProgress,
    Todo,
    WorkNote,
)
from context.facts import merged
from context.guard import SEED_SHARE
from context.handoff import HandoffDocument, document
from context.lifecycle import TerminationReason
from context.messages import AgentId, SessionId, TurnId
from context.notes import Notes
from context.probes import probed
from context.prompt import Item
from context.redaction import redacted_items
from context.session import Agent
from storage.database import Database, address, open_database
from storage.handing_over import Handoff
from storage.ledger import Ledger
from storage.migrate import migrate
from tests.bench.figures import AtMost, Line, Measurement, figures
from tests.bench.transcripts import transcript, words
from tests.builders import NOON, an_agent, an_inbound
from tests.postgres import new_database
from tests.storage.scenes import turn_begun

WINDOW_TOKENS = 200_000
TARGET_MS = 10.0

_CONNECTIONS = 4
_OF_EACH = 25
_SUMMARY_WORDS = 400
_MAKINGS = 5
_PROBED_OF_SEED = 2 / 3


def a_legacy(window_tokens: int = WINDOW_TOKENS, *, agent: Agent | None = None) -> Legacy:
    """What an agent leaves whose window is full: its transcript, facts and rolling notes.

    Args:
        window_tokens: What it could hold; its transcript takes 85 % of it.
        agent: Whose it is; somebody's by default.
    """
    items = transcript(int(0.85 * window_tokens))
    agent = agent or an_agent()
    return Legacy(
        agent=replace(agent, occupied_tokens=int(0.9 * window_tokens), turns=len(items) // 2),
        items=items,
        previous=None,
        notes=some_notes(items),
        facts=merged((), trackers.facts(items)),
        name="Ada",
    )


def some_notes(items: Sequence[Item]) -> Notes:
    """Rolling notes as a model keeps them: some entries of each kind, and 400 words."""
    chance = random.Random(2)  # noqa: S311 - made-up notes, no secret
    said = [words(chance, 12) for _ in range(_OF_EACH)]
    at = [(items[chance.randrange(len(items))].position,) for _ in said]
    both = list(zip(said, at, strict=True))
    return Notes(
        covers_to=items[-1].position,
        restated_goal=said[0],
        standing_instructions=tuple(Statement(text=t, positions=p) for t, p in both[:5]),
        profile=UserProfile(
            language="en",
            preferences=tuple(Preference(text=t, positions=p) for t, p in both[:10]),
        ),
        todos=tuple(Todo(text=t, positions=p) for t, p in both),
        task_progress=tuple(
            TaskProgress(task=t, status="going on", positions=p) for t, p in both
        ),
        decisions=tuple(DecisionNote(decision=t, reason=t, positions=p) for t, p in both),
        rejected_alternatives=tuple(
            RejectedAlternative(option=t, positions=p) for t, p in both
        ),
        work_completed=tuple(WorkNote(what=t, positions=p) for t, p in both),
        conversation_summary=words(chance, _SUMMARY_WORDS),
    )


def handed_over(legacy: Legacy, *, window_tokens: int, turn_id: TurnId) -> Handoff:
    """Make the handoff that the engine makes at a window's end."""
    return succession(
        legacy,
        trigger=Trigger.CRITICAL_THRESHOLD,
        limit_tokens=window_tokens,
        seed_tokens=int(window_tokens * SEED_SHARE),
        limits=Limits(tokens=window_tokens),
        turn_id=turn_id,
        now=NOON,
    )


async def handing(
    server_url: str, *, rounds: int, window_tokens: int = WINDOW_TOKENS
) -> Sequence[Line]:
    """Measure making a full window's handoff, and committing it.

    Args:
        server_url: A Postgres server where databases may be made.
        rounds: How many are committed, besides one at first that is not counted.
        window_tokens: How large the window is.
    """
    legacy = a_legacy(window_tokens)
    make = partial(handed_over, legacy, window_tokens=window_tokens, turn_id=TurnId("turn"))
    handoff = make()
    seconds = await _committing(server_url, handoff, rounds=rounds)
    size_bytes = len(handoff.document.model_dump_json())
    return (
        Measurement(
            name=f"commit a handoff, document of {size_bytes / 1000:.0f} KB, median",
            value=figures(seconds).median_ms,
            unit="ms",
            target=AtMost(TARGET_MS),
        ),
        *_parts(legacy, window_tokens=window_tokens),
        _made(f"make all of a handoff, window of {window_tokens:,} tokens", make),
    )


async def _committing(server_url: str, handoff: Handoff, *, rounds: int) -> list[float]:
    """Hand over again and again in one trace; the seconds that each commit took."""
    async with new_database(server_url) as url:
        await migrate(address(url))
        async with open_database(address(url), connections=_CONNECTIONS) as database:
            return await _chained(database, handoff, rounds=rounds)


async def _chained(database: Database, handoff: Handoff, *, rounds: int) -> list[float]:
    held, _ = await turn_begun(database, an_inbound())
    ledger = Ledger(database)
    seconds: list[float] = []
    for number in range(1, rounds + 2):
        chained = _numbered(handoff, number, session_id=held.session_id)
        began = perf_counter()
        await ledger.hand_off(held, None, handoff=chained, spoken=(), now=NOON)
        seconds.append(perf_counter() - began)
    return seconds[1:]


def _numbered(handoff: Handoff, number: int, *, session_id: SessionId) -> Handoff:
    """The same handoff as another one of its trace."""
    ended, successor = (
        replace(
            agent,
            agent_id=AgentId(f"agent-{version}"),
            session_id=session_id,
            version=version,
            began_from=f"handoff-{version - 1}" if version > 1 else None,
        )
        for version, agent in ((number, handoff.ended), (number + 1, handoff.successor))
    )
    return replace(
        handoff,
        handoff_id=f"handoff-{number}",
        sequence=number,
        ended=ended,
        successor=successor,
    )


def _parts(legacy: Legacy, *, window_tokens: int) -> Sequence[Measurement]:
    """What making it is made of."""
    items, room = legacy.items, int(window_tokens * SEED_SHARE * _PROBED_OF_SEED)

    def written() -> HandoffDocument:
        return document(
            agent=legacy.agent,
            items=items,
            previous=None,
            reason=TerminationReason.CONTEXT_WINDOW_EXHAUSTED,
            limit_tokens=window_tokens,
            now=NOON,
            notes=legacy.notes,
            facts=legacy.facts,
        )

    whole = written()
    told = briefing(whole, sequence=1)
    return (
        _made("  redact its transcript", lambda: redacted_items(items, scope="secrets")),
        _made("  write its document", written),
        _made("  trim that to its room", lambda: fitted(whole, max_tokens=room)),
        _made(
            f"  probe it for {len(legacy.facts)} facts",
            lambda: probed(legacy.facts, told=told),
        ),
    )


def _made(name: str, make: Callable[[], object]) -> Measurement:
    seconds: list[float] = []
    for _ in range(_MAKINGS):
        began = perf_counter()
        make()
        seconds.append(perf_counter() - began)
    return Measurement(name=name, value=figures(seconds).median_ms, unit="ms")
