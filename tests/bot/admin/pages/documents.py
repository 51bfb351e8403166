"""Handoff documents in which every category says something."""

from context.categories import OriginalRequest, ToolState, UserProfile
from context.entries import (
    Commitment,
    Conflict,
    DecisionNote,
    ErrorNote,
    FileNote,
    PendingCall,
    Preference,
    RecentTurn,
    RejectedAlternative,
    TaskProgress,
    Todo,
    WorkNote,
)
from context.fact_patterns import FactKind
from context.facts import Fact, Origin
from context.handoff import HandoffDocument
from context.messages import TurnId
from tests.builders import NOON, a_document


def a_full_document(words: str) -> HandoffDocument:
    """A document with `words` in every text of every category."""
    fact = Fact(
        kind=FactKind.IDENTIFIER,
        name=words,
        value=words,
        message_id=None,
        said_at=NOON,
        origin=Origin.USER,
        superseded_by=words,
    )
    return a_document().model_copy(
        update={
            "original_request": OriginalRequest(
                text=words, restated_goal=words, standing_instructions=(words,)
            ),
            "recent_turns": (
                RecentTurn(
                    turn_id=TurnId("turn-1"), said_at=NOON, person=words, assistant=words
                ),
            ),
            "key_facts": (fact,),
            "user_profile": UserProfile(
                name=words,
                language=words,
                timezone=words,
                preferences=(Preference(text=words),),
                constraints=(Preference(text=words),),
            ),
            "open_commitments": (Commitment(kind="question", text=words, due=words),),
            "todos": (Todo(text=words, owner=words, due=words),),
            "task_progress": (TaskProgress(task=words, status=words, next_step=words),),
            "tool_state": ToolState(pending_calls=(PendingCall(call_id="c1", name=words),)),
            "errors": (ErrorNote(message=words, where=words, fix=words),),
            "decisions": (DecisionNote(decision=words, reason=words),),
            "rejected_alternatives": (RejectedAlternative(option=words, reason=words),),
            "files": (FileNote(reference=words, note=words),),
            "work_completed": (WorkNote(what=words, evidence=words),),
            "conversation_summary": words,
            "workflow_type": words,
            "current_phase": words,
            "task_status": words,
            "task_description": words,
            "conflicts": (Conflict(category="todos", tracked=words, noted=words),),
        }
    )
