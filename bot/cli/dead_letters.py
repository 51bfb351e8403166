"""`bot dead-letters`: what failed for good, and trying it again."""

from typing import Annotated

import typer

from bot.admin.shapes.operations import DeadLetterShape
from bot.cli.ask import ask, stop
from bot.cli.forms import AsCsv, AsJson, one_form
from bot.cli.output import say, show_csv, show_json, show_table, when
from bot.cli.progress import going_on
from storage.database import Database
from storage.dead_letters import DeadLetters

app = typer.Typer(help="See and retry what failed for good.", rich_markup_mode=None)


@app.command("list")
def list_letters(
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List messages that got no answer and answers that did not arrive, newest first."""
    one_form(as_json=as_json, as_csv=as_csv)
    letters = ask(lambda database: DeadLetters(database).page(limit=limit)).items
    shapes = [DeadLetterShape.of(one).json_object() for one in letters]
    if as_json:
        show_json({"items": shapes})
    elif as_csv:
        show_csv(tuple(DeadLetterShape.model_fields), shapes)
    elif not letters:
        say("No dead letters.")
    else:
        show_table(
            ("Failed (UTC)", "Id", "Kind", "Platform", "User", "Session", "Reason"),
            (
                (
                    when(one.failed_at),
                    one.letter_id,
                    one.kind,
                    one.platform,
                    one.user_id,
                    one.session_id,
                    one.reason or "",
                )
                for one in letters
            ),
        )


@app.command("retry")
def retry_letters(
    letter_id: Annotated[str | None, typer.Argument(metavar="[ID]")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Retry all of them.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let a message be answered again, or an answer be sent again."""
    if (letter_id is None) != every:
        raise typer.BadParameter("give either an id or --all")
    if letter_id is None:
        count = ask(_retried)
    elif ask(lambda database: DeadLetters(database).retry(letter_id)):
        count = 1
    else:
        stop(f"there is no dead letter {letter_id}")
    if as_json:
        show_json({"retried": count})
    else:
        say(f"Put back: {count}.")


async def _retried(database: Database) -> int:
    async with going_on("putting them back"):
        return await DeadLetters(database).retry_all()
