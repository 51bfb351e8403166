"""How unbroken conversations were of late, and what they cost: the report for operators.

Made of what metrics read too, over a day instead of an hour. Turns are timed by the newest of
them; those who spent most come by tokens.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from storage.database import Database
from storage.figures import overdue
from storage.recent_figures import Recent, RecentReader
from storage.tally import Counted, Tally, accepted_within, total
from storage.turn_times import Quantiles
from storage.usage_report import GroupBy, UsageGroup, UsageQuestion, UsageReport

DAY = timedelta(days=1)

_MOST_SPENDERS = 10
_TIMED_CALLS = 2_000
_PEOPLE = text("""
select count(distinct coalesce(p.linked_to, p.id))
from (select distinct person_id from model_usage where started_at >= :since) called
join person p on p.id = called.person_id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuity:
    """The last day, or another window.

    Attributes:
        since: Where the window begins.
        accepted: Messages stored, by all web processes; counted by whole hours.
        duplicates: Messages that were delivered again and changed nothing; likewise.
        accept: How long storing one took; likewise, between two bounds at a time.
        overdue: Messages that wait too long for their answer right now.
        people: Persons for whom the model was called.
        spenders: Those of them whose calls took most tokens, most first.
        happened: All else.
    """

    since: datetime
    accepted: int
    duplicates: int
    accept: Quantiles
    overdue: int
    people: int
    spenders: tuple[UsageGroup, ...]
    happened: Recent

    @property
    def duplicate_rate(self) -> float | None:
        """Share of all deliveries that were repetitions, 0 to 1; None without any."""
        delivered = self.accepted + self.duplicates
        return self.duplicates / delivered if delivered else None


class ContinuityReport:
    """Makes the report from Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(
        self,
        *,
        now: datetime,
        window: timedelta = DAY,
        limit_tokens: int,
        handoff_share: float | None,
    ) -> Continuity:
        """Read how the window up to now was.

        Args:
            now: Where the window ends.
            window: How long it is.
            limit_tokens: What an agent may hold.
            handoff_share: The share of that at which it hands over; None where it never does.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        since = now - window
        recent = RecentReader(
            self._database,
            limit_tokens=limit_tokens,
            handoff_share=handoff_share,
            window=window,
            timed_calls=_TIMED_CALLS,
        )
        asked = UsageQuestion(group_by=GroupBy.USER, since=since)
        async with self._database.transaction() as connection:
            late = await connection.scalar(overdue(now))
            people = await connection.scalar(_PEOPLE, {"since": since})
        counts = await Tally(self._database).since(since)
        spenders = await UsageReport(self._database).page(asked, limit=_MOST_SPENDERS)
        return Continuity(
            since=since,
            accepted=total(counts, Counted.ACCEPTED),
            duplicates=total(counts, Counted.DUPLICATE),
            accept=Quantiles(accepted_within(counts, 0.5), accepted_within(counts, 0.95)),
            overdue=late or 0,
            people=people or 0,
            spenders=tuple(spenders.items),
            happened=await recent.read(now=now),
        )
