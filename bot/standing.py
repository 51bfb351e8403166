"""A turn while it is worked on: what it answers, and which agent answers from what."""

from dataclasses import dataclass, field, replace

from bot.agents.loop import Task
from bot.succession import briefed
from bot.voice import Voice
from context.handoff import HandoffDocument
from context.instructions import INSTRUCTIONS
from context.messages import TurnId
from context.policy import Thresholds
from context.prompt import Item
from context.session import Agent
from context.usage import estimated_block_tokens, estimated_tokens
from storage.lanes import Claim
from storage.mailbox import Mail

_ANSWER_SHARE = 0.10
_SMALLEST_ANSWER_SHARE = 0.02
_SMALLEST_ANSWER_TOKENS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one agent may hold, and at which shares of it something happens."""

    tokens: int
    thresholds: Thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What stays the same while a turn is worked on.

    Attributes:
        limit_tokens: What one agent may hold.
        answer_tokens: Longest answer the model gives.
    """

    claim: Claim
    mail: Mail
    voice: Voice = field(repr=False)
    limit_tokens: int
    answer_tokens: int

    @property
    def turn_id(self) -> TurnId:
        """The same whenever the turn is taken again."""
        return self.mail.turn_id

    @property
    def reserved_tokens(self) -> int:
        """Room kept for the answer."""
        share = int(self.limit_tokens * _ANSWER_SHARE)
        return max(self.smallest_answer_tokens, min(self.answer_tokens, share))

    @property
    def smallest_answer_tokens(self) -> int:
        """Less room than this is not worth a call."""
        return min(_SMALLEST_ANSWER_TOKENS, int(self.limit_tokens * _SMALLEST_ANSWER_SHARE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who answers, from what; another one when an agent gives way in the middle of a turn.

    Attributes:
        items: The transcript before this turn, as far as the agent's prompt holds it.
        own: What this turn's committed steps have added to it.
        fresh: What this turn adds to it before the model is asked.
        is_greeted: Whether the person was told who the bot is.
        counted_tokens: What the provider counted for the next call, where it was asked.
    """

    agent: Agent
    document: HandoffDocument | None = field(repr=False)
    items: tuple[Item, ...] = field(repr=False)
    own: tuple[Item, ...] = field(repr=False)
    fresh: tuple[Item, ...] = field(repr=False)
    is_greeted: bool
    counted_tokens: int | None = None

    def emptied(self) -> "Standing":
        """The same turn with nothing before it, as small as it can be."""
        agent = replace(self.agent, occupied_tokens=0)
        return replace(self, agent=agent, document=None, items=(), counted_tokens=None)

    def handed_to(self, successor: Agent, document: HandoffDocument) -> "Standing":
        """The same turn in the hands of the next agent."""
        items = tuple(item for item in self.items if item.position >= successor.history_from)
        return replace(
            self, agent=successor, document=document, items=items, counted_tokens=None
        )

    @property
    def prompt_tokens(self) -> int:
        """What the next call will hold; leaning high where it was not counted."""
        if self.counted_tokens is not None:
            return self.counted_tokens
        tokens = sum(estimated_block_tokens(item.blocks) for item in (*self.own, *self.fresh))
        if self.agent.occupied_tokens:
            return tokens + self.agent.occupied_tokens
        told = briefed(self.agent, self.document) or ""
        tokens += estimated_tokens(INSTRUCTIONS) + estimated_tokens(told)
        return tokens + sum(estimated_block_tokens(item.blocks) for item in self.items)


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
        briefing=briefed(standing.agent, standing.document),
        items=(*standing.items, *standing.own),
        fresh=standing.fresh,
        steps=sum(item.role == "assistant" for item in standing.own),
        max_output_tokens=max(turn.smallest_answer_tokens, min(turn.reserved_tokens, left)),
    )
