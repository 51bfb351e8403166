"""What a person tells early in a conversation, and how it is asked for at its end.

Every value stands nowhere else, so that its presence shows that it is still known. Some are
told otherwise later, when the first value has been through a handoff already.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What kind of thing was told."""

    IDENTIFIER = "identifier"
    AMOUNT = "amount"
    DATE = "date"
    LINK = "link"
    PROMISE = "promise"
    INSTRUCTION = "standing instruction"
    QUESTION = "open question"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One thing told.

    Attributes:
        told: In which words.
        value: What of it must not be lost, word for word.
        asked: How it is asked for.
        answer: What an answer must hold, where that is less than the value.
        superseded: What was told of it before and no longer holds; told as `before`.
        before: In which words that was told.
    """

    kind: Kind
    told: str
    value: str
    asked: str
    answer: str = ""
    superseded: str = ""
    before: str = ""

    @property
    def is_noted_only(self) -> bool:
        """Whether only a model can tell that it matters: no pattern knows such words."""
        return self.kind is Kind.QUESTION

    def is_answered_by(self, heard: str) -> bool:
        """Whether an answer holds it, and not what no longer holds in its place."""
        return (self.answer or self.value) in heard


GREETING = "Hello! I am moving house and shall need a hand with a great many small things."
"""Said first of all, because the first request stays word for word for ever."""

PLANTED = (
    Planted(
        kind=Kind.IDENTIFIER,
        told="My booking number is QR-48213-K.",
        value="QR-48213-K",
        asked="What is my booking number?",
    ),
    Planted(
        kind=Kind.IDENTIFIER,
        told="The policy number of the insurance is 77-3141-592.",
        value="77-3141-592",
        asked="What is the policy number of the insurance?",
    ),
    Planted(
        kind=Kind.IDENTIFIER,
        told="The serial number of the piano is SN/7781-B.",
        value="SN/7781-B",
        asked="What is the serial number of the piano?",
    ),
    Planted(
        kind=Kind.IDENTIFIER,
        told="My email is ada@lovelace.example.",
        value="ada@lovelace.example",
        asked="What is my email?",
    ),
    Planted(
        kind=Kind.AMOUNT,
        told="The chandelier costs $129.90.",
        value="$129.90",
        asked="How much does the chandelier cost?",
    ),
    Planted(
        kind=Kind.AMOUNT,
        told="The deposit for the flat is 1,250 EUR.",
        value="1,250 EUR",
        asked="How much is the deposit for the flat?",
    ),
    Planted(
        kind=Kind.DATE,
        told="The wedding takes place on 14 May 2027.",
        value="14 May 2027",
        asked="When does the wedding take place?",
    ),
    Planted(
        kind=Kind.DATE,
        told="The inspection is on 2027-03-09.",
        value="2027-03-09",
        asked="When is the inspection?",
    ),
    Planted(
        kind=Kind.LINK,
        told="The link to the floorplan is https://ex.org/bcdfg/123.",
        value="https://ex.org/bcdfg/123",
        asked="What is the link to the floorplan?",
    ),
    Planted(
        kind=Kind.PROMISE,
        told="I promise to hand the lease to Marta by Friday.",
        value="I promise to hand the lease to Marta by Friday",
        asked="To whom did I promise to hand the lease?",
        answer="Marta",
    ),
    Planted(
        kind=Kind.PROMISE,
        told="I will send the photographs to Ibrahim tomorrow.",
        value="I will send the photographs to Ibrahim tomorrow",
        asked="To whom will I send the photographs?",
        answer="Ibrahim",
    ),
    Planted(
        kind=Kind.INSTRUCTION,
        told="From now on, whenever the garden comes up, always use metric units.",
        value="whenever the garden comes up, always use metric units",
        asked="What shall you always do whenever the garden comes up?",
        answer="metric units",
    ),
    Planted(
        kind=Kind.INSTRUCTION,
        told="Never mention the surprise party to Tomasz.",
        value="Never mention the surprise party to Tomasz",
        asked="What shall you never mention to Tomasz?",
        answer="surprise party",
    ),
    Planted(
        kind=Kind.QUESTION,
        told="It is still open whether the aquarium goes into the attic or to my cousin.",
        value="whether the aquarium goes into the attic or to my cousin",
        asked="What is still open about the aquarium?",
        answer="attic or to my cousin",
    ),
    Planted(
        kind=Kind.IDENTIFIER,
        told="My garage code is now 54321.",
        value="54321",
        asked="What is my garage code?",
        superseded="12876",
        before="My garage code is 12876.",
    ),
    Planted(
        kind=Kind.IDENTIFIER,
        told="I was wrong: my locker number is C-4207.",
        value="C-4207",
        asked="What is my locker number?",
        superseded="B-1799",
        before="My locker number is B-1799.",
    ),
    Planted(
        kind=Kind.IDENTIFIER,
        told="I have changed it: my phone number is +4915199887766.",
        value="+4915199887766",
        asked="What is my phone number?",
        superseded="+4915112345678",
        before="My phone number is +4915112345678.",
    ),
    Planted(
        kind=Kind.INSTRUCTION,
        told="From now on, please always write to me in Italian.",
        value="always write to me in Italian",
        asked="In which language shall you always write to me?",
        answer="Italian",
        superseded="always write to me in German",
        before="Please always write to me in German.",
    ),
)

_TOLD_TOGETHER = 3


def opening() -> tuple[str, ...]:
    """The messages in which everything is told for the first time, a few things in each."""
    said = [one.before or one.told for one in PLANTED]
    groups = [said[at : at + _TOLD_TOGETHER] for at in range(0, len(said), _TOLD_TOGETHER)]
    return (GREETING, *(" ".join(group) for group in groups))


def updates() -> tuple[Planted, ...]:
    """What is told otherwise later."""
    return tuple(one for one in PLANTED if one.superseded)


def missing(told: str, planted: Iterable[Planted]) -> list[str]:
    """The values that do not stand in a text."""
    return [one.value for one in planted if one.value not in told]
