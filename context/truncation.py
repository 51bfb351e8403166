"""Long text cut to its beginning and its end, for what is kept whole elsewhere."""

SMALLEST_BYTES = 160
SMALLEST_LINES = 3
"""Below these there is no room for a beginning, a marker and an end."""

_CONTINUES = 0b1000_0000
_CONTINUES_MASK = 0b1100_0000
"""How UTF-8 marks the bytes of a code point after its first."""


_LONGEST_ID = 64


def clipped(text: str, *, max_bytes: int, max_lines: int, kept_as: str | None = None) -> str:
    """Keep the head and the tail of text that is over a limit, with a marker between them.

    Lines stay whole unless one is longer than half the room; a code point is never split.
    The result, marker included, is within both limits, so that clipping it again changes
    nothing.

    Args:
        text: Any text.
        max_bytes: Longest result in bytes of UTF-8, at least `SMALLEST_BYTES`.
        max_lines: Most lines of the result, at least `SMALLEST_LINES`.
        kept_as: The id by which all of it can be read; the marker names it unless it is over 64
            characters long.

    Raises:
        ValueError: A limit leaves no room for a result.
    """
    if max_bytes < SMALLEST_BYTES or max_lines < SMALLEST_LINES:
        reason = f"no room in {max_bytes} bytes and {max_lines} lines"
        raise ValueError(reason)
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) <= max_bytes and _lines(raw, 0, len(raw)) <= max_lines:
        return text
    # No marker is longer than one for as many lines as bytes; a line end goes on each side.
    named = f", id {kept_as}" if kept_as and len(kept_as.encode()) <= _LONGEST_ID else ""
    half_bytes = (max_bytes - len(_marker(len(raw), len(raw), named)) - 2) // 2
    head = _head(raw, max_bytes=half_bytes, max_lines=max_lines // 2)
    tail_at = _tail_at(
        raw, begin=len(head), max_bytes=half_bytes, max_lines=(max_lines - 1) // 2
    )
    gap_at = len(head) + (tail_at > len(head) and raw.startswith(b"\n", len(head)))
    marker = _marker(tail_at - gap_at, _lines(raw, gap_at, tail_at), named)
    return b"\n".join((head, marker, raw[tail_at:])).decode("utf-8", "surrogatepass")


def _lines(raw: bytes, begin: int, end: int) -> int:
    """Count the lines of a stretch, without a copy: text may be huge."""
    return raw.count(b"\n", begin, end) + (not raw.endswith(b"\n", begin, end))


def _marker(size_bytes: int, lines: int, named: str) -> bytes:
    of = "line" if lines == 1 else "lines"
    return f"[… {size_bytes:,} bytes in {lines:,} {of} left out{named} …]".encode()


def _head(raw: bytes, *, max_bytes: int, max_lines: int) -> bytes:
    """The longest beginning, without the line end after it."""
    lines = raw[: max_bytes + 1].split(b"\n", max_lines)
    if len(lines) > max_lines:
        return b"\n".join(lines[:max_lines])
    begun = max_bytes + 1 - len(lines[-1])
    if _is_longer(raw[begun : begun + max_bytes + 1], max_bytes):
        return raw[: code_point(raw, max_bytes, step=-1)]
    return raw[: begun - 1]


def _tail_at(raw: bytes, *, begin: int, max_bytes: int, max_lines: int) -> int:
    """Where the longest end begins, without the line end before it; not before `begin`."""
    lowest = max(len(raw) - max_bytes, begin)
    start = end = len(raw) - raw.endswith(b"\n", begin)
    for _ in range(max_lines):
        end = raw.rfind(b"\n", max(lowest - 1, begin), end)
        if end < 0:
            break
        start = end + 1
    else:
        return start
    broken = raw[max(start - max_bytes - 2, begin) : max(start - 1, begin)]
    if _is_longer(broken, max_bytes):
        return code_point(raw, lowest, step=1)
    return start


def _is_longer(line: bytes, max_bytes: int) -> bool:
    """Whether a line goes on through all of a stretch one byte too long for a half."""
    return len(line) > max_bytes and b"\n" not in line


def code_point(raw: bytes, place: int, *, step: int) -> int:
    """The next place, in one direction, where no code point of UTF-8 is split."""
    while raw[place] & _CONTINUES_MASK == _CONTINUES:
        place += step
    return place
