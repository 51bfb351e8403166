"""Length of text as platforms count it."""


def utf16_units(text: str) -> int:
    """UTF-16 code units: most characters are one, an emoji is two or more."""
    return len(text.encode("utf-16-le")) // 2
