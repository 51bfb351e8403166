"""Logs hold facts: no words of people, no secrets, no numbers that name somebody."""

import io
import json
import logging
from typing import Any, Literal

import pytest
import structlog
from typing_extensions import override

from bot.logs import _QUIET, _WORDS_OR_SECRETS, configure
from context.errors import StoreUnavailable

PLANTED = "swordfish-9000"
NUMBER = "+14155550100"

log = structlog.get_logger()


class Terminal(io.StringIO):
    @override
    def isatty(self) -> bool:
        return True


class Process:
    """A process that sets logging up, and what it then writes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def started(
        self,
        *,
        level: str = "info",
        style: Literal["console", "json"] | None = None,
        digests_by: str = "key",
        on: io.StringIO | None = None,
    ) -> io.StringIO:
        stream = on or io.StringIO()
        self._monkeypatch.setattr("sys.stderr", stream)
        configure(level=level, style=style, secret_key=digests_by)
        return stream


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> Process:
    return Process(monkeypatch)


@pytest.fixture
def written(process: Process) -> io.StringIO:
    """What a process without a terminal writes."""
    return process.started()


def entries(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_a_line_of_json_with_its_facts(written: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(session_id="s-1"):
        log.info("turn.committed", occupied_tokens=1_250, message_id="m-1")

    (entry,) = entries(written)
    assert entry.pop("timestamp").endswith("Z")
    assert entry == {
        "event": "turn.committed",
        "level": "info",
        "session_id": "s-1",
        "occupied_tokens": 1_250,
        "message_id": "m-1",
    }


@pytest.mark.parametrize("name", sorted(_WORDS_OR_SECRETS))
def test_no_key_that_could_hold_words_or_secrets_comes_out(
    written: io.StringIO, name: str
) -> None:
    planted = {name: PLANTED, name.upper(): PLANTED, f"their_{name}": PLANTED}

    with structlog.contextvars.bound_contextvars(**{f"bound_{name}": PLANTED}):
        log.warning("outbound.failed", code="63016", **planted)

    assert PLANTED not in written.getvalue()
    assert entries(written)[0]["code"] == "63016"


def test_a_digest_stands_for_a_person(written: io.StringIO) -> None:
    log.info("turn.committed", user_id=NUMBER)
    log.info("turn.committed", user_id=NUMBER)
    log.info("turn.committed", user_id="+14155550101")

    first, again, other = (entry["user"] for entry in entries(written))
    assert first == again != other
    assert NUMBER not in written.getvalue()


def test_the_digest_cannot_be_found_without_the_key(process: Process) -> None:
    written = io.StringIO()
    for key in ("one", "two"):
        process.started(digests_by=key, on=written)
        log.info("turn.committed", user_id=NUMBER)

    first, second = (entry["user"] for entry in entries(written))
    assert first != second


def test_what_a_library_filled_in_does_not_come_out(written: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(session_id="s-1", text=PLANTED):
        logging.getLogger("library").warning(
            f"took %s from %s\nBody: {PLANTED}",  # noqa: G004 - as asyncio does
            PLANTED,
            NUMBER,
            extra={"text": PLANTED},
        )

    (entry,) = entries(written)
    assert entry["event"] == "took %s from %s"
    assert entry["logger"] == "library"
    assert entry["level"] == "warning"
    assert entry["session_id"] == "s-1"
    assert PLANTED not in written.getvalue()
    assert NUMBER not in written.getvalue()


def test_an_exception_logged_as_a_message_is_named_only(written: io.StringIO) -> None:
    logging.getLogger("library").error(ValueError(PLANTED))

    assert entries(written)[0]["event"] == "ValueError"
    assert PLANTED not in written.getvalue()


def test_an_exception_says_where_it_came_from_but_repeats_no_value(
    written: io.StringIO,
) -> None:
    try:
        _fail(PLANTED)
    except LookupError:
        log.exception("work.broke")

    (entry,) = entries(written)
    assert "in _fail" in entry["exception"]
    assert entry["exception"].endswith("\nLookupError\n")
    assert "ValueError\n" in entry["exception"]
    assert PLANTED not in written.getvalue()


def test_a_librarys_exception_repeats_no_value_either(written: io.StringIO) -> None:
    try:
        _fail(PLANTED)
    except LookupError:
        logging.getLogger("library").exception("failed")

    assert entries(written)[0]["exception"].endswith("\nLookupError\n")
    assert PLANTED not in written.getvalue()


def test_our_own_errors_say_what_happened(written: io.StringIO) -> None:
    log.error("inbox.unavailable", exc_info=StoreUnavailable("ConnectionRefusedError"))

    exception = entries(written)[0]["exception"]
    assert exception == "StoreUnavailable: ConnectionRefusedError\n"


def test_the_members_of_a_group_are_told_each_once(written: io.StringIO) -> None:
    member = ValueError(PLANTED)
    group = ExceptionGroup("several", [member, KeyError(PLANTED), member])
    member.__context__ = group

    log.error("loop.broke", exc_info=group)

    assert entries(written)[0]["exception"] == "ExceptionGroup\nValueError\nKeyError\n"


def test_a_cause_is_told_before_what_it_led_to(written: io.StringIO) -> None:
    group = ExceptionGroup("several", [ValueError(PLANTED)])
    error = RuntimeError(PLANTED)
    error.__cause__ = group
    group.__context__ = error

    log.error("loop.broke", exc_info=error)

    assert entries(written)[0]["exception"] == "ExceptionGroup\nValueError\nRuntimeError\n"


def test_an_event_without_an_exception_has_none(written: io.StringIO) -> None:
    log.error("loop.broke", exc_info=True)  # noqa: LOG014 - that is the case

    assert "exception" not in entries(written)[0]


def test_milder_events_than_asked_for_are_left_out(process: Process) -> None:
    written = process.started(level="warning")

    log.info("sweep.woke")
    logging.getLogger("library").info("hello")

    assert written.getvalue() == ""


@pytest.mark.parametrize("name", _QUIET)
def test_libraries_that_could_quote_a_request_are_heard_only_when_they_fail(
    written: io.StringIO, name: str
) -> None:
    logging.getLogger(name).warning("a request")
    logging.getLogger(f"{name}.part").warning("a request")

    assert written.getvalue() == ""


def test_a_terminal_is_written_to_in_colour(process: Process) -> None:
    terminal = process.started(on=Terminal())

    log.info("turn.committed", text=PLANTED, turns=3)
    log.error("work.broke", exc_info=ValueError(PLANTED))

    assert "turn.committed" in terminal.getvalue()
    assert "\x1b[" in terminal.getvalue()
    assert "ValueError" in terminal.getvalue()
    assert PLANTED not in terminal.getvalue()


def test_the_style_that_is_asked_for_wins(process: Process) -> None:
    as_json = process.started(style="json", on=Terminal())
    log.info("turn.committed")
    as_console = process.started(style="console")
    log.info("turn.committed")

    assert entries(as_json)[0]["event"] == "turn.committed"
    assert not as_console.getvalue().startswith("{")


def _fail(words: str) -> None:
    try:
        int(words)
    except ValueError as error:
        raise LookupError(words) from error
