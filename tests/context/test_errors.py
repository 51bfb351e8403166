import inspect
from datetime import timedelta

import pytest

from context import errors
from context.errors import (
    BotError,
    ConfigError,
    DeliveryError,
    ModelBusy,
    ModelFault,
    ModelRefused,
    PromptTooLong,
    QueryError,
    SessionConflict,
    SignatureError,
)

ALL = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, BotError)
]


@pytest.mark.parametrize("kind", ALL)
def test_every_error_is_drawn_at_the_top(kind: type[BotError]) -> None:
    assert kind.__name__ in str(errors.__doc__)
    assert kind.__doc__


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            ConfigError({"PORT": "not a port", "MODEL": "unknown"}),
            "PORT: not a port; MODEL: unknown",
        ),
        (SignatureError("slack", "stale", status=401), "slack: stale"),
        (DeliveryError("twilio", "refused", code="63016", retry_after=None), "twilio: refused"),
        (ModelBusy("overloaded"), "model busy: overloaded"),
        (ModelRefused("billing", status=402), "model refused: billing (402)"),
        (PromptTooLong(prompt_tokens=9, window_tokens=8), "prompt too long: 9 of 8 tokens"),
        (ModelFault("no stop"), "model fault: no stop"),
        (SessionConflict("s1"), "claim lost on session s1"),
        (QueryError("limit", "must be 1 to 200"), "limit: must be 1 to 200"),
    ],
)
def test_messages_say_what_happened(error: BotError, message: str) -> None:
    assert str(error) == message


def test_errors_carry_what_their_catcher_needs() -> None:
    assert ConfigError({"PORT": "no"}).faults == {"PORT": "no"}
    assert SignatureError("slack", "stale", status=401).status == 401
    assert ModelBusy("x", retry_after=timedelta(seconds=2)).retry_after == timedelta(seconds=2)
    assert ModelFault("x", status=500).status == 500
    assert SessionConflict("s1").session_id == "s1"
