"""The stand-in's prose: a conversation in a few hundred words, taken from it sentence by sentence.

What was summarised before stays as it is, as far as there is room; the oldest goes first.
"""

from collections.abc import Iterator, Sequence

from bot.emulator.servers.model_request import Prompt, TextBlock
from bot.emulator.servers.standin_findings import Finding, findings, sentences_of
from bot.emulator.servers.standin_transcript import Line

MOST_WORDS = 400

_SENTENCE_WORDS = 40
_OPENING, _CLOSING = "<summary>", "</summary>"


def summary(prompt: Prompt) -> str:
    """Summarise the conversation that a prompt holds; empty if nobody said anything."""
    earlier, lines = "", []
    for position, (role, text) in enumerate(_said(prompt)):
        before, said = _parted(text.strip()) if role == "user" else ("", text)
        earlier = before or earlier
        speaker = "person" if role == "user" else "assistant"
        lines.append(Line(position, speaker, None, said.strip()))
    return prose(lines, findings(lines), earlier=earlier.strip(), most_words=MOST_WORDS)


def prose(
    lines: Sequence[Line], found: Sequence[Finding], *, earlier: str, most_words: int
) -> str:
    """Write a summary: the earlier one, then what was found, else how it began.

    Args:
        lines: What was said since.
        found: What is worth noting in it.
        earlier: The summary up to there.
        most_words: As many, of any kind of text between blanks.
    """
    told = [one.text for one in found] or [
        sentence for line in lines[:1] for sentence in sentences_of(line.text)
    ]
    short = [" ".join(text.split()[:_SENTENCE_WORDS]) for text in told]
    kept: list[str] = []
    left = most_words
    for part in reversed(dict.fromkeys([*sentences_of(earlier), *short])):
        left -= len(part.split())
        if left < 0:
            break
        kept.append(part)
    return " ".join(reversed(kept))


def _said(prompt: Prompt) -> Iterator[tuple[str, str]]:
    for message in prompt.messages:
        for block in message.content:
            if isinstance(block, TextBlock):
                yield message.role, block.text


def _parted(text: str) -> tuple[str, str]:
    """An earlier summary at the begin of a text, and what follows it."""
    if not text.startswith(_OPENING):
        return "", text
    summary, _, said = text.removeprefix(_OPENING).partition(_CLOSING)
    return summary, said
