"""The stores that the admin API asks."""

from dataclasses import dataclass

from storage.compaction_history import CompactionHistory
from storage.database import Database
from storage.handoffs import Handoffs
from storage.recall import Recall
from storage.traces import Traces
from storage.undo import Undo


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Everything there is to ask about, and what takes it back."""

    handoffs: Handoffs
    traces: Traces
    compactions: CompactionHistory
    recall: Recall
    undo: Undo

    @classmethod
    def of(cls, database: Database) -> "Records":
        """All of them over one database."""
        return cls(
            handoffs=Handoffs(database),
            traces=Traces(database),
            compactions=CompactionHistory(database),
            recall=Recall(database),
            undo=Undo(database),
        )
