"""Making handoffs: what an agent leaves, the document made of it, and the file it may become."""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

import structlog

from bot import spans
from bot.erasing import remove_files
from bot.limits import Limits
from bot.ports import Clock
from bot.stored import read_back
from bot.succession import Legacy, judged_by_guard, succession
from context.categories import Trigger
from context.guard import Tripped
from context.handoff import HandoffDocument, markdown
from context.messages import TurnId
from context.notes import Notes
from context.prompt import Item
from context.session import Agent
from storage.compactions import Compactions
from storage.handing_over import Handoff
from storage.ledger import Ledger

SMALLEST_SEED_SHARE = 0.05
"""Of the limit: what an agent begins with that is to take along as little as can be."""

log = structlog.get_logger()


class Documents:
    """Makes handoffs, without a model call."""

    def __init__(
        self, *, ledger: Ledger, compactions: Compactions, clock: Clock, limits: Limits
    ) -> None:
        self._ledger = ledger
        self._compactions = compactions
        self._clock = clock
        self._limits = limits

    async def legacy(
        self,
        agent: Agent,
        items: tuple[Item, ...],
        document: HandoffDocument | None,
        *,
        name: str | None,
    ) -> Legacy:
        """Gather what an agent leaves, its notes and facts included.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        remembered = await self._compactions.remembered(agent)
        stored = remembered.notes
        return Legacy(
            agent=agent,
            items=items,
            previous=document,
            notes=read_back(Notes, stored.document if stored is not None else None),
            facts=remembered.facts,
            name=name,
        )

    async def handoff(
        self,
        legacy: Legacy,
        *,
        trigger: Trigger,
        limit_tokens: int,
        seed_tokens: int,
        turn_id: TurnId,
    ) -> Handoff:
        """Make a handoff; where handoffs run in a circle, one with the smallest seed."""
        make = partial(
            succession,
            legacy,
            trigger=trigger,
            limit_tokens=limit_tokens,
            limits=self._limits,
            turn_id=turn_id,
            now=self._clock.now(),
        )
        facts = {spans.TRACE: legacy.agent.trace_id, "baton.trigger": trigger}
        with spans.span("hand_off", facts) as span:
            handoff = await asyncio.to_thread(make, seed_tokens=seed_tokens)
            span.note({"baton.reason": handoff.reason, "baton.sequence": handoff.sequence})
            if handoff.probe_score is not None:
                span.note({"baton.probe_score": handoff.probe_score})
        verdict = judged_by_guard(legacy, handoff, limit_tokens=limit_tokens)
        if isinstance(verdict, Tripped):
            log.error("handoff.tripped", reason=verdict.reason, trace_id=legacy.agent.trace_id)
            smallest = int(limit_tokens * SMALLEST_SEED_SHARE)
            handoff = await asyncio.to_thread(make, seed_tokens=smallest)
            handoff = replace(handoff, is_smallest=True)
        if (folder := self._limits.markdown_path) is None:
            return handoff
        return replace(handoff, markdown_path=str(folder / f"{handoff.handoff_id}.md"))

    async def write(self, handoff: Handoff) -> None:
        """Write a committed handoff as a Markdown file, where operators want that."""
        if handoff.markdown_path is None:
            return
        path = Path(handoff.markdown_path)
        try:
            await asyncio.to_thread(_write, path, markdown(handoff.document))
            if not await self._ledger.is_kept(handoff.handoff_id):
                # Its person was erased meanwhile, and their files with them.
                await remove_files([handoff.markdown_path])
        except OSError as error:
            log.warning("handoff.not_written", handoff_id=handoff.handoff_id, code=error.errno)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
