"""Which words bear on what a person asked to have kept above all."""

from collections import Counter
from collections.abc import Sequence
from math import log

from context.terms import asked_terms, terms

_ENOUGH = 1 / 3
"""So much of what a wish says must stand in a text that bears on it, rare words counting more."""


def bearing(wish: str, texts: Sequence[str]) -> tuple[bool, ...]:
    """Tell of each text whether it bears on a wish.

    What a wish is about is what it says that not everything else says too: words that stand in
    no text, such as “keep”, say nothing, and those that stand in most say little.

    Args:
        wish: What is to be kept, in the person's words, any language.
        texts: What the conversation holds, all of it.
    """
    wanted = frozenset(asked_terms(wish))
    held = [wanted.intersection(terms(text)) for text in texts] if wanted else []
    homes = Counter(term for found in held for term in found)
    worth = {term: log((1 + len(texts)) / count) for term, count in homes.items()}
    enough = _ENOUGH * sum(worth.values())
    if not enough:
        return (False,) * len(texts)
    return tuple(sum(worth[term] for term in found) >= enough for found in held)
