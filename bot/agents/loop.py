"""The loop of one turn: model responses and tool results, until the model is done."""

from dataclasses import dataclass, field, replace

from bot.ports import Clock, Model, Tools
from context.calls import Errand, Purpose
from context.errors import ModelFault, PromptTooLong
from context.instructions import INSTRUCTIONS
from context.messages import TurnId
from context.prompt import Answer, Block, Item, Prompt, Role, StopReason, Tool, assembled
from context.session import Agent
from context.tools import Output, result_block, tool_calls
from context.usage import estimated_block_tokens
from storage.lanes import Claim
from storage.ledger import Ledger, Step

_MOST_STEPS = 25
_GOING_ON = frozenset({StopReason.TOOL_USE, StopReason.PAUSE_TURN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What an agent is to respond to.

    Attributes:
        items: The transcript its prompt holds, oldest first.
        fresh: What is to be stored with the next step; the person's item on a new turn.
        steps: How many steps of this turn are committed already.
        max_output_tokens: Longest answer.
        max_prompt_tokens: What a prompt may hold and leave room for an answer.
    """

    claim: Claim
    agent: Agent
    turn_id: TurnId
    briefing: str | None = field(default=None, repr=False)
    items: tuple[Item, ...] = field(repr=False)
    fresh: tuple[Item, ...] = field(repr=False)
    steps: int
    max_output_tokens: int
    max_prompt_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The model's last response of a turn, with the step that is still to be stored."""

    answer: Answer
    step: Step
    items: tuple[Item, ...] = field(repr=False)


def prompt_of(task: Task, tools: tuple[Tool, ...]) -> Prompt:
    """Put together what the model is given next."""
    prompt = assembled(
        instructions=INSTRUCTIONS,
        briefing=task.briefing,
        items=(*task.items, *task.fresh),
        max_output_tokens=task.max_output_tokens,
    )
    return replace(prompt, tools=tools)


class Loop:
    """Runs an agent until it has answered."""

    def __init__(self, *, model: Model, tools: Tools, ledger: Ledger, clock: Clock) -> None:
        self._model = model
        self._tools = tools
        self._ledger = ledger
        self._clock = clock

    async def run(self, task: Task) -> Finished:
        """Respond step by step; every step but the last is committed here.

        Raises:
            ModelError: As the model port says; PromptTooLong too when results leave no room
                for another step, ModelFault when it never comes to an end.
            SessionConflict: The claim is lost.
        """
        errand = _errand(task)
        while task.steps < _MOST_STEPS:
            answer = await self._model.answer(prompt_of(task, self._tools.offered), errand)
            if not answer.blocks and answer.stop in _GOING_ON:
                raise ModelFault("empty_step")
            task = _responded(task, answer, self._item(task, "assistant", answer.blocks))
            outputs: tuple[Output, ...] = ()
            match answer.stop:
                case StopReason.TOOL_USE:
                    results, outputs = await self._results(answer, errand)
                    item = self._item(task, "user", results)
                    task = replace(task, fresh=(*task.fresh, item))
                case StopReason.PAUSE_TURN:
                    pass
                case _:
                    items = (*task.items, *task.fresh)
                    return Finished(answer=answer, step=_step(task, answer), items=items)
            step = replace(_step(task, answer), outputs=outputs)
            await self._ledger.step(task.claim, task.agent, step, now=self._clock.now())
            _must_fit(task, answer)
            task = replace(task, items=(*task.items, *task.fresh), fresh=())
        raise ModelFault("too_many_steps")

    async def _results(
        self, answer: Answer, errand: Errand
    ) -> tuple[tuple[Block, ...], tuple[Output, ...]]:
        """Run the calls of a response one after another: a later one may build on it.

        Returns:
            What the model is given of each result, and all of those that are longer.
        """
        ran = [
            (call, await self._tools.run(call, errand)) for call in tool_calls(answer.blocks)
        ]
        outputs = (
            Output(call_id=call.call_id, text=result.whole)
            for call, result in ran
            if result.whole is not None
        )
        return tuple(result_block(call, result) for call, result in ran), tuple(outputs)

    def _item(self, task: Task, role: Role, blocks: tuple[Block, ...]) -> Item:
        before = (*task.items, *task.fresh)
        return Item(
            position=before[-1].position + 1,
            role=role,
            blocks=blocks,
            turn_id=task.turn_id,
            said_at=self._clock.now(),
        )


def _must_fit(task: Task, answer: Answer) -> None:
    """Refuse a next step whose prompt would not fit: the answer's, and what came after it.

    Raises:
        PromptTooLong: It would not, by estimate.
    """
    held, added = answer.usage.occupied_tokens, task.fresh[-1]
    if added.role == "user":  # what tools gave back
        ratio = task.agent.bytes_per_token
        held += estimated_block_tokens(added.blocks, bytes_per_token=ratio)
    if held > task.max_prompt_tokens:
        raise PromptTooLong(prompt_tokens=held, window_tokens=task.max_prompt_tokens)


def _responded(task: Task, answer: Answer, item: Item) -> Task:
    # An empty answer is no item: the API refuses to take one back.
    fresh = (*task.fresh, item) if answer.blocks else task.fresh
    return replace(task, fresh=fresh, steps=task.steps + 1)


def _step(task: Task, answer: Answer) -> Step:
    return Step(turn_id=task.turn_id, number=task.steps, stop=answer.stop, items=task.fresh)


def _errand(task: Task) -> Errand:
    return Errand(
        person_id=task.agent.person_id,
        session_id=task.agent.session_id,
        agent_id=task.agent.agent_id,
        turn_id=task.turn_id,
        purpose=Purpose.REPLY,
    )
