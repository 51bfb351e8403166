"""The newest handoffs that fit, found the long way round: all of them, sorted, cut."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from context.lifecycle import TerminationReason
from context.messages import Platform, TraceId, UserId, person_id
from storage import handoff_search
from storage.cursor import Cursor
from storage.database import Database
from storage.handoffs import HandoffFilter, Handoffs, HandoffSummary
from tests.builders import NOON
from tests.storage.rows import a_handoff_row, a_met_person, keep

HANDOFFS = 120
USERS = [UserId(f"T1:U{letter}") for letter in "AB"]
WORDS = ("lamp", "blue", "order", "refund")


@pytest.fixture(params=[(2, 3), (10, 40), (1_000, 1_000)], ids=["soon", "later", "never"])
def _short_of_breath(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few are looked through before the other ways are taken, as of a million with few."""
    walked, read = request.param
    monkeypatch.setattr(handoff_search, "_WALKED", walked)
    monkeypatch.setattr(handoff_search, "_READ", read)
    monkeypatch.setattr(handoff_search, "_SOME", 1)


@pytest.mark.slow
@pytest.mark.usefixtures("_short_of_breath")
@pytest.mark.parametrize("seed", list(range(2)))
async def test_what_is_found_is_what_reading_everything_finds(
    database: Database, seed: int
) -> None:
    chance = Random(seed)  # noqa: S311 - made-up questions, no secret
    said = await _fill(database, chance)
    handoffs = Handoffs(database)
    everything = (await handoffs.page(HandoffFilter(), limit=HANDOFFS)).items
    assert len(everything) == HANDOFFS

    for wanted, limit, cursor in _questions(chance, everything):
        page = await handoffs.page(wanted, limit=limit, cursor=cursor)

        fitting = [
            one
            for one in everything
            if _fits(one, wanted, said[one.handoff_id])
            and (
                cursor is None
                or (one.created_at, one.handoff_id) < (cursor.created_at, cursor.item_id)
            )
        ]
        assert list(page.items) == fitting[:limit], wanted
        assert (page.next_cursor is None) is (len(fitting) <= limit)


async def _fill(database: Database, chance: Random) -> dict[str, str]:
    """Store handoffs of which several were made at one moment; handoff → its words."""
    await keep(database, *(row for user in USERS for row in a_met_person(user)))
    said: dict[str, str] = {}
    rows = []
    for number in range(HANDOFFS):
        words = " ".join(word for word in WORDS if chance.random() < 0.4)
        platform = chance.choice(("slack", "slack", "whatsapp"))
        types = ("chat", "chat", "coder") if platform == "slack" else ("chat",)
        user = chance.choice(USERS)
        trace = f"{number % 20:032x}"
        said[f"handoff-{number}"] = words
        rows.append(
            a_handoff_row(number // 20 + 1, trace_id=trace).values(
                id=f"handoff-{number}",
                user_id=user,
                person_id=person_id(Platform("slack"), user),
                platform=platform,
                agent_type=chance.choice(types),
                project_id=chance.choice((None, "atlas", "borealis")),
                termination_reason=chance.choice(("user_request", "error", "idle_timeout")),
                active=chance.random() < 0.3,
                created_at=NOON + timedelta(minutes=number // 3),
                briefing=words,
            )
        )
    await keep(database, *rows)
    return said


def _questions(
    chance: Random, everything: tuple[HandoffSummary, ...]
) -> Iterator[tuple[HandoffFilter, int, Cursor | None]]:
    for _ in range(150):
        wanted = HandoffFilter()
        for narrower in _NARROWER:
            if chance.random() < 0.3:
                wanted = narrower(wanted, chance)
        place = chance.choice(everything)
        cursor = Cursor(created_at=place.created_at, item_id=place.handoff_id)
        yield wanted, chance.choice((1, 5, 50)), chance.choice((None, None, cursor))


_NARROWER: list[Callable[[HandoffFilter, Random], HandoffFilter]] = [
    lambda w, c: replace(w, user_id=c.choice((*USERS, None, None, None))),
    lambda w, c: replace(w, platform=c.choice((Platform("slack"), Platform("whatsapp")))),
    lambda w, c: replace(w, trace_id=c.choice((TraceId(f"{3:032x}"), None, None, None))),
    lambda w, c: replace(w, agent_type=c.choice(("chat", "coder", "nobody"))),
    lambda w, c: replace(w, project_id=c.choice(("atlas", "borealis", "nothing", None))),
    lambda w, c: replace(
        w,
        termination_reason=c.choice((TerminationReason.ERROR, TerminationReason.IDLE_TIMEOUT)),
    ),
    lambda w, c: replace(w, active=c.choice((True, False))),
    lambda w, c: replace(w, created_after=NOON + timedelta(minutes=c.choice((10, 30)))),
    lambda w, c: replace(w, created_before=NOON + timedelta(minutes=c.choice((0, 35)))),
    lambda w, c: replace(w, q=c.choice(list(_SAYS))),
]


def _fits(one: HandoffSummary, wanted: HandoffFilter, said: str) -> bool:
    equal = ("user_id", "platform", "trace_id", "agent_type", "project_id", "active")
    if wanted.q is not None and not _SAYS[wanted.q](set(said.split())):
        return False
    return (
        all(getattr(wanted, name) in {None, getattr(one, name)} for name in equal)
        and wanted.termination_reason in {None, one.termination_reason}
        and (wanted.created_after is None or one.created_at >= wanted.created_after)
        and (wanted.created_before is None or one.created_at < wanted.created_before)
    )


_SAYS: dict[str, Callable[[set[str]], bool]] = {
    "lamp": lambda words: "lamp" in words,
    "blue lamp": lambda words: words >= {"lamp", "blue"},
    '"lamp blue"': lambda words: words >= {"lamp", "blue"},  # they are written in this order
    "lamp -blue": lambda words: "lamp" in words and "blue" not in words,
    "order or refund": lambda words: bool(words & {"order", "refund"}),
    "absent": lambda words: False,  # noqa: ARG005 - nobody says it
}
