"""People who write messages of random length, and a model that answers so: seeded, repeatable."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from bot.emulator.servers.model_answer import (
    WHOLE,
    Answer,
    Cut,
    Dropped,
    Ending,
    Failed,
    Garbled,
)
from bot.emulator.servers.model_error import ApiError
from bot.emulator.servers.model_request import MessageRequest
from context.messages import InboundMessage, UserId
from tests import summarisers
from tests.builders import an_inbound

_BROKEN: tuple[Ending, ...] = (
    Cut(after_deltas=2),
    Dropped(after_deltas=1),
    Garbled(after_deltas=3),
    Failed(ApiError(529, "Overloaded")),
)
_PERSONS_SHARE = 0.4
"""Of what a turn adds, the message's; the rest is the answer's."""

_CONSONANTS, _VOWELS = "bdfghklmnprstvwz", "aeiou"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishaps:
    """How often something goes wrong, as fractions of calls or turns, 0 to 1.

    Attributes:
        broken: An answer breaks off on its way.
        overloaded: The first model is overloaded so long that the next one is asked.
        unnoted: A request for notes fails.
        recalling: The model looks something up before it answers.
    """

    broken: float = 0.03
    overloaded: float = 0.02
    unnoted: float = 0.1
    recalling: float = 0.04


@dataclass(slots=True, kw_only=True)
class Person:
    """Somebody with a length of turns of their own, which wanders.

    Turn sizes are log-normal; the largest twentieth of a person's turns is two to four times
    their median.

    Attributes:
        mean_bytes: What a turn of theirs adds, answer included, on average, by now.
        spread: Of the logarithm.
        drift: By how much the mean wanders a turn, as the deviation of its logarithm.
    """

    number: int
    chance: Random
    mean_bytes: float
    spread: float
    drift: float = 0.03
    said: int = 0

    @classmethod
    def drawn(cls, number: int, chance: Random, *, around_bytes: int) -> "Person":
        """Draw somebody who says about so much in a turn."""
        return cls(
            number=number,
            chance=chance,
            mean_bytes=chance.lognormvariate(math.log(around_bytes), 0.4),
            spread=chance.uniform(0.4, 0.8),
        )

    def message(self) -> InboundMessage:
        """What they write next."""
        self.said += 1
        self.mean_bytes *= math.exp(self.chance.gauss(0, self.drift))
        text = self.words(_PERSONS_SHARE)
        if self.chance.random() < 0.1:
            text += f" My order is BX-{self.number}{self.said:04}-A."
        return an_inbound(
            text,
            number=100_000 * self.number + self.said,
            user_id=UserId(f"T024BE7LD:U{self.number:08}"),
            conversation=f"D{self.number:08}",
        )

    def words(self, share: float) -> str:
        """Words of a drawn length, a share of what a turn of theirs adds."""
        mean = math.log(self.mean_bytes * share) - self.spread**2 / 2
        wanted = max(8, int(self.chance.lognormvariate(mean, self.spread)))
        said = ""
        for word in self._words():
            if len(said) >= wanted:
                break
            said += word
        return said[:wanted].strip()

    def _words(self) -> Iterator[str]:
        while True:
            syllables = zip(
                self.chance.choices(_CONSONANTS, k=3),
                self.chance.choices(_VOWELS, k=3),
                strict=True,
            )
            yield "".join(map("".join, syllables)) + " "


@dataclass(slots=True, kw_only=True)
class Speaker:
    """The model: answers whoever wrote last, and breaks off at times."""

    chance: Random
    mishaps: Mishaps
    person: Person | None = None

    def answer(self, asked: MessageRequest) -> Answer:
        """Answer a turn."""
        assert self.person is not None
        drawn = self.chance.random()
        if drawn < self.mishaps.recalling and asked.messages[-1].content[0].type == "text":
            return Answer.calling("recall", {"question": "my order"})
        text = self.person.words(1 - _PERSONS_SHARE)
        is_broken = self.chance.random() < self.mishaps.broken
        ending = self.chance.choice(_BROKEN) if is_broken else WHOLE
        return Answer.saying(text, ending=ending)

    def note(self, asked: MessageRequest) -> Answer:
        """Answer a request for notes."""
        if self.chance.random() < self.mishaps.unnoted:
            return summarisers.failing(500)(asked)
        return summarisers.perfect(asked)
