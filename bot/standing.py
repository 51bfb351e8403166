"""A turn while it is worked on: what it answers, and which agent answers from what."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from bot.agents.loop import Task
from bot.limits import Limits
from bot.stored import read_back
from bot.voice import Voice
from context.handoff import HandoffDocument
from context.instructions import INSTRUCTIONS
from context.language import Language, language_of
from context.lifecycle import AgentState
from context.messages import Said, TurnId
from context.notices import Preference
from context.policy import Thresholds
from context.prompt import Item
from context.session import Agent
from context.summary import Summary, view
from context.usage import estimated_block_tokens, estimated_tokens, most_block_tokens
from storage.compactions import CompactionState, Past, in_prompt
from storage.lanes import Claim
from storage.mailbox import Mail

_SMALLEST_ANSWER_SHARE = 0.02
_SMALLEST_ANSWER_TOKENS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What stays the same while a turn is worked on.

    Attributes:
        limit_tokens: What one agent may hold.
        answer_tokens: Longest answer the model gives.
        is_managed: Whether this person's agents are handed over at all.
        thresholds: Where the steps begin for this person.
        limits: What else operators set.
    """

    claim: Claim
    mail: Mail
    voice: Voice = field(repr=False)
    limit_tokens: int
    answer_tokens: int
    is_managed: bool
    thresholds: Thresholds
    limits: Limits

    @property
    def turn_id(self) -> TurnId:
        """The same whenever the turn is taken again."""
        return self.mail.turn_id

    @property
    def language(self) -> Language | None:
        """The language that the person writes in now; None where that is not plain."""
        return language_in(self.mail)

    @property
    def reserved_tokens(self) -> int:
        """Room kept for the answer."""
        share = int(self.limit_tokens * self.limits.shaping.output_reserve)
        return max(self.smallest_answer_tokens, min(self.answer_tokens, share))

    @property
    def smallest_answer_tokens(self) -> int:
        """Less room than this is not worth a call."""
        return min(_SMALLEST_ANSWER_TOKENS, int(self.limit_tokens * _SMALLEST_ANSWER_SHARE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who answers, from what; another one when an agent gives way in the middle of a turn.

    Attributes:
        briefing: What it was told of its predecessor; None for the first of a trace.
        items: The transcript before this turn, from the agent's first verbatim item on; what
            the summary stands for may be left out.
        summary: What stands for the older part of it in the prompt.
        own: What this turn's committed steps have added to it.
        fresh: What this turn adds to it before the model is asked.
        is_greeted: Whether the person was told who the bot is.
        offered_tokens: What the tools add to its prompt, by estimate.
        counted_tokens: What the provider counted for the next call, where it was asked.
        past: The agent's compactions, latest first.
        noted_to: How far the agent's rolling notes go; None without any.
        notices: Which notices the person wants.
        language: The language they are told in, as far as it is known.
    """

    agent: Agent
    briefing: str | None = field(repr=False)
    items: tuple[Item, ...] = field(repr=False)
    own: tuple[Item, ...] = field(repr=False)
    fresh: tuple[Item, ...] = field(repr=False)
    is_greeted: bool
    offered_tokens: int = 0
    counted_tokens: int | None = None
    summary: Summary | None = field(default=None, repr=False)
    past: tuple[Past, ...] = ()
    noted_to: int | None = None
    notices: Preference = "all"
    language: Language = Language.ENGLISH

    def emptied(self) -> "Standing":
        """The same turn with nothing before it, as small as it can be."""
        agent = replace(self.agent, occupied_tokens=0)
        return replace(
            self, agent=agent, briefing=None, items=(), summary=None, counted_tokens=None
        )

    def handed_to(
        self, successor: Agent, items: Iterable[Item], *, briefing: str | None
    ) -> "Standing":
        """The same turn in the hands of the next agent.

        Args:
            successor: That agent.
            items: The whole transcript before this turn.
            briefing: What it is told.
        """
        replayed = (item for item in items if item.position >= successor.history_from)
        return replace(
            self,
            agent=successor,
            briefing=briefing,
            items=tuple(replayed),
            summary=None,
            past=(),
            noted_to=None,
            counted_tokens=None,
        )

    @property
    def most_tokens(self) -> int:
        """What the next call will hold at the very most."""
        if self.counted_tokens is not None:
            return self.counted_tokens
        new = (*self.own, *self.fresh)
        doubt = sum(most_block_tokens(item.blocks) - self._estimated(item) for item in new)
        return self.prompt_tokens + doubt

    @property
    def undrafted_tokens(self) -> int | None:
        """What was added since the latest notes, by estimate; None without any."""
        if self.noted_to is None:
            return None
        newer = (item for item in self.items if item.position > self.noted_to)
        return sum(self._estimated(item) for item in newer)

    @property
    def seen(self) -> tuple[Item, ...]:
        """What the agent's prompt holds of the transcript before this turn."""
        return view(self.items, self.summary)

    @property
    def prompt_tokens(self) -> int:
        """What the next call will hold; leaning high where it was not counted."""
        if self.counted_tokens is not None:
            return self.counted_tokens
        tokens = sum(self._estimated(item) for item in (*self.own, *self.fresh))
        if self.agent.occupied_tokens:
            return tokens + self.agent.occupied_tokens
        # The briefing is made of what was said; the instructions are not.
        ratio = self.agent.bytes_per_token
        tokens += estimated_tokens(self.briefing or "", bytes_per_token=ratio)
        tokens += estimated_tokens(INSTRUCTIONS) + self.offered_tokens
        return tokens + sum(self._estimated(item) for item in self.seen)

    def _estimated(self, item: Item) -> int:
        return estimated_block_tokens(item.blocks, bytes_per_token=self.agent.bytes_per_token)


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """All that stands before a turn: what was said, and what its agent began from."""

    items: tuple[Item, ...] = field(default=(), repr=False)
    document: HandoffDocument | None = field(default=None, repr=False)


def language_in(mail: Mail) -> Language | None:
    """The language that messages are written in; None where that is not plain."""
    said = (message.content for message in mail.messages)
    return language_of(one.text for one in said if isinstance(one, Said))


def fits(turn: Turn, standing: Standing) -> bool:
    """Whether prompt and answer stay within the limit."""
    return standing.prompt_tokens + turn.smallest_answer_tokens <= turn.limit_tokens


def task(turn: Turn, standing: Standing) -> Task:
    """What the agent is given to do."""
    left = turn.limit_tokens - standing.prompt_tokens
    return Task(
        claim=turn.claim,
        agent=standing.agent,
        turn_id=turn.turn_id,
        briefing=standing.briefing,
        items=(*standing.seen, *standing.own),
        fresh=standing.fresh,
        steps=sum(item.role == "assistant" for item in standing.own),
        max_output_tokens=max(turn.smallest_answer_tokens, min(turn.reserved_tokens, left)),
        max_prompt_tokens=turn.limit_tokens - turn.smallest_answer_tokens,
    )


def swapped(agent: Agent, past: tuple[Past, ...]) -> tuple[Agent, Summary | None]:
    """Begin the turn from the newest summary: the one in use, or one that waits for this turn.

    What the window holds is known again after the next call; until then what was freed is
    taken off. A turn that is taken again after a step has done so already.
    """
    if not past:
        return agent, None
    ready = next((one for one in past if one.state is CompactionState.READY), None)
    if ready is not None and ready.compaction_id != agent.compaction_id:
        freed = ready.before_tokens - (ready.after_tokens or 0)
        held = max(agent.occupied_tokens - freed, 0)
        agent = replace(
            agent.entering(AgentState.ACTIVE),
            occupied_tokens=held,
            compaction_id=ready.compaction_id,
            compactions=agent.compactions + 1,
            compacted_at_turn=agent.turns,
            compacted_to_tokens=held,
        )
    used = in_prompt(past, agent.compaction_id)
    return agent, read_back(Summary, used.summary if used is not None else None)
