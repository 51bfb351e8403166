"""Long text read page by page."""

from context.truncation import code_point


def page_end(text: str, begin: int, *, max_bytes: int, max_lines: int) -> int:
    """Where a page ends that begins in the middle of a text: behind its last whole line.

    A line that is longer than a page is cut between code points; the last page ends with the
    text. Pages that begin where the one before ended are the text again.

    Args:
        text: Any text.
        begin: The first character of the page, 0 to the length of the text.
        max_bytes: Longest page in bytes of UTF-8, at least 4.
        max_lines: Most lines of it, at least 1.
    """
    raw = text[begin : begin + max_bytes].encode("utf-8", "surrogatepass")
    if len(raw) > max_bytes:
        raw = raw[: code_point(raw, max_bytes, step=-1)]
    lines = raw.decode("utf-8", "surrogatepass").split("\n", max_lines)
    page = "\n".join(lines[:max_lines])
    if len(lines) > max_lines:
        return begin + len(page) + 1
    end = begin + len(page)
    whole = page.rfind("\n") + 1
    return begin + whole if whole and end < len(text) else end
