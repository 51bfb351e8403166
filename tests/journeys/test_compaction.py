"""Windows that fill: older turns give way to summaries, and after those comes a fresh agent."""

import re
from collections.abc import Sequence

import pytest

from tests.journeys.town import Person, Town, town, until
from tests.summarisers import failing, perfect, slow

LIMIT = 10_000
ORDER = "My order number is BX-48213-A."
INVOICE = "The invoice is INV-77120, due on 3 May 2027."

# Small steps before the summary, so that it finds something to free.
UP = (0.40, 0.60, 0.70, 0.78)
UP_AGAIN = (0.60, 0.70, 0.78)
AND_OVER = (0.60, 0.70, 0.78, 0.85, 0.91)


@pytest.fixture(params=["whatsapp", "slack"])
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def begun(here: Town, platform: str) -> Person:
    """Somebody who has told what must not be forgotten."""
    person = here.person(platform)
    await person.say(ORDER)
    await person.say(INVOICE)
    return person


async def filled(person: Person, shares: Sequence[float], *, first: int = 1) -> list[str]:
    """Fill a window step by step, with numbered notes; what was said meanwhile."""
    before = len(person.heard)
    for number, share in enumerate(shares, start=first):
        await person.fill(share, f"Note N-{number:03} down.")
    return person.heard[before:]


def count(said: Sequence[str], sign: str) -> int:
    """How many notices of a kind there are."""
    return sum(text.startswith(sign) for text in said)


def noted(said: Sequence[str]) -> list[int]:
    """The numbers of the notes that were answered, in the order of the answers."""
    return [int(found[1]) for text in said if (found := re.search(r"Noted: N-(\d+)", text))]


async def knows_all(person: Person) -> None:
    """Check that what was told at the beginning is still answered, and nothing waits."""
    assert "BX-48213-A" in (await person.say("What is my order number?"))[0]
    assert "INV-77120" in (await person.say("What is my invoice?"))[0]
    assert set(await person.town.fates()) == {"answered"}


async def held_at_most(here: Town) -> int:
    """The most that any reply filled its window up to."""
    async with here.database.hot() as connection:
        return int(
            await connection.fetchval(
                "select max(input_tokens + cache_read_tokens + cache_write_tokens"
                " + output_tokens) from model_usage where purpose = 'reply'"
            )
        )


async def test_after_the_last_compaction_comes_a_handoff(
    database_url: str, platform: str
) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        person = await begun(here, platform)

        once = await filled(person, UP)
        twice = await filled(person, UP_AGAIN, first=5)
        peak_tokens = await held_at_most(here)
        over = await filled(person, AND_OVER, first=8)

        assert peak_tokens < 0.9 * LIMIT
        assert noted([*once, *twice, *over]) == list(range(1, 13))
        kinds = [[count(said, sign) for sign in "⚠🧹🔴"] for said in (once, twice, over)]
        assert kinds == [[1, 1, 0], [1, 1, 0], [1, 0, 1]]
        await knows_all(person)
        await recorded(person, ["applied", "applied", "skipped"])


async def recorded(person: Person, states: Sequence[str]) -> None:
    """Check what operators are told: so many compactions, then one handoff of the same trace."""
    (handoff,) = await person.told("/handoffs")
    compactions = await person.told("/compactions")
    trace_id = handoff["trace_id"]
    trace = await person.town.admin(f"/traces/{trace_id}")

    assert [one["state"] for one in compactions] == states
    assert {
        (one["user_id"], one["platform"], one["trace_id"], one["agent_version"])
        for one in (handoff, *compactions)
    } == {(person.user_id, person.platform, trace_id, 1)}
    assert (handoff["sequence"], handoff["active"]) == (1, True)
    assert handoff["termination_reason"] == "context_window_exhausted"
    assert handoff["probe_score"] == 1.0
    assert 0.9 * LIMIT <= handoff["total_tokens"] < 0.95 * LIMIT
    assert [one["agent_version"] for one in trace["agents"]] == [1, 2]
    assert await person.told("/rotations") == []


async def test_where_notes_cannot_be_had_the_handoff_comes_all_the_same(
    database_url: str, platform: str
) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        here.model.notes = failing(400)
        person = await begun(here, platform)

        said = await filled(person, (*UP, 0.82, 0.91))

        assert noted(said) == list(range(1, 7))
        assert [count(said, sign) for sign in "⚠🧹🔴"] == [1, 0, 1]
        failed, skipped = await person.told("/compactions")
        assert (failed["reason"], skipped["reason"]) == ("ModelFault", "cooling_down")
        await knows_all(person)
        await recorded(person, ["failed", "skipped"])


async def test_with_compaction_off_a_window_runs_on_to_its_handoff(
    database_url: str, platform: str
) -> None:
    settings = {"compaction_threshold": "off"}
    async with town(database_url, limit_tokens=LIMIT, settings=settings) as here:
        person = await begun(here, platform)

        said = await filled(person, (0.5, 0.72, 0.76, 0.85, 0.91))

        assert [count(said, sign) for sign in "⚠🧹🔴"] == [1, 0, 1]
        await knows_all(person)
        skipped = [one["reason"] for one in await person.told("/compactions")]
        assert set(skipped) <= {"off"}
        await recorded(person, ["skipped"] * len(skipped))


async def test_nobody_waits_for_a_compaction(database_url: str) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        person = await begun(here, "whatsapp")
        await filled(person, UP[:-1])
        here.model.notes = slow(1, perfect)

        await person.write(await here.paste_to(person.user_id, UP[-1]))
        await until(lambda: here.model.requests[-1].output_schema is not None)
        await person.write("Are you there? My ticket is TK-991.")
        await until(lambda: any("TK-991" in text for text in person.heard))

        assert not await here.is_quiet()
        assert await person.told("/compactions") == []
        await until(here.is_quiet)
        assert [one["state"] for one in await person.told("/compactions")] == ["ready"]
