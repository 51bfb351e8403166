from dataclasses import replace

import pytest

from context.errors import SessionConflict
from context.messages import SLACK, AgentId, Provider, SessionId, TraceId, TurnId
from context.prompt import StopReason
from context.session import Agent
from context.summary import Summary, view
from storage.compactions import Compaction, Compactions, CompactionState
from storage.database import Database
from storage.handing_over import Handoff
from storage.lanes import Claim
from storage.ledger import Ledger, Step
from storage.sessions import Opened, Sessions
from tests.builders import NOON, USER, an_agent, an_inbound, an_item
from tests.storage.scenes import ADA, HELLO, arrive, run, turn_begun
from tests.storage.test_handing_over import a_handoff


def agent_of(held: Claim, *, history_from: int = 0) -> Agent:
    """The first agent of a claim's session."""
    return replace(
        an_agent(history_from=history_from),
        session_id=held.session_id,
        person_id=held.person_id,
    )


async def remembered(database: Database, held: Claim, agent: Agent, *, items: int) -> Step:
    """Give a session an agent and a transcript."""
    step = Step(
        turn_id=TurnId(agent.agent_id),
        number=1,
        stop=StopReason.END_TURN,
        items=tuple(an_item(position) for position in range(items)),
    )
    await Ledger(database).step(held, agent, step, now=NOON)
    return step


async def compacted(
    database: Database,
    held: Claim,
    *,
    agent: Agent,
    summary: dict[str, object],
    state: CompactionState = CompactionState.READY,
) -> None:
    """Have a compaction made of an agent's transcript."""
    compaction = Compaction(
        compaction_id="compaction-1",
        agent=agent,
        trigger="threshold",
        state=state,
        before_tokens=160_000,
        after_tokens=70_000,
        limit_tokens=200_000,
        seconds=1.0,
        summary=summary,
    )
    await Compactions(database).keep(held, compaction, chore_id="none", now=NOON)


async def test_a_new_session_has_no_agent_and_nothing_behind_it(database: Database) -> None:
    sessions = Sessions(database)
    turn, _ = await turn_begun(database, HELLO)

    opened = await sessions.open(turn.session_id)

    assert opened == Opened(
        session_id=turn.session_id,
        person_id=turn.person_id,
        user_id=USER,
        platform=SLACK,
        provider=Provider("slack"),
        shared=False,
        agent=None,
        next_position=0,
        greeted=False,
    )
    assert await sessions.current(turn.session_id) is None
    assert await sessions.agents(turn.session_id) == ()


async def test_a_session_is_opened_with_its_agent_and_what_it_holds(
    database: Database,
) -> None:
    turn, _ = await turn_begun(database, HELLO)
    agent = agent_of(turn)
    step = await remembered(database, turn, agent, items=4)

    opened = await Sessions(database).open(turn.session_id)

    assert opened.agent == agent
    assert opened.items == step.items
    assert opened.next_position == 4
    assert opened.document is None


async def test_what_an_agent_does_not_hold_is_not_read(database: Database) -> None:
    turn, _ = await turn_begun(database, HELLO)
    step = await remembered(database, turn, agent_of(turn, history_from=2), items=4)

    opened = await Sessions(database).open(turn.session_id)

    assert opened.items == step.items[2:]


async def test_a_shared_session_says_so(database: Database) -> None:
    session = await arrive(database, an_inbound(conversation="C1:17", shared=True))

    assert (await Sessions(database).open(session)).shared


async def test_who_was_greeted_once_was_greeted_everywhere(database: Database) -> None:
    await arrive(database, HELLO, an_inbound(number=2, user_id=ADA))
    elsewhere = await arrive(database, an_inbound(number=3, conversation="D0002"))
    await run(database, "update identity set greeted_at = $1 where user_id = $2", NOON, USER)

    opened = [
        await Sessions(database).open(session)
        for session in (elsewhere, await arrive(database, an_inbound(number=2, user_id=ADA)))
    ]

    assert [one.greeted for one in opened] == [True, False]


async def test_a_session_holds_only_what_was_said_in_it(database: Database) -> None:
    mine, _ = await turn_begun(database, HELLO)
    await remembered(database, mine, agent_of(mine), items=2)
    other, _ = await turn_begun(database, an_inbound(number=2, user_id=ADA))
    agent = replace(agent_of(other), agent_id=AgentId("hers"), trace_id=TraceId("hers"))
    step = await remembered(database, other, agent, items=1)

    opened = await Sessions(database).open(other.session_id)

    assert opened.items == step.items
    assert await Sessions(database).agents(other.session_id) == (agent,)


async def test_a_session_that_never_was_cannot_be_opened(database: Database) -> None:
    with pytest.raises(SessionConflict):
        await Sessions(database).open(SessionId("nobody"))


SUMMARIES = [
    Summary(covers_to=5, kept=(0, 1), text="before"),
    Summary(covers_to=5, kept=(0, 3), text="before"),
    Summary(covers_to=5, text="before"),
    Summary(covers_to=2, kept=(0, 1, 2), text="before"),
    Summary(covers_to=-1, stubbed=(1,), clipped=(3,)),
]


@pytest.mark.parametrize("summary", SUMMARIES)
@pytest.mark.parametrize("history_from", [0, 1, 4])
async def test_what_is_read_for_a_prompt_shows_as_the_whole_would(
    database: Database, summary: Summary, history_from: int
) -> None:
    turn, _ = await turn_begun(database, HELLO)
    agent = agent_of(turn, history_from=history_from)
    await remembered(database, turn, agent, items=8)
    shown = summary.model_dump(mode="json")
    await compacted(database, turn, agent=agent, summary=shown)

    whole = await Sessions(database).open(turn.session_id)
    read = await Sessions(database).open_for_prompt(turn.session_id)

    assert view(read.items, summary) == view(whole.items, summary)
    assert len(read.items) <= len(view(whole.items, summary))
    assert (whole.is_whole, read.is_whole) == (True, False)
    assert replace(read, items=whole.items, is_whole=True) == whole


@pytest.mark.parametrize(
    ("state", "summary"),
    [
        (CompactionState.WEAK, {"covers_to": 5, "kept": []}),
        (CompactionState.READY, {"covers_to": "5", "kept": []}),
        (CompactionState.READY, {"covers_to": 5}),
    ],
    ids=["not in use", "unreadable", "incomplete"],
)
async def test_what_no_summary_stands_for_is_read_for_a_prompt(
    database: Database, state: CompactionState, summary: dict[str, object]
) -> None:
    turn, _ = await turn_begun(database, HELLO)
    step = await remembered(database, turn, agent_of(turn), items=8)
    await compacted(database, turn, agent=agent_of(turn), summary=summary, state=state)

    read = await Sessions(database).open_for_prompt(turn.session_id)

    assert read.items == step.items
    assert read.is_whole


@pytest.mark.parametrize("briefing", ["You are told this.", None])
async def test_a_document_is_read_for_a_prompt_only_without_a_briefing(
    database: Database, briefing: str | None
) -> None:
    turn, _ = await turn_begun(database, HELLO)
    handoff: Handoff = replace(a_handoff(turn), briefing=briefing)
    await Ledger(database).hand_off(turn, None, handoff=handoff, spoken=(), now=NOON)

    read = await Sessions(database).open_for_prompt(turn.session_id)

    assert read.briefing == briefing
    assert (read.document is None) == (briefing is not None)
    assert (await Sessions(database).open(turn.session_id)).document is not None


async def test_a_new_session_has_nothing_to_read_for_its_prompt(database: Database) -> None:
    turn, _ = await turn_begun(database, HELLO)

    read = await Sessions(database).open_for_prompt(turn.session_id)

    assert (read.agent, read.items, read.is_whole) == (None, (), True)
