"""A person with a past: everything that a page can show, with the same words everywhere."""

import json
from datetime import timedelta

from sqlalchemy import Insert

from storage.database import Database
from storage.values import inbound_json
from tests.bot.admin.pages.documents import a_full_document
from tests.builders import NOON, an_inbound
from tests.storage.pasts import say
from tests.storage.rows import (
    a_call_row,
    a_compaction_row,
    a_handoff_row,
    a_rotation_row,
    an_agent_row,
    an_inbox_row,
    an_outbox_row,
    keep,
)

FIRST, SECOND = "handoff-01234567-1", "handoff-01234567-2"
"""The two handoffs of the trace."""


async def a_past(database: Database, words: str) -> None:
    """Let somebody have gone through three agents, with `words` wherever anybody has a say.

    There are two handoffs, a skipped and a swapped-in compaction, a rotation, notices,
    answers that failed, are uncertain or overdue, and model calls.
    """
    await say(database, words, words, name=words)
    await keep(database, *_agents(), *_handoffs(words), *_mail(words))
    await keep(
        database,
        a_compaction_row(1).values(focus=words),
        a_compaction_row(2).values(
            state="skipped", reason="too_soon", after_tokens=None, applied_at=None
        ),
        a_rotation_row(1).values(handoff_id=SECOND, old_agent_id="agent-01234567-2"),
        a_call_row(1).values(agent_id="agent-01234567-1"),
    )


def _agents() -> list[Insert]:
    """Two that handed over, and the one at work."""
    first, second = (
        an_agent_row(version, state="handoff_complete").values(
            termination_reason=reason, ended_at=NOON + timedelta(minutes=version + 1)
        )
        for version, reason in ((1, "context_window_exhausted"), (2, "forced_rotation"))
    )
    at_work = an_agent_row(3).values(began_from=SECOND, parent_id="agent-01234567-2")
    return [first, second.values(began_from=FIRST), at_work]


def _handoffs(words: str) -> list[Insert]:
    """The second forgets what was open in the first."""
    first = a_full_document(words)
    second = first.model_copy(update={"open_commitments": (), "todos": ()})
    told = {"briefing": f"<handoff>{words}</handoff>", "probe_score": 0.9}
    named = {"workflow_type": words, "task_status": words, "project_id": "atlas"}
    return [
        a_handoff_row(1, said=words).values(
            document=first.model_dump(mode="json"),
            active=False,
            successor_handoff_id=SECOND,
            **told,
            **named,
        ),
        a_handoff_row(2, said=words).values(
            document=second.model_dump(mode="json"),
            predecessor_handoff_id=FIRST,
            termination_reason="forced_rotation",
            **told,
            **named,
        ),
    ]


def _mail(words: str) -> list[Insert]:
    """What came in and went out, in every state that is told of."""
    body = json.loads(inbound_json(an_inbound(words)))
    agent = {"agent_id": "agent-01234567-1", "body": words}
    return [
        an_inbox_row(1, state="answered", turn_id="turn-1").values(body=body),
        an_inbox_row(2, state="failed", turn_id="turn-2").values(
            body=body, reason="model_fault"
        ),
        an_inbox_row(3).values(body=body),
        an_outbox_row(1, state="sent", turn_id="turn-1").values(**agent),
        an_outbox_row(2, state="sent").values(kind="notice", notice="warning", **agent),
        an_outbox_row(3, state="failed").values(code="63016", **agent),
        an_outbox_row(4, state="uncertain").values(**agent),
    ]
