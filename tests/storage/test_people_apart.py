"""Two people's data never meet, whatever they do and in whatever order.

Each may name the other's messages in edits and deletions. What either does, and what is
done on their behalf, changes nothing of the other's and repeats nothing the other said.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from context.messages import SLACK, person_id
from storage.database import Database
from tests.storage.scenes import rows, value
from tests.storage.world import KINDS, NUMBERS, Act, Somebody, World

_OWNED = """
select jsonb_object_agg(name, content) from (
  select 'person' as name, jsonb_agg(t order by t.id) as content from person t where id = $1
  union all
  select 'identity', jsonb_agg(t order by t.user_id) from identity t where person_id = $1
  union all
  select 'session', jsonb_agg(t order by t.id) from session t where person_id = $1
  union all
  select 'lane', jsonb_agg(t order by t.session_id, t.name) from lane t where person_id = $1
  union all
  select 'inbox', jsonb_agg(t order by t.id) from inbox t where person_id = $1
  union all
  select 'content_item', jsonb_agg(t order by t.session_id, t.position)
  from content_item t where person_id = $1
  union all
  select 'step', jsonb_agg(t order by t.turn_id, t.number) from step t where person_id = $1
  union all
  select 'agent', jsonb_agg(t order by t.id) from agent t where person_id = $1
  union all
  select 'outbox', jsonb_agg(t order by t.id) from outbox t where person_id = $1
) owned
"""

_SAID = """
select coalesce(string_agg(said, ' '), '') from (
  select body::text as said from inbox where person_id = $1
  union all select blocks::text from content_item where person_id = $1
  union all select body || address::text from outbox where person_id = $1
) all_said
"""

ACTS = st.lists(
    st.builds(
        Act,
        by_first=st.booleans(),
        kind=st.sampled_from(KINDS),
        shared=st.booleans(),
        number=st.integers(0, 2),
        of_other=st.booleans(),
        at_once=st.booleans(),
    ),
    min_size=10,
    max_size=40,
)


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
async def test_two_peoples_data_never_meet(database: Database, acts: list[Act]) -> None:
    # The database is that of the examples before, so these two and their channel are new.
    number = next(NUMBERS)
    ada, bob = (Somebody(f"{name}{number}.", f"C{number}") for name in ("ADA", "BOB"))
    world = World(database)
    for act in acts:
        me, other = (ada, bob) if act.by_first else (bob, ada)
        before = await value(database, _OWNED, person_id(SLACK, other.user_id))

        await world.act(act, me, other)

        assert await value(database, _OWNED, person_id(SLACK, other.user_id)) == before

    for me, other in ((ada, bob), (bob, ada)):
        said = str(await value(database, _SAID, person_id(SLACK, me.user_id)))
        assert f"of-{other.name}" not in said
    assert await _mixed_sessions(database) == []


async def _mixed_sessions(database: Database) -> list[dict[str, object]]:
    """Find rows in a session that belong to somebody else than the session does."""
    return await rows(
        database,
        "select id from session s where exists (select from inbox where session_id = s.id"
        " and person_id <> s.person_id) or exists (select from outbox where session_id = s.id"
        " and person_id <> s.person_id) or exists (select from content_item"
        " where session_id = s.id and person_id <> s.person_id)",
    )
