from datetime import timedelta

from context.messages import TraceId
from storage.database import Database
from storage.trace_notices import TraceNotices
from tests.builders import NOON
from tests.storage.rows import TRACE, a_met_person, an_agent_row, an_outbox_row, keep


async def test_notices_of_a_trace_are_told_oldest_first_without_their_words(
    database: Database,
) -> None:
    critical, warning = (
        an_outbox_row(
            number, state="sent", created_at=NOON + timedelta(minutes=5 - number)
        ).values(kind="notice", notice=notice, agent_id="agent-01234567-1")
        for number, notice in ((1, "critical"), (2, "warning"))
    )
    await keep(
        database,
        *a_met_person(),
        an_agent_row(1),
        critical,
        warning,
        an_outbox_row(3).values(agent_id="agent-01234567-1"),
        an_outbox_row(5).values(kind="notice", notice="usage", agent_id="agent-01234567-1"),
        an_outbox_row(4).values(kind="notice", notice="warning", agent_id="another"),
    )

    told = await TraceNotices(database).of(TraceId(TRACE), limit=10)

    assert [(one.notice, one.state, one.agent_version) for one in told] == [
        ("warning", "sent", 1),
        ("critical", "sent", 1),
    ]
    assert "secret" not in repr(told)
