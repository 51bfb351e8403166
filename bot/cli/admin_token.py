"""`bot admin-token`: who may ask the admin API and the dashboard."""

from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Annotated

import typer

from bot.admin.access import Role
from bot.cli.ask import ask, stop
from bot.cli.forms import AsCsv, AsJson, one_form
from bot.cli.output import instant, say, show_csv, show_json, show_table, when
from bot.clock import SystemClock
from storage.access import AdminToken, AdminTokens

app = typer.Typer(help="Make, list and revoke admin tokens.", rich_markup_mode=None)

_FIELDS = (*(one.name for one in fields(AdminToken)), "works")


@app.command("create")
def create_token(
    *,
    role: Annotated[Role, typer.Option(help="What the token may do.")],
    days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="How long it works; else for good.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Whose it is, or what for.")] = None,
) -> None:
    """Make a token and print it; it is shown this once and never again."""
    now = SystemClock().now()
    expires_at = None if days is None else now + timedelta(days=days)
    _, secret = ask(
        lambda database: AdminTokens(database).create(
            role, now=now, name=name, expires_at=expires_at
        )
    )
    say(secret)


@app.command("list")
def list_tokens(
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List all stored tokens, newest first; none can be shown again."""
    one_form(as_json=as_json, as_csv=as_csv)
    tokens = ask(lambda database: AdminTokens(database).all())
    now = SystemClock().now()
    if as_json:
        show_json({"items": [_shape(one, now) for one in tokens]})
    elif as_csv:
        show_csv(_FIELDS, (_shape(one, now) for one in tokens))
    elif not tokens:
        say("No tokens but ADMIN_TOKEN, if that is set.")
    else:
        show_table(
            ("Made (UTC)", "Id", "Role", "Name", "Last used", "Until", "State"),
            (
                (
                    when(one.created_at),
                    one.token_id,
                    one.role,
                    one.name or "",
                    _when(one.last_used_at),
                    _when(one.expires_at),
                    _state(one, now),
                )
                for one in tokens
            ),
        )


@app.command("revoke")
def revoke_token(token_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Let a token open nothing from now on, and end what it opened."""
    now = SystemClock().now()
    if not ask(lambda database: AdminTokens(database).revoke(token_id, now=now)):
        stop(f"there is no token {token_id}")
    say(f"Token {token_id} is revoked.")


def _shape(token: AdminToken, now: datetime) -> dict[str, object]:
    shape = {
        name: instant(value) if isinstance(value, datetime) else value
        for name, value in asdict(token).items()
    }
    return shape | {"works": token.works(now)}


def _when(at: datetime | None) -> str:
    return "" if at is None else when(at)


def _state(token: AdminToken, now: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "works" if token.works(now) else "expired"
