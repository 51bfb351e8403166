"""How commands that take long say how far they are."""

import sys
from collections.abc import Callable
from time import perf_counter

_SILENT_S = 2.0


class Progress:
    """Says on standard error how far it is, once a second, after two seconds of silence."""

    def __init__(self, done: str, *, now: Callable[[], float] = perf_counter) -> None:
        """Begin to count.

        Args:
            done: What is done with lines: `read`, `written`.
            now: The time, in seconds since whenever.
        """
        self._done = done
        self._now = now
        self._next_s = now() + _SILENT_S

    def __call__(self, lines: int) -> None:
        """Tell that so many lines are done, if it is time to."""
        if self._now() < self._next_s:
            return
        self._next_s = self._now() + 1
        sys.stderr.write(f"bot: {lines:,} lines {self._done}\n")
