"""Who may ask: whoever brings an admin token that works.

The token in the configuration opens everything; stored ones have a role, and may expire or be
revoked. Wrong tokens are counted for all web processes together. Beyond what is allowed they
get 429, and so does the configured token, which a person chose and others might guess; not
from an address it came from before, unless the guesses come from there. Stored tokens hold 256
random bits: nobody guesses them, so nobody can lock their holders out either.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Literal

from bot.admin.keys import Keys
from bot.ports import Clock
from storage.access import AdminTokens
from storage.audit import Audit
from storage.database import Database
from storage.wrong_tokens import WINDOW, Attempt, Tried, WrongTokens

BOOTSTRAP = "bootstrap"
"""The id of the token in the configuration."""

READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods that change nothing."""

DoorName = Literal["api", "dashboard"]

_KNOWN_FOR = timedelta(days=30)
# No token of ours is nearly as long; a longer one is not looked up.
_MOST_TOKEN_CHARS = 1024


class Role(StrEnum):
    """What a caller may do."""

    VIEWER = "viewer"
    """Read, but not what people and the bot said."""

    ADMIN = "admin"
    """All of it."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who was let in."""

    token_id: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why somebody was not let in.

    Attributes:
        retry_after: When to come again, where coming again helps.
    """

    status: HTTPStatus
    reason: str
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How many wrong tokens a door takes within five minutes.

    Attributes:
        guesses: Different ones from one address. A script that goes on with a token that was
            revoked is one guess, however often it asks.
        tries: All from one address.
        guesses_in_all: Different ones from all addresses together, for whoever has many.
    """

    guesses: int
    tries: int
    guesses_in_all: int

    def is_spent(self, tried: Tried) -> bool:
        """Whether the next wrong token from that address is one too many."""
        return (
            tried.guesses >= self.guesses
            or tried.tries >= self.tries
            or tried.guesses_in_all >= self.guesses_in_all
        )


_ALLOWED = {
    "api": Allowance(guesses=300, tries=2_000, guesses_in_all=3_000),
    # People type here, and a mistyped token seldom ten times.
    "dashboard": Allowance(guesses=10, tries=10, guesses_in_all=100),
}


class Doorkeeper:
    """Judges tokens; every method raises StoreUnavailable if the database is out of reach."""

    def __init__(
        self, database: Database, *, bootstrap: str | None, keys: Keys, clock: Clock
    ) -> None:
        """Take the configured token.

        Args:
            database: Where stored tokens, attempts and the audit log are.
            bootstrap: The configured token; without one only stored tokens open.
            keys: What digests are made with.
            clock: The time.
        """
        self._tokens = AdminTokens(database)
        self._wrong = WrongTokens(database)
        self._audit = Audit(database)
        configured = (bootstrap or "").strip()
        self._bootstrap = _digest(configured) if configured else None
        self._keys = keys
        self._clock = clock

    async def judge(self, token: str, *, door: DoorName, from_digest: str) -> Caller | Refusal:
        """Say whose a token is, or why it opens nothing.

        Args:
            token: What was brought, of any length and in any letters.
            door: Where.
            from_digest: Stands for the address it came from.
        """
        now = self._clock.now()
        allowance = _ALLOWED[door]
        if self._is_bootstrap(token):
            tried = await self._wrong.tried(door, from_digest, now=now)
            if await self._might_be_guessed(allowance, tried, from_digest):
                return _too_many(tried, now)
            return Caller(BOOTSTRAP, Role.ADMIN)
        if len(token) <= _MOST_TOKEN_CHARS and (held := await self._tokens.holder(token, now)):
            return Caller(held.token_id, Role(held.role))
        tried = await self._wrong.tried(door, from_digest, now=now)
        if allowance.is_spent(tried):
            return _too_many(tried, now)
        attempt = Attempt(door=door, from_digest=from_digest, guess=self._keys.guess(token))
        await self._wrong.note(attempt, now=now)
        return Refusal(status=HTTPStatus.UNAUTHORIZED, reason="not an admin token that works")

    async def caller(self, token_id: str) -> Caller | None:
        """Look a token up again by its id; None once it no longer works."""
        if token_id == BOOTSTRAP:
            return None if self._bootstrap is None else Caller(BOOTSTRAP, Role.ADMIN)
        token = await self._tokens.working(token_id, self._clock.now())
        return None if token is None else Caller(token.token_id, Role(token.role))

    @property
    def bootstrap_mark(self) -> str:
        """What changes with the configured token and does not tell it."""
        return self._keys.digest("bootstrap", (self._bootstrap or b"").hex())

    def _is_bootstrap(self, token: str) -> bool:
        # Digests are all of one length, so the time taken tells nothing of the token's.
        given = _digest(token)
        return self._bootstrap is not None and hmac.compare_digest(given, self._bootstrap)

    async def _might_be_guessed(
        self, allowance: Allowance, tried: Tried, from_digest: str
    ) -> bool:
        if tried.guesses >= allowance.guesses:
            return True
        if tried.guesses_in_all < allowance.guesses_in_all:
            return False
        since = self._clock.now() - _KNOWN_FOR
        return not await self._audit.has_come(BOOTSTRAP, from_digest=from_digest, since=since)


def _too_many(tried: Tried, now: datetime) -> Refusal:
    oldest = tried.oldest_at or now
    wait = min(max(oldest + WINDOW - now, timedelta(seconds=1)), WINDOW)
    return Refusal(
        status=HTTPStatus.TOO_MANY_REQUESTS,
        reason="too many wrong tokens of late",
        retry_after=wait,
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
