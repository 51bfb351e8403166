"""Keeping an agent's rolling notes: what only a model can say, made in the background."""

from dataclasses import dataclass, field

import structlog

from bot.limits import Limits
from bot.ports import Clock, Model
from bot.stored import read_back
from context.calls import Errand, Purpose
from context.compactor import notes_prompt
from context.handoff import HandoffDocument, notes_of
from context.messages import TurnId
from context.note_reading import read_notes
from context.notes import Notes
from context.prompt import Item
from context.redaction import placeholders, redacted_items
from context.session import Agent
from storage.compactions import Compactions, StoredNotes
from storage.lanes import Claim

# A longer transcript is read in several calls, each of which a model can attend to.
_MOST_PROMPT_TOKENS = 100_000
_MOST_ANSWER_TOKENS = 8_000

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whose notes are kept, and from what.

    Attributes:
        items: The agent's transcript, oldest first.
        document: What it began from; its notes go on from there.
        limit_tokens: What the agent may hold.
        chore_id: What the calls are booked to.
    """

    agent: Agent
    items: tuple[Item, ...] = field(repr=False)
    document: HandoffDocument | None = field(repr=False)
    limit_tokens: int
    chore_id: TurnId


class NoteTaker:
    """Has the model read on from where the notes end."""

    def __init__(
        self, *, model: Model, compactions: Compactions, clock: Clock, limits: Limits
    ) -> None:
        self._model = model
        self._compactions = compactions
        self._clock = clock
        self._limits = limits

    async def noted(self, claim: Claim, subject: Subject) -> Notes:
        """Bring the notes up to the transcript's end, keeping them after every call.

        A transcript that is too long for one call is read in several.

        Raises:
            ModelError: The model could not be had.
            NotesInvalid: Its answer cannot be used; what was kept before stays.
            SessionConflict: The claim is lost.
        """
        stored = (await self._compactions.remembered(subject.agent)).notes
        return await self._read_to_end(
            claim, subject, stored, covers_to=_covered(stored, subject), focus=None
        )

    async def noted_above_all(self, claim: Claim, subject: Subject, *, focus: str) -> Notes:
        """Read the whole transcript again for what the person asked to have kept.

        The notes that there are stay; whatever bears on the wish is added to them.

        Raises:
            ModelError: The model could not be had.
            NotesInvalid: Its answer cannot be used; what was kept before stays.
            SessionConflict: The claim is lost.
        """
        stored = (await self._compactions.remembered(subject.agent)).notes
        before_all = subject.agent.history_from - 1
        return await self._read_to_end(
            claim, subject, stored, covers_to=before_all, focus=focus
        )

    async def _read_to_end(
        self,
        claim: Claim,
        subject: Subject,
        stored: StoredNotes | None,
        *,
        covers_to: int,
        focus: str | None,
    ) -> Notes:
        """Read all that stands after a position."""
        notes = _begun(stored, subject.document)
        noted_to = _covered(stored, subject)
        items = redacted_items(
            subject.items, scope=self._limits.redact, known=placeholders(subject.document)
        )
        last = items[-1].position if items else covers_to
        while covers_to < last:
            notes, covers_to = await self._read_on(
                subject, items, previous=notes, covers_to=covers_to, focus=focus
            )
            # What is read again was noted already, and farther.
            noted_to = max(noted_to, covers_to)
            notes = notes.model_copy(update={"covers_to": noted_to})
            kept = StoredNotes(covers_to=noted_to, document=notes.model_dump(mode="json"))
            await self._compactions.keep_notes(
                claim, subject.agent, kept, now=self._clock.now()
            )
        return notes or Notes()

    async def _read_on(
        self,
        subject: Subject,
        items: tuple[Item, ...],
        *,
        previous: Notes | None,
        covers_to: int,
        focus: str | None,
    ) -> tuple[Notes, int]:
        # The compactor has a window of its own, which the limit of agents does not bound.
        window = await self._model.window()
        answer_tokens = min(_MOST_ANSWER_TOKENS, window.output_tokens)
        prompt, reaches_to = notes_prompt(
            tuple(item for item in items if item.position > covers_to),
            previous=previous,
            focus=focus,
            max_prompt_tokens=min(_MOST_PROMPT_TOKENS, window.limit_tokens - answer_tokens),
            max_output_tokens=answer_tokens,
        )
        answer = await self._model.answer(prompt, _errand(subject))
        reading = read_notes(answer.text, items, previous=previous, covers_to=reaches_to)
        if reading.dropped:
            log.warning("notes.dropped", entries=len(reading.dropped))
        return reading.notes, reaches_to


def _covered(stored: StoredNotes | None, subject: Subject) -> int:
    """The last position that the notes go to; the one before the transcript without any."""
    return stored.covers_to if stored is not None else subject.agent.history_from - 1


def _begun(stored: StoredNotes | None, document: HandoffDocument | None) -> Notes | None:
    if stored is not None and (notes := read_back(Notes, stored.document)) is not None:
        return notes
    return notes_of(document) if document is not None else None


def _errand(subject: Subject) -> Errand:
    agent = subject.agent
    return Errand(
        person_id=agent.person_id,
        session_id=agent.session_id,
        agent_id=agent.agent_id,
        turn_id=subject.chore_id,
        purpose=Purpose.NOTES,
    )
