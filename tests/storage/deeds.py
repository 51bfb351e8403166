"""What stands in the audit log."""

from storage.audit import Audit, AuditEntry, AuditFilter, Deed
from storage.database import Database
from tests.builders import NOON

A_DEED = Deed(
    at=NOON,
    who="token-1",
    role="viewer",
    via="api",
    action="GET /handoffs/{handoff_id}",
    subjects={},
    from_digest="0123456789abcdef",
)


async def log_of(database: Database, wanted: AuditFilter | None = None) -> list[AuditEntry]:
    """Read the log, newest first."""
    return list((await Audit(database).page(wanted or AuditFilter(), limit=200)).items)
