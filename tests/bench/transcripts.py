"""Transcripts as long as a window: months of one person's chat, made up by rule from a seed.

They hold what real ones do: short remarks and long stories, numbers and amounts that come up
again, promises, questions, and results of tools.
"""

import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from context.messages import MessageId, TurnId
from context.prompt import Block, Item, Role
from tests.builders import NOON, a_text, a_tool_result, a_tool_use

BYTES_PER_TOKEN = 4
"""As the model's emulator counts."""

_FACT_EVERY, _BACK_EVERY, _TOOL_EVERY = 4, 5, 9
_RESULT_WORDS = 300
_MEDIAN_WORDS, _SPREAD, _MOST_WORDS = 60, 0.9, 800

_SOME = """
the a my our and then so we they it was is had will would could with from about into over
morning evening garden kitchen neighbour sister brother train ferry meeting invoice parcel
window door lamp bicycle holiday weather dinner market doctor school office letter project
found lost bought painted repaired asked answered promised wondered waited travelled wrote
small large quiet blue green early late cheap broken new old friendly heavy empty full
"""
_WORDS = _SOME.split()
_THINGS = ("order", "booking", "claim", "parcel", "invoice", "policy", "ticket", "contract")


def words(chance: random.Random, count: int) -> str:
    """Sentences of so many words that mean nothing in particular."""
    said = [chance.choice(_WORDS) for _ in range(max(count, 1))]
    cuts = [*range(0, len(said), 12), len(said)]
    sentences = (" ".join(said[start:end]) for start, end in pairwise(cuts))
    return " ".join(f"{sentence.capitalize()}." for sentence in sentences)


def drawn_words(chance: random.Random) -> int:
    """How long a message is: most are short, a few are long (log-normal)."""
    return min(_MOST_WORDS, 1 + int(_MEDIAN_WORDS * chance.lognormvariate(0, _SPREAD)))


def tokens_of(item: Item) -> int:
    """Tokens of an item, as the model's emulator counts them, nearly."""
    return sum(len(str(value)) for block in item.blocks for value in block.values()) // (
        BYTES_PER_TOKEN
    )


def transcript(tokens: int, *, seed: int = 1) -> tuple[Item, ...]:
    """Whole turns that come to so many tokens, a quarter of an hour apart.

    Args:
        tokens: As the model's emulator counts them; the last turn goes over.
        seed: The same one gives the same transcript.
    """
    chance = random.Random(seed)  # noqa: S311 - a conversation, no secret
    items: list[Item] = []
    values: list[str] = []
    left, turn = tokens, 0
    while left > 0:
        for role, block in _turn(turn, values, chance):
            item = _item(len(items), role, block, turn=turn)
            items.append(item)
            left -= tokens_of(item)
        turn += 1
    return tuple(items)


def _turn(turn: int, values: list[str], chance: random.Random) -> Iterator[tuple[Role, Block]]:
    said = words(chance, drawn_words(chance))
    answer = words(chance, drawn_words(chance))
    if turn % _FACT_EVERY == 0:
        value = f"{chance.choice('BCDFGHKMNP')}X-{chance.randint(10_000, 99_999)}"
        values.append(value)
        said = f"{said} My {chance.choice(_THINGS)} number is {value}, it cost ${turn}.50."
    if values and turn % _BACK_EVERY == 0:
        answer = f"{answer} I have looked at {chance.choice(values[-20:])} again for you."
    yield "user", a_text(f"{said} What do you think?" if turn % 3 == 0 else said)
    if turn % _TOOL_EVERY == 0:
        yield "assistant", a_tool_use(f"toolu_{turn}")
        yield "user", a_tool_result(f"toolu_{turn}", words(chance, _RESULT_WORDS))
    yield "assistant", a_text(answer)


def _item(position: int, role: Role, block: Block, *, turn: int) -> Item:
    is_said = role == "user" and block["type"] == "text"
    return Item(
        position=position,
        role=role,
        blocks=(block,),
        turn_id=TurnId(f"turn-{turn}"),
        message_ids=(MessageId(f"slack-{turn:032x}"),) if is_said else (),
        said_at=NOON + timedelta(minutes=15 * turn),
    )
