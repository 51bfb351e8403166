"""How much of a window stays word for word, and how far compaction goes: what operators set."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaping:
    """The limits by which a window is shaped.

    Attributes:
        max_compactions: As many per agent; after them it runs on to its handoff.
        compaction_target: What a compaction aims at, as a share of the compaction threshold.
        compaction_min_messages: The person's messages between two compactions, unless the
            window grew by a tenth of the limit meanwhile.
        compaction_cooldown: Pause after a failed compaction; five and fifteen times as long
            after the second and third in a row.
        primer_turns: The agent's first turns, which stay word for word.
        recent_turns: The newest turns, which stay word for word.
        keep_user_tokens: At most so much of the person's own older words stays word for word.
        output_reserve: The share of the limit that is kept for the answer.
        tool_output_bytes: Longest output of a tool in a prompt.
        tool_output_lines: Most lines of it.
    """

    max_compactions: int = 2
    compaction_target: float = 0.5
    compaction_min_messages: int = 3
    compaction_cooldown: timedelta = timedelta(seconds=60)
    primer_turns: int = 1
    recent_turns: int = 6
    keep_user_tokens: int = 20_000
    output_reserve: float = 0.10
    tool_output_bytes: int = 10_240
    tool_output_lines: int = 256
