"""How a turn at work loses its claim to whoever commands, corrects or administers.

The epoch of the session's turn lane is raised, so that nothing the turn writes counts any
more, and whoever holds it is notified; a holder that does not hear finds out when it renews.
"""

import asyncpg

from context.messages import SessionId

INTERRUPTS = "baton_interrupts"
"""The channel that carries the ids of sessions whose turn lost its claim."""

_INTERRUPT = """
update lane set epoch = epoch + 1, leased_until = null
where session_id = $1 and name = 'turn' and leased_until is not null
returning session_id
"""


async def lock_turns(connection: asyncpg.Connection, session_id: SessionId) -> None:
    """Keep the session's turns from writing until the caller's transaction ends.

    The lane is locked before any mail, as turns do, so that the two cannot deadlock.
    """
    await connection.execute(
        "select 1 from lane where session_id = $1 and name = 'turn' for update", session_id
    )


async def interrupt(connection: asyncpg.Connection, session_id: SessionId) -> None:
    """Take the claim away from a turn at work, if there is one, and let its holder know."""
    if await connection.fetchval(_INTERRUPT, session_id) is not None:
        await connection.execute("select pg_notify($1, $2)", INTERRUPTS, session_id)
