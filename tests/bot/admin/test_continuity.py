"""How unbroken the last hours were, over HTTP."""

import httpx2
import pytest

from storage.database import Database
from storage.tally import Counted, Kind, Tally
from tests.builders import NOON, USER
from tests.storage.rows import a_call_row, a_met_person, a_turn, keep


async def test_the_last_hours_are_told_in_figures(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await keep(database, *a_met_person(), *a_turn())
    counts = {Kind(Counted.ACCEPTED, "slack"): 3, Kind(Counted.DUPLICATE, "slack"): 1}
    await Tally(database).add(counts, now=NOON)

    answer = await api.get("/continuity")

    assert answer.status_code == 200
    found = answer.json()
    assert (found["messages_accepted"], found["duplicate_rate"]) == (3, 0.25)
    assert (found["turns_timed"], found["reply_p95_seconds"]) == (1, 8)
    assert found["phase_p95_seconds"]["model"] == 3
    assert [user["key"] for user in found["top_users"]] == [USER]
    # Nobody knows what this model costs.
    assert found["spent"]["cost_usd"] is found["cost_per_user_usd"] is None


async def test_what_a_person_costs_is_the_cost_of_all_by_their_number(
    database: Database, api: httpx2.AsyncClient
) -> None:
    call = a_call_row(1, output_tokens=1_000_000).values(model="claude-opus-5")
    await keep(database, *a_met_person(), call)

    found = (await api.get("/continuity")).json()

    assert found["people"] == 1
    assert found["cost_per_user_usd"] == pytest.approx(25.00635)


@pytest.mark.parametrize("hours", ["0", "745", "a", "1.5"])
async def test_a_window_is_a_month_at_most(api: httpx2.AsyncClient, hours: str) -> None:
    answer = await api.get("/continuity", params={"hours": hours})

    assert answer.status_code == 422
    assert answer.json()["field"] == "hours"
