"""Conversations with the stand-in: things told one by one, a question, its answer."""

import random

from bot.emulator.servers import standin
from bot.emulator.servers.model_request import Json
from tests.bot.emulator.prompts import a_request, assistant, user

TOLD = "Hi, my order number is BX-48213-A, please remember it."
ASKED = "What is my order number?"
_WORDS = (
    "the quick order of lazy brown number was given to people in a house near rivers while "
    "number systems order things and shipping delivered address phone customers reason"
)


def said(*messages: Json, more: Json | None = None) -> str:
    return standin.answer(a_request(*messages, more=more)).text


def after(*told: str, asked: str = ASKED) -> str:
    """The answer to a question after things told one by one."""
    turns = [turn for words in told for turn in (user(words), assistant("Noted."))]
    return said(*turns, user(asked))


def filler(size_chars: int) -> str:
    """Sentences from the very words that questions are made of."""
    chance = random.Random(7)  # noqa: S311 - filler, no secret
    words, sentences = _WORDS.split(), []
    length = 0
    while length < size_chars:
        words = [chance.choice(words) for _ in range(chance.randint(6, 16))]
        sentences.append(" ".join(words).capitalize() + ".")
        length += len(sentences[-1]) + 1
    return " ".join(sentences)
