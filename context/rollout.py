"""For whom windows are managed: everybody, a share of all users, or some by name.

Whoever is in at some share is in at every larger one, on every host and after every restart.
"""

import hashlib

from context.messages import UserId
from context.policy import Thresholds

UNMANAGED = Thresholds(warning=None, compaction=None, critical=None, rotation=None)
"""Where the steps begin for whoever is not managed: nowhere. Usage is counted all the same."""

_DRAWN_BYTES = 8


def is_managed(user_id: UserId, *, enabled: bool, rollout: int | frozenset[str]) -> bool:
    """Whether anything is compacted or handed over for a user.

    Args:
        user_id: The identity that the session came in by.
        enabled: Off means for nobody.
        rollout: Percent of all users, 0 to 100, or the ids of some.
    """
    if not enabled:
        return False
    if isinstance(rollout, frozenset):
        return user_id in rollout
    return _drawn(user_id) < rollout


def _drawn(user_id: UserId) -> int:
    """Draw a user's lot, 0 to 99; the same on every host, as `hash` is not."""
    digest = hashlib.sha256(user_id.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:_DRAWN_BYTES], "big") * 100 >> 8 * _DRAWN_BYTES
