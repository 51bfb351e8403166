"""What people heard, held against what they said, and against what the database says."""

import json
import re
from collections.abc import Iterator
from difflib import unified_diff

from tests.chaos.deployment import Cluster, Program
from tests.chaos.platforms import ECHO, Person, marker, markers

_GREETING = "👋"
# What a person may hear besides: that it takes long, that the window fills, that it is full,
# that it was tidied up; and how full it is.
_NOTICES = ("⏳", "⚠️", "🔴", "🧹")
_FIGURES = re.compile(r"[\d,]+/4,000 tokens \(")

_SIGNS_OF_A_DEFECT = ("never retrieved", "never awaited", "was destroyed")
# asyncpg 0.32 shields the release of a connection from being cancelled, and then nobody asks
# how it went; it went wrong where the database had died.
_EXPLAINED = "PoolConnectionHolder.release()"

# What is left to do.
_TO_DO = (
    "select exists (select from message_fate where fate = 'waiting')"
    " or exists (select from outbox where state not in ('sent', 'failed'))"
    " or exists (select from lane where awake) or exists (select from queue.pgqueuer)"
)

# What must be nothing at the end, each with its name.
_WRONG = {
    "messages that are neither answered nor merged": (
        "select fate, count(*) from message_fate where fate not in ('answered', 'merged')"
        " group by fate"
    ),
    "messages to send that are not sent": (
        "select state, count(*) from outbox where state <> 'sent' group by state"
    ),
    "chores that are not done": "select kind, count(*) from chore where state = 'pending' group by kind",
    "lanes that are awake": "select session_id, name from lane where awake",
    "jobs": "select id, entrypoint, status from queue.pgqueuer",
    "transcripts with a gap": (
        "select session_id from content_item group by session_id"
        " having count(*) <> max(position) + 1"
    ),
    "messages that stand in no transcript, or twice": (
        "select i.id, count(c.session_id) from inbox i left join content_item c"
        " on i.id = any(c.message_ids) group by i.id having count(c.session_id) <> 1"
    ),
    "turns with more than one reply": (
        "select turn_id, count(*) from outbox where kind = 'reply' group by turn_id"
        " having count(*) > 1"
    ),
    "sessions whose agent is not the newest": (
        "select s.id from session s join agent a on a.session_id = s.id"
        " group by s.id having max(a.version) <> max(a.version) filter (where a.id = s.agent_id)"
    ),
    "traces whose handoffs are not in one line": (
        "select trace_id from agent_handoff group by trace_id"
        " having max(sequence) <> count(*) or count(*) filter (where active) <> 1"
    ),
    "sessions that were not told of each handoff": (
        "select h.session_id from agent_handoff h group by h.session_id having count(*) <>"
        " (select count(*) from outbox o"
        " where o.session_id = h.session_id and o.notice = 'critical')"
    ),
}

_SAID = "select body from outbox where address ->> 'peer' = $1 order by position"


def complaints(person: Person, *, messages: int) -> Iterator[str]:
    """What is wrong with what a person heard: nothing, if all is well."""
    _, heard = person.seen()
    named = [name for line in heard for name in markers(line.text)]
    said = [marker(person.number, number) for number in range(messages)]
    if named != said:
        yield f"person {person.number} said {said} and was answered {named}"
    greetings = [line for line in heard if line.text.startswith(_GREETING)]
    if len(greetings) != 1:
        yield f"person {person.number} was greeted {len(greetings)} times"
    for line in heard:
        known = line.text.startswith((ECHO, _GREETING, *_NOTICES))
        if not known and not _FIGURES.match(line.text):
            yield f"person {person.number} was told: {line.text}"


def replies(person: Person) -> int:
    """How many answers a person heard."""
    _, heard = person.seen()
    return sum(line.text.startswith(ECHO) for line in heard)


def waits_s(person: Person) -> Iterator[float]:
    """How long a person waited for the answer to each message, in seconds."""
    said, heard = person.seen()
    answered = {name: line.at for line in heard for name in markers(line.text)}
    for line in said:
        (name,) = markers(line.text)
        if name in answered:
            yield (answered[name] - line.at).total_seconds()


async def misheard(person: Person, cluster: Cluster) -> Iterator[str]:
    """Where what a person heard is not what was to be said, each once and in order."""
    said = [row["body"] for row in await cluster.rows(_SAID, person.peer)]
    _, heard = person.seen()
    differences = unified_diff(said, [line.text for line in heard], "said", "heard", n=0)
    return (f"person {person.number}: {line}" for line in differences)


async def handoffs(cluster: Cluster) -> int:
    """How many agents handed over."""
    return int((await cluster.rows("select count(*) from agent_handoff"))[0][0])


async def is_at_rest(cluster: Cluster) -> bool:
    """Whether nothing is left to do."""
    return not (await cluster.rows(_TO_DO))[0][0]


async def disorder(cluster: Cluster) -> list[str]:
    """What the database has wrong or not done; nothing, if all is well."""
    return [
        f"{what}: {[tuple(row) for row in rows[:5]]} of {len(rows)}"
        for what, statement in _WRONG.items()
        if (rows := await cluster.rows(statement))
    ]


def broken(program: Program) -> Iterator[str]:
    """What a process logged that no kill explains."""
    for exit_ in program.exits:
        yield f"{exit_.name} ended by itself with {exit_.code} after {exit_.after_s:.1f} s"
    for line in program.log.read_text().splitlines():
        if (fault := _fault(line)) is not None:
            yield f"{program.name} logged: {fault}"


def _fault(line: str) -> str | None:
    try:
        event = json.loads(line)
    except ValueError:
        return line
    said = str(event.get("event", ""))
    if said != "work.broke" and not any(sign in said for sign in _SIGNS_OF_A_DEFECT):
        return None
    return None if _EXPLAINED in said else line
