"""Pasts to be searched, laid out in memory as a store lays them out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from context.recall import Archive, Ranked, Term, Voice, question, ranked
from context.terms import passages, terms

PERSON = Voice(is_person=True)
ASSISTANT = Voice(is_person=False)


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message, and who said it."""

    text: str
    voice: Voice = PERSON


@dataclass(slots=True)
class Column:
    """Where one term stands, while it is collected."""

    messages: list[int] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)

    def term(self) -> Term:
        return Term(
            passages=len(self.messages),
            messages=self.messages,
            parts=self.parts,
            counts=self.counts,
            lengths=self.lengths,
        )


class Past:
    """Conversations, each oldest first, of which any question may be asked."""

    def __init__(self, *conversations: Sequence[Spoken]) -> None:
        self.spoken: list[Spoken | None] = [None]
        for conversation in conversations:
            self.spoken += [*conversation, None]
        speakers = list(dict.fromkeys(one.voice for one in self.spoken if one is not None))
        columns: dict[str, Column] = {}
        lengths: list[int] = []
        parts = 0
        for number, one in enumerate(self.spoken):
            cut = [] if one is None else _cut(one)
            lengths.append(sum(map(len, cut)))
            parts += len(cut)
            for part, found in enumerate(cut):
                for term, count in Counter(found).items():
                    column = columns.setdefault(term, Column())
                    column.messages.append(number)
                    column.parts.append(part)
                    column.counts.append(count)
                    column.lengths.append(len(found))
        self.found: Mapping[str, Term] = {term: one.term() for term, one in columns.items()}
        self.archive = Archive(
            lengths=lengths,
            voices=[0 if one is None else speakers.index(one.voice) for one in self.spoken],
            gaps=[number for number, one in enumerate(self.spoken) if one is None],
            passages=parts,
            speakers=tuple(speakers),
        )

    def ranked(self, text: str, *, limit: int = 10) -> tuple[Ranked, ...]:
        """Rank the messages for a question."""
        asked = question(text, self.archive.speakers)
        return ranked(asked, self.archive, self.found, limit=limit)

    def best(self, text: str, *, limit: int = 10) -> list[str]:
        """Give the texts of the best messages."""
        best = [self.spoken[one.message] for one in self.ranked(text, limit=limit)]
        return [one.text for one in best if one is not None]


def _cut(one: Spoken) -> list[list[str]]:
    return [terms(part) for part in passages(one.text, is_answer=not one.voice.is_person)]
