"""How values are written on a page: times, figures, identifiers."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from markupsafe import Markup

_NOTHING = "\N{EN DASH}"
_SHORT_CHARS = 8
_LARGE = 1_000
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def moment(at: datetime | None) -> Markup | str:
    """Write a time in UTC, so that machines can read it too."""
    if at is None:
        return _NOTHING
    exact = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    return Markup('<time datetime="{}" title="{}">{} UTC</time>').format(
        exact, exact, f"{at:%Y-%m-%d %H:%M}"
    )


def duration(length: timedelta) -> str:
    """Write how long something took or takes, in its largest two units."""
    if length < _MINUTE:
        return f"{length.total_seconds():.1f} s"
    if length < _HOUR:
        return f"{length // _MINUTE} min {length.seconds % 60} s"
    if length < _DAY:
        return f"{length // _HOUR} h {length % _HOUR // _MINUTE} min"
    return f"{length // _DAY} d {length % _DAY // _HOUR} h"


def figure(number: float | None) -> str:
    """Write a number with its thousands parted; a small one that is not whole to two digits."""
    if number is None:
        return _NOTHING
    return f"{number:,.2f}" if number % 1 and abs(number) < _LARGE else f"{number:,.0f}"


def percent(share: float | None) -> str:
    """Write a share, 0 to 1, in percent."""
    return _NOTHING if share is None else f"{100 * share:.1f} %"


def seconds(took: float | None) -> str:
    """Write how long something took, in seconds; of short times more digits."""
    return _NOTHING if took is None else f"{took:.3g} s"


def money(dollars: float | None) -> str:
    """Write US dollars; of small sums more digits."""
    if dollars is None:
        return _NOTHING
    return f"${dollars:,.2f}" if dollars >= 1 or not dollars else f"${dollars:.4f}"


def words(name: str | None) -> str:
    """Write a name of ours as words: `idle_timeout` → `idle timeout`."""
    return _NOTHING if name is None else name.replace("_", " ")


def short(identifier: str | None) -> Markup | str:
    """Write the beginning of an id, and all of it where somebody points at it."""
    if identifier is None:
        return _NOTHING
    if len(identifier) <= _SHORT_CHARS + 2:
        return identifier
    return Markup('<abbr class="id" title="{}">{}…</abbr>').format(
        identifier, identifier[:_SHORT_CHARS]
    )


FILTERS: Mapping[str, Callable[..., object]] = {
    "moment": moment,
    "duration": duration,
    "figure": figure,
    "percent": percent,
    "money": money,
    "words": words,
    "short": short,
}
"""What templates call them."""
