"""The forms in which variables are written: shares, durations, lists, addresses."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from storage.database import address


def _threshold(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value.strip().lower() == "off":
        return None
    try:
        return float(value)
    except ValueError:
        raise ValueError("must be a number, or `off`") from None


def _lowered(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _names(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _readable(value: SecretStr | None) -> SecretStr | None:
    if value is not None:
        address(value.get_secret_value())  # its faults repeat none of it
    return value


def _days(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    if text == "off":
        return None
    if not text.isdecimal():
        raise ValueError("must be a whole number of days, or `off`")
    return int(text)


Days = Annotated[
    Annotated[int, Field(ge=1, le=36_500)] | None,  # bounds hold for a number, not for `off`
    BeforeValidator(_days),
]

Threshold = Annotated[
    Annotated[float, Field(gt=0, lt=1)] | None,  # bounds hold for a share, not for `off`
    BeforeValidator(_threshold),
]


def _rollout(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value.strip().rstrip("%").isdecimal():
        return int(value.strip().rstrip("%"))
    return frozenset(part.strip() for part in value.split(",") if part.strip())


_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
# Six digits are enough for everybody, and no time is too long to be reckoned with.
_DURATION = re.compile(r"(?P<number>0*[1-9][0-9]{0,5}) ?(?P<unit>[smhd]?)")


def _duration(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    if text == "off":
        return None
    if (match := _DURATION.fullmatch(text)) is None:
        raise ValueError("must be like `90s`, `30m`, `12h` or `7d`, or `off`")
    return timedelta(**{_UNITS[match["unit"] or "s"]: int(match["number"])})


Rollout = Annotated[
    Annotated[int, Field(ge=0, le=100)] | frozenset[str], NoDecode, BeforeValidator(_rollout)
]
"""A share of all users in percent, or the ids of some."""

Duration = Annotated[timedelta | None, BeforeValidator(_duration)]
Lowered = BeforeValidator(_lowered)
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)]
DatabaseAddress = Annotated[SecretStr | None, AfterValidator(_readable)]
