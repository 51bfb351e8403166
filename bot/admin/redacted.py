"""What a viewer sees in place of what people and the bot said.

Whatever is not known to be harmless is left out, so that a field that is added later gives
nothing away before somebody decides that it may be seen.
"""

import re
from collections.abc import Mapping
from typing import TypeAlias

Json: TypeAlias = "Mapping[str, Json] | list[Json] | str | float | bool | None"

# Ids, times, names of ours: the words of nobody. Of one name each, in whatever it stands.
_OPEN = frozenset(
    {
        "action",
        "agent_type",
        "at",
        "began_from",
        "conversation",
        "delivery",
        "entry_id",
        "from_digest",
        "key",
        "kind",
        "language",
        "model",
        "next_cursor",
        "notice",
        "notices",
        "origin",
        "outcome",
        "platform",
        "provider",
        "purpose",
        "reason",
        "role",
        "state",
        "subject",
        "termination_reason",
        "trigger",
        "type",
        "via",
        "who",
    }
)
_OPEN_ENDINGS = ("_id", "_ids", "_at")
# What holds people's words throughout. Of what is in them, only this is known to be ours.
_SAID = frozenset({"blocks", "document", "fact", "notes"})
_OPEN_IN_SAID = frozenset(
    {
        "agent_id",
        "kind",
        "message_id",
        "origin",
        "parent_id",
        "role",
        "session_id",
        "source_message_ids",
        "termination_reason",
        "trace_id",
        "turn_id",
    }
)

_PLAIN = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,256}")
_PLAIN_IN_SAID = re.compile(r"[A-Za-z0-9_.:+-]{1,128}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}(Z|[+-][0-9]{2}:[0-9]{2})")
_NAME = re.compile(r"[a-z0-9_]{1,64}")


def redacted(text: str) -> str:
    """Say how long a text is, and nothing else of it."""
    return f"[{len(text):,} characters]"


def redacted_json(value: Json) -> Json:
    """Leave out of JSON what people and the bot said; its shape stays as it is."""
    return _left(value, name="", in_said=False)


def _left(value: Json, *, name: str, in_said: bool) -> Json:
    match value:
        case str():
            return value if _is_open(name, value, in_said=in_said) else redacted(value)
        case Mapping():
            return {
                _named(key): _left(part, name=key, in_said=in_said or key in _SAID)
                for key, part in value.items()
            }
        case list():
            return [_left(part, name=name, in_said=in_said) for part in value]
        case _:
            return value


def _is_open(name: str, value: str, *, in_said: bool) -> bool:
    if in_said:
        # A name there may be anybody's, so it takes more than an ending to be known.
        form = _PLAIN_IN_SAID if name in _OPEN_IN_SAID else _TIME
        is_known = name in _OPEN_IN_SAID or name.endswith("_at")
        return is_known and form.fullmatch(value) is not None
    is_known = name in _OPEN or name.endswith(_OPEN_ENDINGS)
    return is_known and _PLAIN.fullmatch(value) is not None


def _named(key: str) -> str:
    """Keep a name of ours; a key made of words goes as any text does."""
    return key if _NAME.fullmatch(key) else redacted(key)
