"""All commands, and what their failures mean for people and for scripts."""

import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.main import get_command

from bot.cli import admin_token, dead_letters, erase, handoffs, processes, setup, users
from context.errors import ConfigError, StoreUnavailable

DONE, FAILED, WRONG = 0, 1, 2
_DEBUG = "--debug"

app = typer.Typer(
    help="Baton: a chat bot whose conversations never break.",
    add_completion=False,
    rich_markup_mode=None,
)
processes.register(app)
setup.register(app)
app.add_typer(handoffs.app, name="handoffs")
erase.register(users.app)
app.add_typer(users.app, name="users")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(admin_token.app, name="admin-token")


@app.callback()
def _options(
    *, debug: Annotated[bool, typer.Option(_DEBUG, help="Show tracebacks of errors.")] = False
) -> None:
    """Take the options that stand before a command; `run` has acted on them already."""
    del debug


def run(arguments: Sequence[str]) -> int:
    """Run one command line; give its exit code.

    Args:
        arguments: Without the program's name; `--debug` may stand anywhere.
    """
    wanted = [one for one in arguments if one != _DEBUG] or ["--help"]
    try:
        result = get_command(app).main(wanted, prog_name="bot", standalone_mode=False)
    except Exception as error:  # noqa: BLE001 - people get a line; --debug shows the rest
        if _DEBUG in arguments:
            traceback.print_exc()
        lines, code = _told(error)
        sys.stderr.writelines(f"bot: {line}\n" for line in lines)
        return code
    return result if isinstance(result, int) else DONE


def _told(error: Exception) -> tuple[list[str], int]:
    """Put an error into lines for a person, and an exit code for a script."""
    match error:
        case ConfigError():
            return [f"{name}: {fault}" for name, fault in error.faults.items()], WRONG
        case StoreUnavailable():
            remedy = "check DATABASE_URL, and that the server runs"
            return [f"the database is out of reach ({error}): {remedy}"], FAILED
        case typer.TyperException():
            # What a parser of ours said comes by way of pydantic.
            fault = error.format_message().replace("Value error, ", "")
            return [f"{fault} (--help says more)"], error.exit_code
        case OSError():
            return [error.strerror or type(error).__name__], FAILED
        case _:
            return [f"unexpected {type(error).__name__} (--debug says where)"], FAILED
