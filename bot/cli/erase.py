"""`bot users erase`: what would go, and with `--yes` a receipt for what went."""

from collections.abc import Mapping
from typing import Annotated

import typer

from bot.admin.shapes.erasure import ReceiptShape
from bot.cli.ask import ask, person, secret_key, stop
from bot.cli.output import instant, say, show_json, show_table
from bot.cli.progress import going_on
from bot.clock import SystemClock
from bot.erasing import Erasing
from context.errors import ConfigError
from storage.database import Database
from storage.erasure import Receipt

_NOT_WITHOUT_YES = 2
_NOBODY = "nobody is known by that identity"


def register(app: typer.Typer) -> None:
    """Add the command to those about users."""
    app.command("erase")(erase)


def erase(
    user_id: Annotated[
        str, typer.Argument(metavar="USER_ID", help="Any identity of a person.")
    ],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do it. It cannot be undone.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what the API gives.")] = False,
) -> None:
    """Erase everything held of a person; without --yes only say what that is."""
    key = secret_key()
    if key is None:
        raise ConfigError({"SECRET_KEY": "must be the one that the web process has"})
    if yes:
        _erase(user_id, key, as_json=as_json)
    else:
        _count(user_id, key, as_json=as_json)
        stop("nothing is erased without --yes", code=_NOT_WITHOUT_YES)


def _count(user_id: str, key: str, *, as_json: bool) -> None:
    async def counted(database: Database) -> Mapping[str, int] | None:
        whose = await person(database, user_id)
        return await Erasing(database, secret_key=key).holdings(whose)

    if (held := ask(counted)) is None:
        stop(_NOBODY)
    _show_rows(held, as_json=as_json)


def _erase(user_id: str, key: str, *, as_json: bool) -> None:
    async def erased(database: Database) -> Receipt | None:
        whose = await person(database, user_id)
        async with going_on("erasing"):
            return await Erasing(database, secret_key=key).erase(whose, now=SystemClock().now())

    if (receipt := ask(erased)) is None:
        stop(_NOBODY)
    if as_json:
        show_json(ReceiptShape.of(receipt).json_object())
        return
    say(f"Erased at {instant(receipt.erased_at)}. Receipt {receipt.receipt_id}.")
    for one in receipt.identities:
        say(f"{one.platform}: {one.digest}")
    _show_rows(receipt.rows, as_json=False)


def _show_rows(rows: Mapping[str, int], *, as_json: bool) -> None:
    if as_json:
        show_json({"rows": dict(rows)})
        return
    held = sorted((name, count) for name, count in rows.items() if count)
    show_table(("Table", "Rows"), ((name, f"{count:,}") for name, count in held))
