"""Housekeeping of a session, while nobody waits: rolling notes, and compaction.

What is made here is swapped in by the next turn (`bot/standing.py`); nothing here touches an
agent, so it runs beside a turn.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import assert_never

import structlog

from bot import spans
from bot.limits import Limits
from bot.notetaking import NoteTaker, Subject
from bot.opening import Opening
from bot.ports import Clock
from bot.spans import Fact, Span
from bot.standing import swapped
from bot.stored import read_back
from bot.succession import briefed
from bot.voice import Voice
from channels.port import Channel
from context import notices
from context.compaction import (
    Plan,
    Skip,
    estimated_after,
    is_weak,
    plan,
    summarised,
)
from context.errors import ModelError
from context.handoff import HandoffDocument
from context.language import Language
from context.messages import Provider, TurnId
from context.note_reading import NotesInvalid
from context.note_text import notes_text
from context.redaction import placeholders, redacted_items
from context.session import Agent
from context.summary import Summary, view
from context.usage import likely_bytes_per_token
from storage.chores import Chore, Chores, ChoreState
from storage.compactions import Compaction, Compactions, CompactionState
from storage.lanes import Claim, Lanes
from storage.outbox import Kind, Spoken
from storage.sessions import Opened

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What a chore is about, as it was found."""

    claim: Claim
    chore: Chore
    opened: Opened = field(repr=False)
    subject: Subject = field(repr=False)
    summary: Summary | None = field(repr=False)

    @property
    def agent(self) -> Agent:
        return self.subject.agent

    @property
    def is_asked_for(self) -> bool:
        """Whether the person waits to hear what came of it."""
        return self.chore.trigger == "command"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What came of a compaction."""

    state: CompactionState
    reason: str | None = None
    after_tokens: int | None = None
    summary: Summary | None = field(default=None, repr=False)


class Maintenance:
    """Does what waits in a session's maintain lane."""

    def __init__(
        self,
        *,
        lanes: Lanes,
        chores: Chores,
        opening: Opening,
        notes: NoteTaker,
        compactions: Compactions,
        channels: Mapping[Provider, Channel],
        clock: Clock,
        limits: Limits,
    ) -> None:
        self._lanes = lanes
        self._chores = chores
        self._opening = opening
        self._notes = notes
        self._compactions = compactions
        self._channels = channels
        self._clock = clock
        self._limits = limits

    async def tidy(self, claim: Claim) -> None:
        """Do every chore that waits, one after the other.

        Raises:
            SessionConflict: The claim is lost.
            StoreUnavailable: The database is out of reach; nothing is lost.
        """
        while True:
            chore = await self._chores.take(claim, now=self._clock.now())
            if chore is not None:
                await self._do(claim, chore)
            elif await self._lanes.let_go(claim):
                return

    async def _do(self, claim: Claim, chore: Chore) -> None:
        opened = await self._opening.opened(claim.session_id)
        agent = opened.agent
        if agent is None or not self._is_due(chore, agent):
            await self._settle(claim, chore, "done")
            return
        case = await self._case(claim, chore, opened=opened, agent=agent)
        match chore.kind:
            case "draft":
                await self._draft(case)
            case "compaction":
                with spans.span("compact", _facts(case)) as span:
                    await self._compact(case, span)
            case "handoff":
                raise TypeError("a handoff needs the claim of the turns")
            case never:
                assert_never(never)

    def _is_due(self, chore: Chore, agent: Agent) -> bool:
        """Whether the agent that was meant is there still, and is managed at all."""
        is_meant = agent.agent_id == chore.agent_id and agent.state.is_operational
        return is_meant and self._limits.manages(agent.user_id)

    async def _case(self, claim: Claim, chore: Chore, *, opened: Opened, agent: Agent) -> _Case:
        limit_tokens = await self._opening.limit_tokens()
        agent, summary = swapped(agent, opened.past)
        return _Case(
            claim=claim,
            chore=chore,
            opened=opened,
            summary=summary,
            subject=Subject(
                agent=agent,
                items=opened.items,
                document=read_back(HandoffDocument, opened.document),
                limit_tokens=limit_tokens,
                chore_id=TurnId(chore.chore_id),
            ),
        )

    async def _draft(self, case: _Case) -> None:
        """Bring the notes up to date, so that a handoff finds them ready."""
        try:
            await self._notes.noted(case.claim, case.subject)
        except (ModelError, NotesInvalid) as error:
            log.warning("notes.failed", reason=str(error))
            await self._settle(case.claim, case.chore, "failed")
            return
        await self._settle(case.claim, case.chore, "done")

    async def _compact(self, case: _Case, span: Span) -> None:
        began = perf_counter()
        try:
            outcome = await self._compacted(case)
        except (ModelError, NotesInvalid) as error:
            outcome = _Outcome(state=CompactionState.FAILED, reason=type(error).__name__)
        agent, subject = case.agent, case.subject
        compaction = Compaction(
            compaction_id=case.chore.chore_id,
            agent=agent,
            trigger=case.chore.trigger,
            focus=case.chore.focus,
            state=outcome.state,
            reason=outcome.reason,
            before_tokens=agent.occupied_tokens,
            after_tokens=outcome.after_tokens,
            limit_tokens=subject.limit_tokens,
            seconds=perf_counter() - began,
            summary=outcome.summary.model_dump(mode="json") if outcome.summary else None,
        )
        await self._compactions.keep(
            case.claim,
            compaction,
            chore_id=case.chore.chore_id,
            spoken=self._told(case, outcome),
            now=self._clock.now(),
        )
        span.note(_came_of(outcome))
        log.info(
            "compaction.made",
            state=outcome.state,
            reason=outcome.reason,
            trace_id=agent.trace_id,
            version=agent.version,
            before_tokens=agent.occupied_tokens,
            after_tokens=outcome.after_tokens,
            duration_ms=round(1000 * (perf_counter() - began), 1),
        )

    async def _compacted(self, case: _Case) -> _Outcome:
        """Plan, have the notes written if they are needed, and measure what is freed.

        Raises:
            ModelError: The model could not be had.
            NotesInvalid: Its notes cannot be used.
        """
        agent, subject = case.agent, case.subject
        # What is quoted in a summary is redacted; what stays in the prompt is as it was said.
        known = placeholders(subject.document)
        planned = plan(
            redacted_items(subject.items, self._limits.redact, known=known),
            summary=case.summary,
            occupied_tokens=agent.occupied_tokens,
            limit_tokens=subject.limit_tokens,
            threshold=self._limits.thresholds.compaction,
            shaping=self._limits.shaping,
            facts=(await self._compactions.remembered(agent)).facts,
            focus=case.chore.focus,
            bytes_per_token=likely_bytes_per_token(agent.bytes_per_token),
            force=case.is_asked_for,
        )
        match planned:
            case Skip(reason=reason):
                return _Outcome(state=CompactionState.SKIPPED, reason=reason)
            case Plan():
                summary = await self._summary(case, planned)
            case never:
                assert_never(never)
        after_tokens = await self._measured(case, summary)
        before_tokens = agent.occupied_tokens
        if after_tokens >= before_tokens:
            return _Outcome(state=CompactionState.SKIPPED, reason="nothing_to_free")
        # What a person asks for can't fail by percentage.
        weak = is_weak(before_tokens, after_tokens) and not case.is_asked_for
        return _Outcome(
            state=CompactionState.WEAK if weak else CompactionState.READY,
            after_tokens=after_tokens,
            summary=summary,
        )

    async def _summary(self, case: _Case, planned: Plan) -> Summary:
        if not planned.needs_notes:
            return planned.summary
        focus = case.chore.focus
        notes = (
            await self._notes.noted(case.claim, case.subject)
            if focus is None
            else await self._notes.noted_above_all(case.claim, case.subject, focus=focus)
        )
        # The facts stand in the summary as they are, whatever the notes say of them.
        told = notes_text(notes, (), max_tokens=planned.notes_tokens)
        return summarised(planned, notes_text=told)

    async def _measured(self, case: _Case, summary: Summary) -> int:
        """What the window would hold; by the provider's count where that can be had."""
        agent, subject = case.agent, case.subject
        counted = await self._opening.counted(
            briefed(subject.document), view(subject.items, summary)
        )
        if counted is not None:
            return counted
        return estimated_after(
            subject.items,
            summary,
            before=case.summary,
            occupied_tokens=agent.occupied_tokens,
            bytes_per_token=likely_bytes_per_token(agent.bytes_per_token),
        )

    def _told(self, case: _Case, outcome: _Outcome) -> tuple[Spoken, ...]:
        """What the person hears of it: a short word, or an answer if they asked."""
        address = case.chore.to
        channel = self._channels.get(address.provider) if address is not None else None
        if address is None or channel is None:
            return ()
        language = Language.of(case.opened.language)
        voice = Voice(channel, address, turn_id=case.subject.chore_id)
        kind = Kind.COMMAND if case.is_asked_for else Kind.NOTICE
        match outcome.state:
            case CompactionState.READY:
                if not case.is_asked_for and case.opened.notices != "all":
                    return ()
                text = notices.compacted(
                    before_tokens=case.agent.occupied_tokens,
                    after_tokens=outcome.after_tokens or 0,
                    limit_tokens=case.subject.limit_tokens,
                    language=language,
                )
            case _ if not case.is_asked_for:
                return ()
            case CompactionState.SKIPPED:
                text = notices.nothing_to_compact(language=language)
            case _:
                text = notices.compaction_failed(prefix=voice.prefix, language=language)
        return voice.say(kind, text, notice="compaction")

    async def _settle(self, claim: Claim, chore: Chore, state: ChoreState) -> None:
        await self._chores.settle(claim, chore, state=state, now=self._clock.now())


def _facts(case: _Case) -> Mapping[str, Fact]:
    return {
        spans.SESSION: case.claim.session_id,
        spans.TRACE: case.agent.trace_id,
        "baton.trigger": case.chore.trigger,
        "baton.before_tokens": case.agent.occupied_tokens,
    }


def _came_of(outcome: _Outcome) -> Mapping[str, Fact]:
    facts = {
        "baton.state": outcome.state,
        "baton.reason": outcome.reason,
        "baton.after_tokens": outcome.after_tokens,
    }
    return {name: fact for name, fact in facts.items() if fact is not None}
