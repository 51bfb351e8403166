"""How a prompt holds a transcript whose older part was compacted."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from context.entries import Part, Text
from context.prompt import Item
from context.stubs import cut_down, stubbed

Position = Annotated[int, Field(ge=0)]


class Summary(Part):
    """What a prompt shows otherwise than the transcript, kept as JSON.

    ```
    {"schema_number": 1, "covers_to": 41, "kept": [0, 1], "stubbed": [45], "clipped": [47],
     "clip_bytes": 10240, "clip_lines": 256, "text": "<summary> … </summary>"}
    ```

    Attributes:
        covers_to: The last position it stands for; the one before the transcript's first where
            it only shows tool results shorter.
        kept: Positions up to there that stay as they are, ascending.
        stubbed: Positions whose tool results are shown as a line each.
        clipped: Positions whose tool results are shown without their middle.
        clip_bytes: How long those may be.
        clip_lines: How many lines they may have.
        text: What the model reads in place of all other positions up to there; empty where
            nothing was merged.
    """

    schema_number: Literal[1] = 1
    covers_to: int = Field(ge=-1)
    kept: tuple[Position, ...] = ()
    stubbed: tuple[Position, ...] = ()
    clipped: tuple[Position, ...] = ()
    clip_bytes: int = 10_240
    clip_lines: int = 256
    text: Text = ""


def view(items: Sequence[Item], summary: Summary | None) -> tuple[Item, ...]:
    """What the prompt holds of a transcript, oldest first; the same bytes for the same summary.

    The summary's words are one item of the person's side, in the place of the first that they
    stand for. Applied to its own result it changes nothing.

    Args:
        items: The agent's transcript, oldest first.
        summary: How it is to be shown; None shows all of it.
    """
    if summary is None:
        return tuple(items)
    kept = frozenset(summary.kept)
    stubs, clips = frozenset(summary.stubbed), frozenset(summary.clipped)
    shown: list[Item] = []
    is_told = not summary.text
    for item in items:
        position = item.position
        if position <= summary.covers_to and position not in kept:
            if not is_told:
                shown.append(_told(item, summary.text))
                is_told = True
        elif position in stubs:
            shown.append(stubbed(item))
        elif position in clips:
            limits = {"max_bytes": summary.clip_bytes, "max_lines": summary.clip_lines}
            shown.append(cut_down(item, **limits))
        else:
            shown.append(item)
    return tuple(shown)


def widened(summary: Summary, *, covers_to: int, kept: tuple[int, ...]) -> Summary:
    """A summary of more turns, its words still missing; what it covered it goes on to cover.

    Args:
        summary: What it is to go on from.
        covers_to: The last position it is to stand for.
        kept: Positions up to there that stay as they are, ascending.
    """
    reach = max(summary.covers_to, covers_to)
    stubs = (one for one in summary.stubbed if one > reach or one in kept)
    clips = (one for one in summary.clipped if one > reach or one in kept)
    return summary.model_copy(
        update={
            "covers_to": reach,
            "kept": kept,
            "stubbed": tuple(stubs),
            "clipped": tuple(clips),
            "text": "",
        }
    )


def _told(item: Item, text: str) -> Item:
    """A summary's words in the place of an item."""
    return Item(
        position=item.position,
        role="user",
        blocks=({"type": "text", "text": text},),
        turn_id=item.turn_id,
        said_at=item.said_at,
    )
