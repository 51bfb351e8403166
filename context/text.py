"""Text from outside made fit to keep and to show: storable, on one line, unable to end a fence."""

import re

# What nobody sees may hide between the letters of a tag's name.
_UNSEEN = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff"
_TAG_NAMES = "|".join(
    f"[{_UNSEEN}]*".join(name) for name in ("handoff", "overheard", "summary")
)
_TAG = re.compile(rf"[<\uff1c\ufe64](?=[\s/\\{_UNSEEN}]*+(?:{_TAG_NAMES}))", re.IGNORECASE)
_ELLIPSIS = "…"


def storable(text: str) -> str:
    """Drop what Postgres and JSON cannot keep: NUL, and halves of surrogate pairs."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def one_line(text: str, *, max_chars: int) -> str:
    """Put text on one line, white space collapsed, its end cut off where it is too long.

    Args:
        text: Any text.
        max_chars: Longest result in code points, the ellipsis included; at least 1.
    """
    line = " ".join(text.split())
    if len(line) <= max_chars:
        return line
    return line[: max_chars - 1].rstrip() + _ELLIPSIS


def unfenced(text: str) -> str:
    """Change the bracket of every tag in the text that could open or close a fence of ours.

    The prompt fences data in `<handoff …>`, `<overheard>` and `<summary>`; what stands inside
    must not be able to step out, in whatever spelling a model might still read as the tag.
    """
    return _TAG.sub("&lt;", text)
