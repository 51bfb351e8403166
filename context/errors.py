"""Every error the project raises on purpose, and what its catcher should do.

BotError
├── ConfigError              start-up only; names the variable, never its value
├── IllegalTransition        a defect of ours: state, following → fail the turn
├── QueryError               an operator asked wrongly: field, fault → answer 422
├── ChannelError             carries the provider
│   ├── SignatureError       answer the platform's refusal (401 or 403); never retried
│   ├── PayloadError         answer 400; never retried
│   ├── DeliveryError        retry_after: timedelta | None; None is permanent
│   └── DeliveryUncertain    the platform may have taken it → settle before sending again
├── ToolFault                a tool cannot do what it was asked → the model reads why
├── ModelError
│   ├── ModelBusy            retry_after: timedelta | None
│   ├── ModelRefused         the account may not go on (key, spend limit) → do not loop
│   ├── PromptTooLong        prompt_tokens, window_tokens → compact, else hand off
│   └── ModelFault           the answer cannot be used (unknown stop, broken stream)
└── StoreError
    ├── SessionConflict      the claim is lost → take the turn again
    └── StoreUnavailable     answer 503, or try again after a moment

Messages say what happened, with ids; never message text, tokens, phone numbers or bodies.
"""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus


class BotError(Exception):
    """Root of the project's errors; catch it only where work is given up."""


class ConfigError(BotError):
    """The configuration cannot be used: show every line and stop with exit code 2."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        """Keep what is wrong.

        Args:
            faults: Variable name → what is wrong and what is allowed, without the value.
        """
        self.faults = dict(faults)
        super().__init__("; ".join(f"{name}: {fault}" for name, fault in self.faults.items()))


class IllegalTransition(BotError):
    """An agent was to take a step that its state does not allow: fail the turn, mend the code."""

    def __init__(self, state: str, following: str) -> None:
        """Keep where the agent was and where it was to go."""
        self.state = state
        self.following = following
        super().__init__(f"an agent cannot go from {state} to {following}")


class QueryError(BotError):
    """An operator asked for something in a wrong way: answer 422 and name the field."""

    def __init__(self, field: str, fault: str) -> None:
        """Keep which part of the question is wrong, and how; `fault` repeats no value."""
        self.field = field
        self.fault = fault
        super().__init__(f"{field}: {fault}")


class ChannelError(BotError):
    """Something between us and a platform; the subclass says what to do."""

    def __init__(self, provider: str, reason: str) -> None:
        """Keep who and why; `reason` holds no text of a person and no secret."""
        self.provider = provider
        self.reason = reason
        super().__init__(f"{provider}: {reason}")


class SignatureError(ChannelError):
    """The request is not from the platform: answer its refusal status, keep nothing."""

    def __init__(self, provider: str, reason: str, *, status: int) -> None:
        """Keep the refusal status (401 or 403) that this platform's contract names."""
        super().__init__(provider, reason)
        self.status = status


class PayloadError(ChannelError):
    """The request is signed but malformed: answer 400, keep nothing."""


class DeliveryError(ChannelError):
    """The platform did not take the message.

    With `retry_after` try again after that long; with None it is permanent: record `code`
    and go on with what follows.
    """

    def __init__(
        self, provider: str, reason: str, *, code: str, retry_after: timedelta | None
    ) -> None:
        """Keep the platform's error code and when to try again."""
        super().__init__(provider, reason)
        self.code = code
        self.retry_after = retry_after


class DeliveryUncertain(ChannelError):
    """The platform may have taken the message: settle it before anything is sent again."""


class ToolFault(BotError):
    """A tool cannot do what it was asked: give the model the reason, as the call's result."""

    def __init__(self, reason: str) -> None:
        """Keep the reason; it is written for the model."""
        self.reason = reason
        super().__init__(reason)


class ModelError(BotError):
    """The model gave no usable answer; the subclass says what to do."""


class ModelBusy(ModelError):
    """Overloaded, limited or out of reach: wait and try again, or try another model."""

    def __init__(self, reason: str, *, retry_after: timedelta | None = None) -> None:
        """Keep the API's error type and how long it asked us to wait, where it did."""
        self.reason = reason
        self.retry_after = retry_after
        super().__init__(f"model busy: {reason}")


class ModelRefused(ModelError):
    """The account may not go on (key, permission, spend limit): do not loop, tell, alert."""

    def __init__(self, reason: str, *, status: int) -> None:
        """Keep the API's error type or code and its HTTP status."""
        self.reason = reason
        self.status = status
        super().__init__(f"model refused: {reason} ({status})")


class PromptTooLong(ModelError):
    """The prompt is over the window: make it smaller, else hand off."""

    def __init__(self, *, prompt_tokens: int, window_tokens: int) -> None:
        """Keep both sizes, in tokens; 0 where the API did not say."""
        self.prompt_tokens = prompt_tokens
        self.window_tokens = window_tokens
        super().__init__(f"prompt too long: {prompt_tokens} of {window_tokens} tokens")


class ModelFault(ModelError):
    """The answer cannot be used: try once more, then fail the turn."""

    def __init__(self, reason: str, *, status: int | None = None) -> None:
        """Keep what was wrong with the answer, and the HTTP status if there was one."""
        self.reason = reason
        self.status = status
        super().__init__(f"model fault: {reason}")

    @property
    def is_refusal_of_prompt(self) -> bool:
        """Whether the API took exception to what it was sent, so that trying again is vain."""
        return self.status == HTTPStatus.BAD_REQUEST


class StoreError(BotError):
    """Postgres did not do what was asked; the subclass says what to do."""


class SessionConflict(StoreError):
    """Somebody else holds the session now: drop the work, claim again."""

    def __init__(self, session_id: str) -> None:
        """Keep whose claim was lost."""
        self.session_id = session_id
        super().__init__(f"claim lost on session {session_id}")


class StoreUnavailable(StoreError):
    """The database is out of reach: answer 503, or try again after a moment."""
