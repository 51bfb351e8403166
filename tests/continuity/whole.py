"""What must be true of one person's session whatever happened to it, read past our own code."""

from collections.abc import Iterator, Mapping

from storage.database import Database
from tests.storage.scenes import rows, value

_Row = Mapping[str, object]

_POSITIONS = "select position from content_item order by position"
_HEARD = """
select i.id, i.state, count(c.position) as times,
  (select count(*) from outbox o where o.turn_id = i.turn_id and o.kind = 'reply') as replies,
  (select count(*) from outbox o where o.turn_id = i.turn_id) as spoken
from inbox i left join content_item c on i.id = any(c.message_ids)
where i.lane = 'turn' group by i.id, i.state, i.turn_id, i.position order by i.position
"""
_ORDER = """
select i.id from inbox i join content_item c on i.id = any(c.message_ids)
order by c.position, array_position(c.message_ids, i.id)
"""
_AGENTS = """
select a.version, a.ended_at is null as goes_on, a.id = s.agent_id as is_current,
  (select count(*) from agent_handoff h where h.agent_id = a.id) as handoffs,
  (select count(*) from agent b where b.parent_id = a.id) as successors
from agent a join session s on s.id = a.session_id order by a.version
"""
_HANDOFFS = """
select id, sequence, predecessor_handoff_id as before, successor_handoff_id as after, active
from agent_handoff order by sequence
"""
_COMPACTIONS = """
select count(*) from compaction c join agent a on a.id = c.agent_id
where a.ended_at is not null and c.state = 'ready'
"""
_UNTOLD = """
select (select count(*) from agent_handoff)
  - (select count(*) from outbox where notice = 'critical')
"""


async def wrongs(database: Database, *, by_wish: int = 0) -> list[str]:
    """List what is lost, doubled or torn in the one session there is; nothing where all is well.

    Args:
        database: Where it is.
        by_wish: How many handoffs were asked for; of the others the person is told.
    """
    found = [
        *_of_positions([row["position"] for row in await rows(database, _POSITIONS)]),
        *_of_mail(await rows(database, _HEARD)),
        *_of_agents(await rows(database, _AGENTS)),
        *_of_handoffs(await rows(database, _HANDOFFS)),
    ]
    said = [row["id"] for row in await rows(database, _ORDER)]
    if said != sorted(said, key=str):
        found.append("messages stand in another order than they were sent")
    if await value(database, _COMPACTIONS):
        found.append("a summary waits for an agent that is gone")
    if await value(database, _UNTOLD) != by_wish:
        found.append("not every handoff was told once")
    return found


def _of_positions(positions: list[object]) -> Iterator[str]:
    if positions != list(range(len(positions))):
        yield "the transcript has gaps"


def _of_mail(messages: list[dict[str, object]]) -> Iterator[str]:
    for message in messages:
        what = message["id"], message["state"], message["times"], message["replies"]
        match message["state"]:
            case "answered" | "merged" if (message["times"], message["replies"]) == (1, 1):
                pass
            case "refused" | "failed" if (message["times"], message["replies"]) == (0, 0):
                if message["spoken"] != 1:
                    yield f"not one clear sentence: {what}"
            case _:
                yield f"lost or doubled: {what}"


def _of_agents(agents: list[dict[str, object]]) -> Iterator[str]:
    versions = [agent["version"] for agent in agents]
    if versions != list(range(1, len(agents) + 1)):
        yield f"agents {versions}"
    for agent in agents[:-1]:
        now = agent["goes_on"], agent["is_current"], agent["handoffs"], agent["successors"]
        if now != (False, False, 1, 1):
            yield f"agent {agent['version']} did not end with one successor: {now}"
    for agent in agents[-1:]:
        now = agent["goes_on"], agent["is_current"], agent["handoffs"], agent["successors"]
        if now != (True, True, 0, 0):
            yield f"agent {agent['version']} does not go on: {now}"


def _of_handoffs(handoffs: list[dict[str, object]]) -> Iterator[str]:
    ids = [handoff["id"] for handoff in handoffs]
    chained = [
        {
            "id": own,
            "sequence": place + 1,
            "before": ids[place - 1] if place else None,
            "after": ids[place + 1] if place + 1 < len(ids) else None,
            "active": place + 1 == len(ids),
        }
        for place, own in enumerate(ids)
    ]
    if handoffs != chained:
        yield "handoffs do not follow each other"
