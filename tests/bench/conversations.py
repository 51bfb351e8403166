"""Long conversations with questions about them: public ones from a file, or made-up ones.

A file is in the form of LoCoMo (https://github.com/snap-research/locomo, read 2026-11): two
people who talk over months, and questions with the turns that answer them. It is never kept
here. The made-up ones need no file; they show what gets worse, not how good it is.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from context.recall import Voice
from tests.context.archives import ASSISTANT, PERSON, Spoken

_TURN = re.compile(r"D\d+:\d+")
_SESSION = re.compile(r"session_(\d+)")

# Asks for what was never said.
_ADVERSARIAL = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the messages that answer it, as conversation and place in it."""

    text: str
    evidence: frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Talk:
    """All that was said, conversation by conversation, and what is asked about it."""

    conversations: Sequence[Sequence[Spoken]] = field(repr=False)
    questions: Sequence[Asked] = field(repr=False)


def public_talks(path: Path) -> list[Talk]:
    """Read a file in the form of LoCoMo; questions without evidence are left out."""
    return [_talk(sample) for sample in json.loads(path.read_bytes())]


def _talk(sample: dict[str, object]) -> Talk:
    said, asked = sample["conversation"], sample["qa"]
    assert isinstance(said, dict)
    assert isinstance(asked, list)
    numbers = sorted(int(match[1]) for key in said if (match := _SESSION.fullmatch(key)))
    sessions = [said[f"session_{number}"] for number in numbers]
    places = {
        turn["dia_id"]: (session, place)
        for session, turns in enumerate(sessions)
        for place, turn in enumerate(turns)
    }
    conversations = [
        [Spoken(turn["text"], Voice(name=turn["speaker"], is_person=True)) for turn in turns]
        for turns in sessions
    ]
    questions = [
        Asked(one["question"], frozenset(evidence))
        for one in asked
        if one["category"] != _ADVERSARIAL
        and (evidence := list(_evidence(one["evidence"], places)))
    ]
    return Talk(conversations, questions)


def _evidence(
    turns: Iterable[str], places: Mapping[str, tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    for turn in turns:
        yield from (places[name] for name in _TURN.findall(turn) if name in places)


# What a person tells over a turn or more, and how they ask for it later, in other words.
# What answers the question is marked.
_STORIES: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("*We adopted a {animal} on Saturday, we named it {name}",),
        "What is my {animal} called?",
    ),
    (
        ("I moved again", "To {city}? How do you like it?", "*Not much"),
        "How was moving to {city}?",
    ),
    (
        ("*My sister is marrying {name} in {city}",),
        "Who is the husband of my sister in {city}?",
    ),
    (
        ("I bought the tickets", "When is the {event}?", "*On the {number}th, row 7"),
        "Which day are the {event} tickets for?",
    ),
    (("*Please never write to me about {topic}s again",), "Should {topic} be avoided?"),
    (
        ("*The {thing} I ordered has the number {code}",),
        "What's the order number of the {thing}?",
    ),
    (
        ("*I paid {number} euros for repairing the {thing}",),
        "What did the {thing} repair cost?",
    ),
    (
        ("I have an allergy", "Of what, says doctor {name}?", "*{food}, of all things"),
        "Which food did {name} say I am allergic to?",
    ),
    (("*{name} recommended the {food} place in {city}",), "Who suggested eating {food}?"),
    (
        ("Work has been hard", "What is up at the {thing}?", "*{name} quit on us all"),
        "Who left my workplace, the {thing}?",
    ),
    (
        ("*Learning {topic} was harder than I had thought",),
        "How was it for me to learn {topic}?",
    ),
    (("*I flew to {city} to see the {event} with {name}",), "Who came to the {event} with me?"),
)
_CHAT = (
    "It was a long day at work and the train was late again",
    "What do you think about the weather in {city}?",
    "I had {food} for lunch, it was all right",
    "My {thing} makes strange noises sometimes",
    "Do you know anything about {topic}?",
    "{name} called me yesterday, we talked for an hour",
    "I am thinking of going to {city} some day",
    "The {animal} of my neighbours is very loud",
)
_REPLIES = (
    "That sounds like quite a day. How do you feel about it now?",
    "I see. There are many ways to look at {topic}: some begin with what is near, others with "
    "what matters most. It helps to write down what you want before you choose.",
    "Good to hear! Is there anything that I can do for you?",
    "In {city} it is usually mild at this time of the year, with some rain.",
)
_SYLLABLES = "ba ce di fo gu la me ni po ru sa te vi lo mar nel tor sin kal ber"
_WORDS = 4_000
_KINDS = ("animal", "name", "city", "event", "topic", "thing", "food")
_MOST_ASIDE = 25
_GAP = 6


class _Talker:
    """Says things; the same again for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - no secret
        # Words are as frequent as in any language: the second half as often as the first,
        # and so on.
        self._words = [self._word() for _ in range(_WORDS)]
        self._weights = [1 / rank for rank in range(1, _WORDS + 1)]

    def exchange(self) -> Iterator[Spoken]:
        """A person says something of no account, and is answered."""
        said, reply = self._random.choice(_CHAT), self._random.choice(_REPLIES)
        yield Spoken(f"{said.format(**self.fillers())}. {self._aside()}", PERSON)
        yield Spoken(f"{reply.format(**self.fillers())} {self._aside()}", ASSISTANT)

    def story(self) -> tuple[tuple[str, ...], str]:
        """What is told over a turn or more, and the question for it."""
        return self._random.choice(_STORIES)

    def gap(self) -> int:
        """How much of no account is said before the next story."""
        return self._random.randrange(_GAP)

    def fillers(self) -> dict[str, str]:
        """What a story is about: words of any frequency, so that rare ones tell it apart."""
        words = {kind: self._random.choice(self._words) for kind in _KINDS}
        number = self._random.randrange(100)
        return {
            **words,
            "number": str(number),
            "code": f"{words['name'][0].upper()}-{number}42",
        }

    def _word(self) -> str:
        return "".join(self._random.choices(_SYLLABLES.split(), k=self._random.randint(2, 4)))

    def _aside(self) -> str:
        count = self._random.randrange(_MOST_ASIDE)
        return " ".join(self._random.choices(self._words, self._weights, k=count))


def made_up_talk(*, messages: int, seed: int = 1) -> Talk:
    """Make a person's conversation with an assistant, and a question for each story in it."""
    talker = _Talker(seed)
    said: list[Spoken] = []
    questions: list[Asked] = []
    while len(said) < messages:
        for _ in range(talker.gap()):
            said += talker.exchange()
        story, question = talker.story()
        fillers = talker.fillers()
        evidence = set()
        for number, line in enumerate(story):
            if line.startswith("*"):
                evidence.add((0, len(said)))
            told = line.lstrip("*").format(**fillers)
            said.append(Spoken(told, ASSISTANT if number % 2 else PERSON))
        said.append(Spoken("I see. Thank you for telling me.", ASSISTANT))
        questions.append(Asked(question.format(**fillers), frozenset(evidence)))
    return Talk([said], questions)
