"""Drives one chat from agent to agent: small talk until a window is full, then a handoff.

What the windows hold is counted, never pretended; only the words of the model are scripted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from random import Random

from bot.emulator.servers.model_answer import Answer
from bot.emulator.servers.model_request import MessageRequest
from bot.limits import Limits
from context.messages import InboundMessage
from context.shaping import Shaping
from storage.lanes import Lane
from tests.bot.chat import Chat, Heard, a_message
from tests.storage.scenes import a_command, value

LIMIT = 10_000
LIMITS = Limits(tokens=LIMIT, usage_line="off", shaping=Shaping(max_compactions=1))

_BYTES_PER_TOKEN = 4
_MOST_TURNS = 40


class Way(Enum):
    """How an agent comes to its end."""

    CRITICAL = "critical"
    FORCED = "forced"
    BEFORE_A_CALL = "before a call"
    BY_WISH = "by wish"


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How long the two sides speak, in tokens, from and to."""

    person: tuple[int, int]
    assistant: tuple[int, int]


QUICK = Style(person=(300, 900), assistant=(400, 900))
SHORT_QUESTIONS = Style(person=(15, 60), assistant=(300, 900))
LONG_STORIES = Style(person=(250, 700), assistant=(10, 60))


@dataclass(slots=True, kw_only=True)
class Drive:
    """A conversation under way.

    Attributes:
        chance: Draws what is said.
        number: Of the latest message.
        version: Of the agent that answers now.
        compacted: How often it was tidied up.
    """

    chat: Chat
    style: Style
    chance: Random
    limits: Limits = LIMITS
    number: int = 0
    version: int = 1
    tidied: int = 0
    last: InboundMessage = field(default_factory=a_message)

    async def tell(self, text: str, *, answer: str | None = "I see.") -> list[Heard]:
        """Say something, and have it answered in these words, or in the stand-in's own."""
        self.number += 1
        self.last = a_message(text, number=self.number)
        if answer is not None:
            self.chat.api.script(Answer.saying(answer))
        heard = await self.chat.tell(self.last, turns=self.chat.turns(limits=self.limits))
        self.version = int(str(await value(self.chat.database, _VERSION)))
        return heard

    async def talk(self) -> None:
        """Have one turn of small talk, and what is due behind it tidied up."""
        said = self._words(*self.style.person)
        await self.tell(said, answer=self._words(*self.style.assistant))
        await self.tidy()

    async def tidy(self) -> None:
        """Do the housekeeping that waits."""
        if await value(self.chat.database, _WAITS, Lane.MAINTAIN):
            self.tidied += 1
            await self.chat.tidy(self.last, limits=self.limits)

    async def hand_off(self, way: Way) -> MessageRequest:
        """Go on until this agent has given way; the first request of the next one."""
        before = self.version
        await self._fill(way)
        assert self.version == before
        match way:
            case Way.CRITICAL:
                await self._fill_to(0.905)
            case Way.FORCED:
                await self._fill_to(0.96)
            case Way.BEFORE_A_CALL:
                await self._fill_to(1.01)
            case Way.BY_WISH:
                await self._wish()
        assert self.version == before + 1, (way, self.version)
        if way is not Way.BEFORE_A_CALL:
            await self.tell("Go on, please.")
        return self.chat.asked[-1]

    async def _fill(self, way: Way) -> None:
        """Talk until the window is so full that one message more decides."""
        full = LIMIT // 2 if way is Way.BY_WISH else int(0.9 * LIMIT) - self._most_of_a_turn
        for _ in range(_MOST_TURNS):
            if await self._occupied_tokens() >= full and not await self._has_summary_ready():
                return
            await self.talk()
        raise AssertionError("the window never fills")

    async def _has_summary_ready(self) -> bool:
        return bool(await value(self.chat.database, _READY))

    async def _fill_to(self, share: float) -> None:
        """Say so much that the window is filled to a share."""
        wanted = int(share * LIMIT) - await self._occupied_tokens()
        await self.tell(self._words(wanted, wanted))

    async def _wish(self) -> None:
        wish = replace(a_command("handoff", number=10_000 + self.number))
        await self.chat.command(wish)
        await self.chat.go_on(self.last, self.chat.turns(limits=self.limits))
        self.version = int(str(await value(self.chat.database, _VERSION)))

    async def _occupied_tokens(self) -> int:
        return int(str(await value(self.chat.database, _OCCUPIED)))

    @property
    def _most_of_a_turn(self) -> int:
        return self.style.person[1] + self.style.assistant[1]

    def _words(self, least_tokens: int, most_tokens: int) -> str:
        """Small talk of a length, without a figure or anything that is to be remembered."""
        wanted = self.chance.randint(least_tokens, most_tokens) * _BYTES_PER_TOKEN
        said = ""
        for sentence in self._sentences():
            if len(said) >= wanted:
                break
            said += sentence
        return said[:wanted]

    def _sentences(self) -> Iterator[str]:
        pick = self.chance.choice
        while True:
            yield f"{pick(_WHO)} {pick(_DID)} {pick(_WHAT)}, and {pick(_ENDINGS)}. "


_VERSION = "select max(version) from agent"
_WAITS = "select count(*) from chore where state = 'pending' and lane = $1"
_READY = "select count(*) from compaction where state = 'ready'"
_OCCUPIED = "select occupied_tokens from agent order by version desc limit 1"

_WHO = ("The neighbours", "Two cyclists", "An old friend", "The baker", "Half the village")
_DID = ("painted", "admired", "discussed", "lost", "repaired", "forgot", "washed", "sold")
_WHAT = (
    "a rowing boat",
    "the church bells",
    "a basket of plums",
    "an enormous kite",
    "the menu",
)
_ENDINGS = ("everybody laughed", "the weather held", "a dog barked", "the coffee went cold")
