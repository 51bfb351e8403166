"""The stores that the admin API asks."""

from dataclasses import dataclass

from storage.agent_changes import AgentChanges
from storage.audit import Audit
from storage.compaction_history import CompactionHistory
from storage.continuity import ContinuityReport
from storage.database import Database
from storage.dead_letters import DeadLetters
from storage.delivery_problems import DeliveryProblems
from storage.export import Export
from storage.figures import FiguresReader
from storage.handoffs import Handoffs
from storage.people_records import PeopleRecords
from storage.people_search import PeopleSearch
from storage.recall import Recall
from storage.sessions_list import SessionList
from storage.statistics import Statistics
from storage.trace_notices import TraceNotices
from storage.traces import Traces
from storage.transcript_pages import TranscriptPages
from storage.undo import Undo
from storage.usage_report import UsageReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Everything there is to ask about, and what takes it back."""

    handoffs: Handoffs
    traces: Traces
    compactions: CompactionHistory
    sessions: SessionList
    transcript: TranscriptPages
    people: PeopleRecords
    recall: Recall
    export: Export
    usage: UsageReport
    statistics: Statistics
    continuity: ContinuityReport
    dead_letters: DeadLetters
    audit: Audit
    undo: Undo
    changes: AgentChanges
    notices: TraceNotices
    problems: DeliveryProblems
    people_search: PeopleSearch
    figures: FiguresReader

    @classmethod
    def of(cls, database: Database) -> "Records":
        """All of them over one database."""
        return cls(
            handoffs=Handoffs(database),
            traces=Traces(database),
            compactions=CompactionHistory(database),
            sessions=SessionList(database),
            transcript=TranscriptPages(database),
            people=PeopleRecords(database),
            recall=Recall(database),
            export=Export(database),
            usage=UsageReport(database),
            statistics=Statistics(database),
            continuity=ContinuityReport(database),
            dead_letters=DeadLetters(database),
            audit=Audit(database),
            undo=Undo(database),
            figures=FiguresReader(database),
            people_search=PeopleSearch(database),
            problems=DeliveryProblems(database),
            notices=TraceNotices(database),
            changes=AgentChanges(database),
        )
