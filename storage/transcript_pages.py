"""What was said in a session, as people saw it: messages, answers, notices, commands.

The newest comes first. Each kind is read from its own table through an index on its time, so
that a page far back in a long session costs no more than the first.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.engine import RowMapping

from context.errors import QueryError
from context.messages import Command, MessageId, SessionId
from context.prompt import mail_blocks
from storage.cursor import Cursor
from storage.database import Database
from storage.paging import Page, page_of
from storage.passages import text_of
from storage.values import inbound


class MessageKind(StrEnum):
    """What a message of a session is; a command's answer is a command too."""

    USER = "user"
    REPLY = "reply"
    NOTICE = "notice"
    COMMAND = "command"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMessage:
    """One message of a session.

    Attributes:
        notice: What a notice is about: `warning`, `critical`, `compaction`, `handoff`, `usage`.
        role: `user` for what the person sent, `assistant` for what they were sent.
        agent_version: Which agent of its trace it belongs to, where one does.
        delivery: How far one that was sent to the person came: `pending`, `sending`,
            `uncertain`, `sent`, `failed`, or as the platform says (`delivered`, `read`).
        place: Where in the list it is.
    """

    message_id: MessageId
    kind: MessageKind
    notice: str | None
    role: Literal["user", "assistant"]
    text: str = field(repr=False)
    sent_at: datetime
    agent_version: int | None
    delivery: str | None
    place: Cursor = field(repr=False)


# At the same moment what was imported comes before what came in, and that before its answer.
_SOURCES = "bio"
_PLACE = re.compile(rf"([{_SOURCES}])(-?[0-9]{{1,18}})")
_LEAST, _MOST = -(2**63), 2**63 - 1

_PAGE = """
select m.*, a.version as agent_version from (
  (select 'b' as source, c.position, coalesce(c.imported_id, c.session_id || '-' || c.position)
      as message_id, case c.role when 'user' then 'user' else 'reply' end as kind,
    null as notice, c.role, c.blocks::text as said, c.said_at as sent_at,
    null as agent_id, null as turn_id, null as delivery
  from content_item c
  where c.session_id = :session_id and c.imported_id is not null
    and (c.said_at, c.position) < (:before, :before_b)
  order by c.said_at desc, c.position desc limit :limit)
  union all
  (select 'i', i.position, i.id, case i.lane when 'turn' then 'user' else 'command' end,
    null, 'user', i.body::text, i.sent_at, null, i.turn_id, null
  from inbox i
  where i.session_id = :session_id
    and (i.lane = 'turn' or i.body #>> '{content,kind}' = 'command')
    and (i.sent_at, i.position) < (:before, :before_i)
  order by i.sent_at desc, i.position desc limit :limit)
  union all
  (select 'o', o.position, o.id, o.kind, o.notice, 'assistant', o.body, o.created_at,
    o.agent_id, null, case o.state when 'sent' then coalesce(o.delivery, o.state)
      else o.state end
  from outbox o
  where o.session_id = :session_id and (o.created_at, o.position) < (:before, :before_o)
  order by o.created_at desc, o.position desc limit :limit)
  order by sent_at desc, source desc, position desc limit :limit
) m
left join agent a on a.id = coalesce(m.agent_id,
  (select s.agent_id from step s where s.turn_id = m.turn_id order by s.number limit 1))
order by m.sent_at desc, m.source desc, m.position desc
"""

_EXISTS = text("select exists (select from session where id = :session_id)")
# Later than anything: a timestamp of Postgres would go further, a `datetime` does not.
_BEFORE_ALL = Cursor(created_at=datetime.fromisoformat("9999-12-31T00:00:00Z"), item_id="o0")


class TranscriptPages:
    """The messages of all sessions, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, session_id: SessionId, *, limit: int, cursor: Cursor | None = None
    ) -> Page[SessionMessage] | None:
        """Read a page of a session's messages, newest first; None if there is no session.

        Args:
            session_id: Whose.
            limit: Most items on the page, at least 1.
            cursor: Where the page before ended.

        Raises:
            QueryError: The cursor is another list's.
            StoreUnavailable: The database is out of reach.
        """
        asked = {
            "session_id": session_id,
            "limit": limit + 1,
            **_before(cursor or _BEFORE_ALL),
        }
        async with self._database.transaction() as connection:
            if not await connection.scalar(_EXISTS, {"session_id": session_id}):
                return None
            rows = (await connection.execute(text(_PAGE), asked)).mappings().all()
        return page_of(
            [_message(row) for row in rows], limit=limit, place=lambda one: one.place
        )


def _before(cursor: Cursor) -> dict[str, Any]:
    """Where each table's part of the list goes on; the same moment counts by its position."""
    match = _PLACE.fullmatch(cursor.item_id)
    if match is None:
        raise QueryError("cursor", "not a cursor of this list")
    last = _SOURCES.index(match[1])
    # What sorts before the last item's table at the same moment is still to come, all of it.
    bounds = [_MOST] * last + [int(match[2])] + [_LEAST] * (len(_SOURCES) - last - 1)
    named = (f"before_{source}" for source in _SOURCES)
    return {"before": cursor.created_at, **dict(zip(named, bounds, strict=True))}


def _message(row: RowMapping) -> SessionMessage:
    return SessionMessage(
        message_id=MessageId(row["message_id"]),
        kind=MessageKind(row["kind"]),
        notice=row["notice"],
        role=row["role"],
        text=_said(row),
        sent_at=row["sent_at"],
        agent_version=row["agent_version"],
        delivery=row["delivery"],
        place=Cursor(created_at=row["sent_at"], item_id=f"{row['source']}{row['position']}"),
    )


def _said(row: RowMapping) -> str:
    """The words of a message, as its table keeps them."""
    match row["source"]:
        case "b":
            return text_of(json.loads(row["said"])["blocks"])
        case "i":
            message = inbound(row["said"])
            if isinstance(message.content, Command):
                return f"/{message.content.name} {message.content.argument}".rstrip()
            return text_of(mail_blocks([message]))
        case _:
            return str(row["said"])
