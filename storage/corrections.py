"""Edits and deletions: what they do to the message they are about, wherever that is by then.

Each function is part of the transaction that settles the edit or the deletion itself.
"""

from datetime import datetime
from typing import Literal

import asyncpg

from context.messages import Deleted, Edited, InboundMessage, MessageId, Said
from storage.interrupts import interrupt
from storage.lanes import WAKE, Claim, Lane
from storage.values import inbound, inbound_json

SETTLE = """
update inbox set state = $2, reason = $3, turn_id = coalesce($4, turn_id), settled_at = $5
where id = $1 and state in ('pending', 'taken')
"""
"""Settles message $1 as $2 for reason $3, in turn $4 if it was answered, at $5."""

# A turn whose first step is committed has acted on the message as it was.
_TARGET = """
select i.id, i.body, i.state, i.turn_id,
  exists (select from step s where s.turn_id = i.turn_id) as acted
from inbox i where i.id = $1 and i.person_id = $2 for update of i
"""

_LATE_INSERT = """
insert into inbox
  (id, session_id, person_id, lane, body, state, reason, sent_at, received_at, settled_at)
values ($1, $2, $3, 'turn', $4::jsonb, $5, $6, $7, $8, $9)
on conflict (id) do nothing
"""


async def amend(
    connection: asyncpg.Connection, claim: Claim, edit: InboundMessage, *, now: datetime
) -> None:
    """Apply an edit: amend what waits, restart a turn that has not acted, else mail it.

    In a direct chat an edit that comes before its message stands for it; the late
    original is then a redelivery. In a shared place an unknown message was not for us.
    """
    content = edit.content
    if not isinstance(content, Edited):
        raise TypeError("only an edit amends")
    said = Said(text=content.text, media=content.media)
    target = await connection.fetchrow(_TARGET, content.target, claim.person_id)
    if target is None:
        if not edit.shared:
            late = _message(edit, content.target, said)
            await _insert(connection, claim, late, state="pending", now=now)
    elif target["state"] == "pending" or (target["state"] == "taken" and not target["acted"]):
        original = inbound(target["body"])
        amended = _message(original, original.message_id, said)
        await connection.execute(
            "update inbox set body = $2::jsonb where id = $1",
            target["id"],
            inbound_json(amended),
        )
        if target["state"] == "taken":
            await interrupt(connection, claim.session_id)
    elif target["state"] != "refused":
        corrected = Said(text=f"(Correction of my earlier message:) {said.text}")
        mail = _message(edit, MessageId(f"{edit.message_id}-mail"), corrected)
        await _insert(connection, claim, mail, state="pending", now=now)
    await connection.execute(WAKE, claim.session_id, Lane.TURN)
    await connection.execute(SETTLE, edit.message_id, "merged", "edit", None, now)


async def withdraw(
    connection: asyncpg.Connection, claim: Claim, deletion: InboundMessage, *, now: datetime
) -> None:
    """Apply a deletion: an unanswered message is withdrawn, an answered one stays said.

    A deletion that comes before its message refuses it in advance.
    """
    content = deletion.content
    if not isinstance(content, Deleted):
        raise TypeError("only a deletion withdraws")
    target = await connection.fetchrow(_TARGET, content.target, claim.person_id)
    if target is None:
        late = _message(deletion, content.target, Said(text=""))
        await _insert(connection, claim, late, state="refused", now=now)
    elif target["state"] in {"pending", "taken"}:
        await connection.execute(SETTLE, target["id"], "refused", "withdrawn", None, now)
        if target["state"] == "taken":
            await interrupt(connection, claim.session_id)
    await connection.execute(SETTLE, deletion.message_id, "merged", "deletion", None, now)


def _message(source: InboundMessage, message_id: MessageId, said: Said) -> InboundMessage:
    return InboundMessage(
        message_id=message_id,
        user_id=source.user_id,
        platform=source.platform,
        conversation=source.conversation,
        shared=source.shared,
        reply_to=source.reply_to,
        sent_at=source.sent_at,
        speaker=source.speaker,
        content=said,
    )


async def _insert(
    connection: asyncpg.Connection,
    claim: Claim,
    message: InboundMessage,
    *,
    state: Literal["pending", "refused"],
    now: datetime,
) -> None:
    is_refused = state == "refused"
    await connection.execute(
        _LATE_INSERT,
        message.message_id,
        claim.session_id,
        claim.person_id,
        inbound_json(message),
        state,
        "withdrawn" if is_refused else None,
        message.sent_at,
        now,
        now if is_refused else None,
    )
