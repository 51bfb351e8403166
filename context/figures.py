"""How figures and commands are written in what the bot says, the same in every language."""

from datetime import UTC, datetime

from context.language import Language

_TEN_PERCENT = 100
"""In tenths of a percent, which are shown only below it."""

# The signs are neutral to the direction of writing: among Arabic words, `/new` would be shown
# as `new/`. What stands between these two goes from left to right (Unicode UAX 9, isolates).
_LEFT_TO_RIGHT, _END = "\u2066", "\u2069"


def in_use(occupied_tokens: int, limit_tokens: int, *, language: Language) -> str:
    """Give tokens, limit and percent: `1,250/200,000 tokens (0.6 %)`.

    The percentage is rounded down, so that no threshold seems to be reached that is not.
    """
    tenths = 1_000 * occupied_tokens // limit_tokens
    percent = f"{tenths / 10:g}" if tenths < _TEN_PERCENT else f"{tenths // 10}"
    figures = f"{occupied_tokens:,}/{limit_tokens:,} tokens ({percent} %)"
    return kept_in_order(figures, language=language)


def usage(occupied_tokens: int, limit_tokens: int, *, language: Language) -> str:
    """Give the same for the usage line, where tenths of a percent always show."""
    tenths = 1_000 * occupied_tokens // limit_tokens
    figures = f"{occupied_tokens:,}/{limit_tokens:,} tokens ({tenths / 10:.1f} %)"
    return kept_in_order(figures, language=language)


def share(of_limit: float, *, language: Language) -> str:
    """Give a share of the limit in percent: `80 %`."""
    return kept_in_order(f"{100 * of_limit:.4g} %", language=language)


def whole_percent(part: float, *, language: Language) -> str:
    """Give a share from 0 to 1 in whole percent, rounded down: `98 %`."""
    # A hair more, because 0.29 * 100 is a hair less than 29.
    return kept_in_order(f"{int(100 * part + 1e-9)} %", language=language)


def instant(at: datetime, *, language: Language) -> str:
    """Give a moment: `2026-11-20 12:04 UTC`."""
    return kept_in_order(f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC", language=language)


def command(name: str, *, prefix: str, language: Language) -> str:
    """Write a command as it is given on the platform: `/compact`, `/baton compact`."""
    return kept_in_order(f"{prefix}{name}", language=language)


def kept_in_order(text: str, *, language: Language) -> str:
    """Keep what is written from left to right in its order among words that are not."""
    return f"{_LEFT_TO_RIGHT}{text}{_END}" if language.is_right_to_left else text
