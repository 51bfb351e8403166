"""The bot under test, with what it estimated before each turn on record."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

from typing_extensions import override

from bot.emulator.servers.faults import DropBefore, Fault, Refuse
from bot.emulator.servers.model import ModelApi
from bot.emulator.servers.model_catalogue import ModelCatalogue, ModelFacts
from bot.emulator.servers.serving import serving
from bot.emulator.servers.tokens import Tokenizer
from bot.limits import Limits
from bot.model.claude import Claude
from bot.model.connection import connection
from bot.model.patient import Patience, PatientModel
from bot.model.windows import Windows
from bot.opening import Opening
from bot.standing import Standing, Turn
from channels.port import Channel
from context.messages import TurnId
from storage.database import Database
from storage.sessions import Sessions
from storage.usage import UsageBook
from tests.bot.chat import KEY, Chat
from tests.channels.slack import workspace
from tests.endurance.people import Speaker

LIMIT = 20_000
FIRST, SECOND = "claude-first", "claude-second"
_MODELS = tuple(
    ModelFacts(
        id=name, display_name=name, line=None, max_input_tokens=LIMIT, max_tokens=LIMIT // 5
    )
    for name in (FIRST, SECOND)
)
_REFUSALS: Mapping[Fault, float] = {
    Refuse(529): 0.02,
    Refuse(500): 0.01,
    Refuse(429, retry_after_s=2): 0.01,
    DropBefore(): 0.005,
}
"""Of all calls, counting ones among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a turn's first prompt was expected to hold, and whose it was to be."""

    turn_id: TurnId
    agent_id: str
    tokens: int


class WatchedOpening(Opening):
    """Opens turns, and keeps what their prompts were expected to hold."""

    def __init__(self, chat: "WatchedChat", limits: Limits) -> None:
        super().__init__(
            sessions=Sessions(chat.database),
            model=chat.model,
            tools=chat._tools(limits),
            clock=chat.clock,
            limits=limits,
        )
        self._expected = chat.expected

    @override
    async def standing(self, turn: Turn, channel: Channel) -> Standing:
        standing = await super().standing(turn, channel)
        self._expected.append(
            Expected(
                turn_id=turn.turn_id,
                agent_id=standing.agent.agent_id,
                tokens=standing.prompt_tokens,
            )
        )
        return standing


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedChat(Chat):
    """The chat, and what its turns' prompts were expected to hold, in order."""

    expected: list[Expected] = field(default_factory=list)

    @override
    def _opening(self, limits: Limits) -> Opening:
        return WatchedOpening(self, limits)


@asynccontextmanager
async def watched(
    database: Database, speaker: Speaker, *, bytes_per_token: int
) -> AsyncIterator[WatchedChat]:
    """Open a chat with two models whose windows are as small as the limit.

    Args:
        database: Where it is kept.
        speaker: Answers.
        bytes_per_token: Of the provider's tokenizer, which we do not know.
    """
    async with workspace() as slack:
        clock = slack.clock
        api = ModelApi(
            api_key=KEY,
            now=clock.now,
            catalogue=ModelCatalogue(_MODELS),
            tokenizer=Tokenizer(bytes_per_token=bytes_per_token),
            answering=speaker.answer,
            keep_bytes=1_000_000,
        )
        api.notes = speaker.note
        async with serving(api.app) as url, connection(api_key=KEY, base_url=url) as client:
            model = PatientModel(
                [Claude(client, name=name, clock=clock) for name in (FIRST, SECOND)],
                windows=Windows(client, clock=clock),
                call_log=UsageBook(database),
                clock=clock,
                sleep=clock.sleep,
                chance=Random(1),  # noqa: S311 - spreads waits, no secret
                patience=Patience(),
            )
            await model.window()
            api.faults.at_random(speaker.chance, _REFUSALS)
            yield WatchedChat(database=database, api=api, model=model, slack=slack, clock=clock)
