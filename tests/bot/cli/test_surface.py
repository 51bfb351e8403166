"""The commands that the interface promises, with their forms, and tables that fit anywhere."""

import json
from collections.abc import Collection

import pytest
from rich.text import Text
from typer.main import get_group

from bot.cli.program import app
from storage.database import Database
from tests.bot.cli.conftest import Bot
from tests.builders import USER
from tests.storage.rows import (
    TRACE,
    a_call_row,
    a_handoff_row,
    a_met_person,
    an_agent_row,
    an_inbox_row,
    keep,
)

FILTERS = {"--user", "--platform", "--trace", "--agent-type", "--project", "--reason"}
WINDOW = {"--since", "--until"}
FORMS = {"--json", "--csv"}

PROMISED: dict[str, Collection[str]] = {
    "dev": (),
    "web": (),
    "worker": (),
    "migrate": (),
    "doctor": (),
    "slack-manifest": (),
    "handoffs list": FILTERS | WINDOW | FORMS | {"--limit"},
    "handoffs show": FORMS,
    "handoffs latest": FORMS,
    "handoffs chain": FORMS,
    "handoffs stats": FORMS,
    "handoffs export": FILTERS | WINDOW,
    "handoffs deactivate": (),
    "users export": (),
    "users import": (),
    "users erase": {"--yes", "--json"},
    "users search": FORMS,
    "dead-letters list": FORMS,
    "dead-letters retry": {"--all", "--json"},
    "admin-token create": {"--role", "--days"},
    "admin-token list": FORMS,
    "admin-token revoke": (),
}


@pytest.mark.parametrize(("command", "options"), PROMISED.items(), ids=list(PROMISED))
def test_a_promised_command_is_there_with_its_options(
    command: str, options: Collection[str]
) -> None:
    found = get_group(app)
    for name in command.split():
        found = found.commands[name]  # type: ignore[assignment]  # a group until the last name

    there = {name for option in found.params for name in option.opts}
    assert set(options) <= there


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize(
    "command",
    [
        ("handoffs", "list"),
        ("handoffs", "chain", TRACE),
        ("handoffs", "stats"),
        ("users", "search", USER, "lamp"),
        ("dead-letters", "list"),
        ("admin-token", "list"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
async def test_a_table_fits_eighty_columns(
    database: Database, bot: Bot, monkeypatch: pytest.MonkeyPatch, *, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    await keep(
        database,
        *a_met_person(),
        an_agent_row(),
        a_handoff_row(1),
        a_call_row(1),
        an_inbox_row(1, state="failed").values(reason="too_many_attempts"),
    )
    await bot("admin-token", "create", "--role", "viewer", "--name", "a" * 60)

    done = await bot(*command)

    assert done.code == 0
    assert max(Text.from_ansi(line).cell_len for line in done.out.splitlines()) <= 80


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize(
    "command",
    [
        ("handoffs", "list"),
        ("handoffs", "chain", TRACE),
        ("handoffs", "show", "handoff-01234567-1"),
        ("handoffs", "latest", USER),
        ("handoffs", "stats"),
        ("users", "search", USER, "lamp"),
        ("dead-letters", "list"),
        ("admin-token", "list"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
async def test_every_form_is_well_formed_and_no_two_are_given(
    database: Database, bot: Bot, command: tuple[str, ...]
) -> None:
    await keep(database, *a_met_person(), an_agent_row(), a_handoff_row(1))

    as_json, as_csv = await bot(*command, "--json"), await bot(*command, "--csv")
    both = await bot(*command, "--json", "--csv")

    assert isinstance(json.loads(as_json.out), dict)
    assert "," in as_csv.out.splitlines()[0]
    assert (as_json.code, as_csv.code, both.code) == (0, 0, 2)
