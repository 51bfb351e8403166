"""Long conversations with facts planted in them, and the questions that ask for them later.

A conversation is 200 turns of small talk, in which one person tells 56 things of eight kinds,
and at the end a block of questions, one for each. What a thing is called occurs nowhere else,
so that an answer shows that it is still known, and nothing shows it by chance.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

TURNS = 200
OF_EACH_KIND = 7

_UPDATED_AFTER_TURNS = 25
_WORDS_OF_A_TURN = (60, 180)


class Kind(StrEnum):
    """What kind of thing was told."""

    IDENTIFIER = "identifier"
    AMOUNT = "amount"
    DATE = "date"
    LINK = "link"
    PROMISE = "promise"
    OPEN_QUESTION = "open question"
    INSTRUCTION = "standing instruction"
    UPDATE = "update"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One thing told.

    Attributes:
        told: In which words.
        asked: How it is asked for.
        answer: What an answer must hold.
        superseded: What was told before and no longer holds; empty but for updates.
    """

    kind: Kind
    told: str
    asked: str
    answer: str
    superseded: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What the person writes, with what that tells or asks for."""

    text: str
    tells: tuple[Planted, ...] = ()
    asks: Planted | None = None


def conversation(
    seed: int, *, turns: int = TURNS, of_each_kind: int = OF_EACH_KIND
) -> tuple[Turn, ...]:
    """Make a conversation; the same seed makes the same one."""
    chance = random.Random(seed)  # noqa: S311 - a conversation, no secret
    planted = [one for kind in Kind for one in _things(kind, of_each_kind, chance)]
    told: dict[int, list[Planted]] = {}
    stale: dict[int, list[str]] = {}
    latest = turns - _UPDATED_AFTER_TURNS if turns > 2 * _UPDATED_AFTER_TURNS else turns // 2
    for one in planted:
        first = chance.randrange(latest)
        if one.superseded:
            stale.setdefault(first, []).append(_before(one))
            first = chance.randrange(min(first + _UPDATED_AFTER_TURNS, turns - 1), turns)
        told.setdefault(first, []).append(one)
    talk = [
        _talk(chance, (*stale.get(number, ()), *(one.told for one in told.get(number, ()))))
        for number in range(turns)
    ]
    said = [Turn(text, tells=tuple(told.get(n, ()))) for n, text in enumerate(talk)]
    chance.shuffle(planted)
    return (*said, *(Turn(one.asked, asks=one) for one in planted))


def _before(update: Planted) -> str:
    """How the value was told that an update replaces."""
    return update.told.replace(" is now ", " is ").replace(update.answer, update.superseded)


def _talk(chance: random.Random, told: Sequence[str]) -> str:
    """Small talk, with what is told somewhere in it."""
    wanted = chance.randint(*_WORDS_OF_A_TURN)
    sentences: list[str] = []
    while sum(len(sentence.split()) for sentence in sentences) < wanted:
        sentences.append(_small_talk(chance))
    for sentence in told:
        sentences.insert(chance.randint(0, len(sentences)), sentence)
    return " ".join(sentences)


def _small_talk(chance: random.Random) -> str:
    who, did, what = chance.choice(_WHO), chance.choice(_DID), chance.choice(_WHAT)
    place, when = chance.choice(_PLACES), chance.choice(_WHEN)
    return f"{when.capitalize()} {who} {did} {what} {place}, and {chance.choice(_ENDINGS)}."


def _things(kind: Kind, count: int, chance: random.Random) -> Iterator[Planted]:
    """As many things of a kind, each about something else.

    Raises:
        ValueError: There are not so many names.
    """
    names = _NAMES[kind]
    for name in chance.sample(names, count):
        yield _thing(kind, name, chance)


def _thing(kind: Kind, name: str, chance: random.Random) -> Planted:
    told, asked, answer, superseded = _TEMPLATES[kind]
    value = _value(answer, chance)
    return Planted(
        kind=kind,
        told=told.format(name=name, value=value),
        asked=asked.format(name=name),
        answer=value,
        superseded=_value(superseded, chance) if superseded else "",
    )


def _value(form: str, chance: random.Random) -> str:
    """A value of a form: `A` is a letter, `9` a digit, `@` one of a few words."""
    match form:
        case "date":
            return (
                f"{chance.randint(1, 28)} {chance.choice(_MONTHS)} {chance.randint(2027, 2029)}"
            )
        case "person":
            return chance.choice(_FIRST_NAMES)
        case "rule":
            return chance.choice(_RULES)
        case "choice":
            return chance.choice(_CHOICES)
        case _:
            letters = {
                "A": "BCDFGHJKLMNPQRSTVWXZ",
                "9": "123456789",
                "a": "bcdfghjkmnpqrstvwxz",
            }
            return "".join(chance.choice(letters.get(char, char)) for char in form)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_TEMPLATES: dict[Kind, tuple[str, str, str, str]] = {
    Kind.IDENTIFIER: (
        "My {name} number is {value}.",
        "What is my {name} number?",
        "AA-99999-A",
        "",
    ),
    Kind.AMOUNT: ("The {name} costs ${value}.", "How much does the {name} cost?", "999.99", ""),
    Kind.DATE: (
        "The {name} takes place on {value}.",
        "When does the {name} take place?",
        "date",
        "",
    ),
    Kind.LINK: (
        "The link to the {name} is https://ex.org/{value}.",
        "What is the link to the {name}?",
        "aaaaa/999",
        "",
    ),
    Kind.PROMISE: (
        "I promise to hand the {name} to {value} by Friday.",
        "To whom did I promise to hand the {name}?",
        "person",
        "",
    ),
    Kind.OPEN_QUESTION: (
        "It is still open whether the {name} goes {value}.",
        "What is still open about the {name}?",
        "choice",
        "",
    ),
    Kind.INSTRUCTION: (
        "From now on, whenever the {name} comes up, always {value}.",
        "What shall you always do whenever the {name} comes up?",
        "rule",
        "",
    ),
    Kind.UPDATE: (
        "My {name} code is now {value}.",
        "What is my {name} code?",
        "99999",
        "99999",
    ),
}
"""How it is told, how it is asked for, the form of its value, and of the one before it."""

_NAMES: dict[Kind, Sequence[str]] = {
    Kind.IDENTIFIER: _words("booking policy claim parcel invoice licence membership serial"),
    Kind.AMOUNT: _words("lamp bicycle carpet kettle wardrobe printer hammock mattress"),
    Kind.DATE: _words("wedding inspection concert exam regatta auction graduation reunion"),
    Kind.LINK: _words("floorplan recipe playlist brochure timetable questionnaire catalogue"),
    Kind.PROMISE: _words("lease toolbox photographs ladder spare-key cookbook telescope"),
    Kind.OPEN_QUESTION: _words(
        "piano fireplace aquarium bookcase mirror chandelier greenhouse"
    ),
    Kind.INSTRUCTION: _words("garden budget insurance diet tenant choir allotment"),
    Kind.UPDATE: _words("garage locker alarm gate cellar safe mailbox"),
}
_FIRST_NAMES = _words("Marta Ibrahim Yuki Solveig Tomasz Nadia Emeka Ursula Rafael Linnea")
_RULES = (
    "answer in one short sentence",
    "write to my sister as well",
    "round up to full euros",
    "name the weekday, too",
    "begin with the bad news",
    "leave out the adjectives",
    "give two alternatives",
    "use metric units",
    "mention the neighbours",
)
_CHOICES = (
    "into the attic or to my cousin",
    "to the left or under the stairs",
    "to the museum or to the school",
    "north or south of the shed",
    "with the movers or by tram",
    "into storage or onto the balcony",
    "to the restorer or to the tip",
    "beside the window or into the hall",
)
_MONTHS = _words(
    "January February March April May June July August September October November December"
)
_WHO = (
    "the neighbours",
    "two cyclists",
    "an old friend",
    "some tourists",
    "a whole orchestra",
    "the baker",
    "several children",
    "a retired captain",
    "half the village",
    "nobody in particular",
)
_DID = _words(
    "painted admired discussed lost repaired photographed forgot borrowed washed sold"
)
_WHAT = (
    "a rowing boat",
    "three umbrellas",
    "the church bells",
    "a basket of plums",
    "an enormous kite",
    "a jigsaw puzzle",
    "the menu",
    "a pair of boots",
    "an atlas of clouds",
    "the scenery",
)
_PLACES = (
    "near the harbour",
    "behind the station",
    "under the chestnut trees",
    "on the ferry",
    "at the edge of town",
    "in the rain",
    "along the canal",
    "outside the cinema",
)
_WHEN = _words("yesterday lately afterwards meanwhile later recently sometimes once eventually")
_ENDINGS = (
    "everybody laughed about it",
    "the weather held",
    "it took longer than expected",
    "a dog barked the whole time",
    "the coffee went cold",
    "there were pancakes",
    "the evening turned out lovely",
    "people talked of little else",
)
