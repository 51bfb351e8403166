"""The made-up year is as large and as awkward as it is said to be."""

import pytest

from context.messages import WHATSAPP
from storage.database import Database
from storage.handoffs import HandoffFilter, Handoffs
from storage.traces import Traces
from tests.bench.history_questions import kinds
from tests.bench.history_rows import Size, build, trace_of, user_of
from tests.storage.scenes import value

SIZE = Size(people=100, handoffs=3_000)


@pytest.mark.slow
async def test_a_made_up_year_is_as_it_is_said_to_be(database: Database) -> None:
    await build(database, SIZE, report=lambda _: None)
    handoffs = Handoffs(database)

    coders = await handoffs.page(HandoffFilter(agent_type="coder"), limit=1)
    on_whatsapp = await handoffs.page(HandoffFilter(platform=WHATSAPP), limit=1)
    both = await handoffs.page(HandoffFilter(agent_type="coder", platform=WHATSAPP), limit=1)
    trace = await Traces(database).one(trace_of(7))

    assert await value(database, "select count(*) from agent_handoff") == SIZE.handoffs
    assert coders.items
    assert on_whatsapp.items
    assert not both.items
    assert await handoffs.latest(user_of(0)) is not None
    assert trace is not None
    assert len(trace.agents) == len(trace.handoffs) + 1
    assert all(kind.questions for kind in await kinds(database, SIZE) if "40" not in kind.name)
