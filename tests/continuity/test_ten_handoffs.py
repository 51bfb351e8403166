"""What was told at the beginning is known ten agents later, whatever a model notes of it."""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from random import Random
from statistics import median, quantiles

import pytest

from bot.emulator.servers.model import Summariser
from context.shaping import Shaping
from storage.database import Database
from tests import summarisers
from tests.bot.chat import Chat, given
from tests.continuity.driving import (
    LIMITS,
    LONG_STORIES,
    QUICK,
    SHORT_QUESTIONS,
    Drive,
    Style,
    Way,
)
from tests.continuity.planting import PLANTED, Planted, missing, opening, updates
from tests.continuity.whole import wrongs
from tests.storage.scenes import rows

HANDOFFS = 10
SUMMARISERS: dict[str, Summariser] = {
    "perfect": summarisers.perfect,
    "slow": summarisers.slow(0.01),
    "lossy": summarisers.lossy(0.7, kept_with_figures=0.5),
    "forgetful": summarisers.forgetful,
    "lying": summarisers.lying,
    "silent": summarisers.silent,
    "cut off": summarisers.cut_off,
    "rambling": summarisers.rambling,
    "failing": summarisers.failing(529),
}
WHO_NOTE_ALL = {"perfect", "slow"}
WAYS = tuple(Way)

_MARKED = re.compile(r"superseded by|^- \d{4}-\d\d-\d\d: ")
_CUT = re.compile(r"\[… .{1,80} left out …\]")
_FIGURE = re.compile(r"\w*\d[\w@/:.,+$-]*\w|\w*\d")
_NOT_SAID = frozenset(
    {"agent_info", "termination_reason", "token_usage", "schema_number", "covers_to"}
    | {"message_id", "sources", "positions", "turn_id", "said_at", "since", "at", "attempts"}
    | {"kept", "stubbed", "clipped", "clip_bytes", "clip_lines", "source_message_ids"}
)


@dataclass(slots=True, kw_only=True)
class Run:
    """What was seen of one conversation.

    Attributes:
        lost: By agent version, the values its first request did not hold.
        stale: By agent version, the lines of it that give a superseded value as current.
        unanswered: What was asked at the end and not answered right, with the answer.
        turns: How many there were.
    """

    lost: dict[int, list[str]] = field(default_factory=dict)
    stale: dict[int, list[str]] = field(default_factory=dict)
    unanswered: list[tuple[str, str]] = field(default_factory=list)
    turns: int = 0


async def held(drive: Drive, *, owed: Iterable[Planted]) -> Run:
    """Tell everything, go through ten handoffs in several ways, and ask for everything."""
    run, owed = Run(), tuple(owed)
    for message in opening():
        await drive.tell(message)
    later = list(updates())
    for number in range(HANDOFFS):
        if later and number > 0:
            await drive.tell(later.pop(0).told)
        request = await drive.hand_off(WAYS[number % len(WAYS)])
        told = "\n".join(given(request))
        known = [one for one in owed if one not in later]
        if lost := missing(told, known):
            run.lost[drive.version] = lost
        if stale := list(_stale(told, known)):
            run.stale[drive.version] = stale
    # First what changed: what else is looked up brings the old words up with their date,
    # and the stand-in knows no dates.
    asked = (*updates(), *(one for one in PLANTED if not one.superseded))
    for some in (asked[at : at + 3] for at in range(0, len(asked), 3)):
        heard = await drive.tell(" ".join(one.asked for one in some), answer=None)
        said = "\n".join(one.text for one in heard if one.kind == "reply")
        run.unanswered += [(one.asked, said) for one in some if not one.is_answered_by(said)]
    run.turns = drive.number
    return run


def _stale(told: str, known: Iterable[Planted]) -> Iterator[str]:
    """Lines that give a superseded value without saying so, or at least when it was said."""
    changed = [one.superseded for one in known if one.superseded]
    for line in told.splitlines():
        if any(old in line for old in changed) and not _MARKED.search(line):
            yield line


def owed_by(name: str) -> list[Planted]:
    """What must stand in the next agent's request, word for word.

    What no pattern finds stands there only if a model notes it; else it can be looked up.
    """
    return [one for one in PLANTED if name in WHO_NOTE_ALL or not one.is_noted_only]


def a_drive(chat: Chat, name: str, *, style: Style = QUICK, seed: int = 1) -> Drive:
    chat.api.notes = SUMMARISERS[name]
    return Drive(chat=chat, style=style, chance=Random(seed))  # noqa: S311 - small talk


async def check(run: Run, drive: Drive) -> None:
    """Hold a run against all that was promised."""
    database = drive.chat.database
    assert run.lost == {}
    assert run.stale == {}
    assert run.unanswered == []
    assert drive.version == HANDOFFS + 1
    scores = await rows(database, "select distinct probe_score from agent_handoff")
    assert [row["probe_score"] for row in scores] == [1.0]
    forced = await rows(database, "select distinct trigger from rotation")
    assert {row["trigger"] for row in forced} == {"rotation_threshold", "prompt_too_long"}
    assert await wrongs(database, by_wish=HANDOFFS // len(WAYS)) == []
    assert await made_up(database) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", SUMMARISERS)
async def test_everything_told_is_known_ten_agents_later(chat: Chat, name: str) -> None:
    drive = a_drive(chat, name)

    run = await held(drive, owed=owed_by(name))

    await check(run, drive)
    assert drive.tidied >= HANDOFFS // 2


@pytest.mark.slow_chaos
@pytest.mark.parametrize("seed", [2, 3, 4])
@pytest.mark.parametrize("style", [SHORT_QUESTIONS, LONG_STORIES], ids=["short", "long"])
@pytest.mark.parametrize("name", SUMMARISERS)
async def test_everything_told_is_known_however_people_talk(
    chat: Chat, *, name: str, style: Style, seed: int
) -> None:
    drive = a_drive(chat, name, style=style, seed=seed)

    run = await held(drive, owed=owed_by(name))

    await check(run, drive)


@pytest.mark.parametrize(
    ("agents", "fewest"),
    [
        pytest.param(2, 6, marks=pytest.mark.slow, id="few"),
        pytest.param(15, 50, marks=pytest.mark.slow_chaos, id="many"),
    ],
)
async def test_a_compaction_frees_half_of_the_window(
    chat: Chat, capsys: pytest.CaptureFixture[str], *, agents: int, fewest: int
) -> None:
    drive = a_drive(chat, "perfect")
    drive.limits = replace(LIMITS, shaping=Shaping())
    for message in opening():
        await drive.tell(message)
    for drive.style in (SHORT_QUESTIONS, LONG_STORIES):
        for _ in range(agents):
            await drive.hand_off(Way.CRITICAL)
    made = await rows(chat.database, _APPLIED)
    shares = [float(str(row["share"])) for row in made]

    middle, least = median(shares), quantiles(shares, n=10)[0]
    with capsys.disabled():
        figures = f"freed: {middle:.0%} at the median, {least:.0%} at the 10th percentile"
        sys.stdout.write(f"\n{figures}, of {len(shares)} compactions\n")
    assert len(shares) >= fewest
    assert middle >= 0.50
    assert least >= 0.40


async def made_up(database: Database) -> list[str]:
    """Figures in anything that is kept beside the transcript and that were never said."""
    items = await rows(database, "select blocks, said_at from content_item")
    said = "\n".join(f"{item['blocks']} {item['said_at']}" for item in items)
    kept = await rows(database, _KEPT)
    stored = (text for row in kept for text in _texts(json.loads(str(row["kept"]))))
    return [
        figure
        for text in stored
        for figure in _FIGURE.findall(_CUT.sub("", text))
        if figure not in said
    ]


_APPLIED = """
select 1 - after_tokens::float / before_tokens as share from compaction where state = 'applied'
"""
_KEPT = """
select document::text as kept from agent_handoff union all select document::text from notes
union all select fact::text from fact
union all select summary::text from compaction where summary is not null
"""


def _texts(value: object) -> Iterator[str]:
    """Everything in a stored document that somebody is said to have said."""
    match value:
        case dict():
            for name, inner in value.items():
                if name not in _NOT_SAID:
                    yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
        case str():
            yield value
        case _:
            pass
