"""Let agents take legal steps only: what has ended stays ended, whoever writes."""

from collections.abc import Sequence

from alembic import op

revision: str = "0011"
down_revision: str | Sequence[str] | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_STATES = (
    "'initializing', 'active', 'warning', 'compacting', 'critical', 'handoff_pending',"
    " 'handoff_complete', 'terminated', 'failed'"
)

_REFUSE = """
create function refuse_agent_step() returns trigger language plpgsql as $$
begin
  raise exception 'agent % cannot go from % to %', old.id, old.state, new.state
    using errcode = 'integrity_constraint_violation';
end $$
"""

# As `context.lifecycle.after` has it; one commit may hold several steps.
_GUARD = """
create trigger agent_step before update of state on agent for each row when (
  old.state <> new.state and (
    old.state in ('handoff_complete', 'terminated', 'failed')
    or new.state = 'initializing'
    or old.state = 'handoff_pending'
      and new.state not in ('handoff_complete', 'terminated', 'failed')))
execute function refuse_agent_step()
"""


def upgrade() -> None:
    """Apply the change."""
    op.create_check_constraint(op.f("agent_state_known"), "agent", f"state in ({_STATES})")
    op.execute(_REFUSE)
    op.execute(_GUARD)
