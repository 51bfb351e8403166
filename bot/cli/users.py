"""`bot users`: what is held of a person, as a file and back, and what was said, searched."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractContextManager, aclosing, nullcontext
from itertools import islice
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from pydantic_core import to_jsonable_python

from bot.admin.shapes.people import HitShape, hits_shape
from bot.cli.ask import ask, person, stop
from bot.cli.forms import AsCsv, AsJson, one_form
from bot.cli.output import say, show_csv, show_json, show_table, when
from bot.cli.progress import Progress
from bot.clock import SystemClock
from context.errors import QueryError
from context.messages import Platform, Provider
from context.text import one_line
from storage.database import Database
from storage.export import Export
from storage.importing import Import, Imported
from storage.recall import Hit, Recall

app = typer.Typer(help="Search, export and import what was said.", rich_markup_mode=None)

_BATCH_LINES = 500
_SHOWN_CHARS = 200

_User = Annotated[str, typer.Argument(metavar="USER_ID", help="Any identity of a person.")]


@app.command("search")
def search(
    user_id: _User,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="A question or words.")],
    *,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 10,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Find what was said by and to a person, best first."""
    one_form(as_json=as_json, as_csv=as_csv)

    async def question(database: Database) -> tuple[Hit, ...]:
        whose = await person(database, user_id)
        return await Recall(database).found_of(whose, query, limit=limit)

    hits = ask(question)
    found = hits_shape(hits).json_object()
    if as_json:
        show_json(found)
    elif as_csv:
        show_csv(tuple(HitShape.model_fields), found["items"])
    elif not hits:
        say("Nothing found.")
    else:
        show_table(
            ("Score", "Said (UTC)", "By", "Message", "Text"),
            (
                (
                    f"{hit.score:.2f}",
                    when(hit.sent_at),
                    hit.role,
                    hit.message_id,
                    one_line(hit.passage, max_chars=_SHOWN_CHARS),
                )
                for hit in hits
            ),
        )


@app.command("export")
def export(user_id: _User) -> None:
    """Write everything held of a person to standard output, one JSON object a line."""

    async def question(database: Database) -> int:
        count = 0
        progress = Progress("written")
        async with aclosing(Export(database).lines(await person(database, user_id))) as lines:
            async for line in lines:
                sys.stdout.write(f"{json.dumps(to_jsonable_python(dict(line)))}\n")
                count += 1
                progress(count)
        return count

    if ask(question) == 0:
        stop("nobody is known by that identity")


@app.command("import")
def import_file(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file, or - for input.")],
) -> None:
    """Bring in what an export holds of a person; what is here already stays.

    A line that cannot be used stops the import before anything is written.
    """

    async def question(database: Database) -> Imported:
        importing = Import(database, providers=_providers())
        with _opened(file) as lines:
            return await importing.run(
                _batches(lines), now=SystemClock().now(), report=Progress("read")
            )

    try:
        done = ask(question)
    except QueryError as error:
        stop(str(error))
    brought = {
        "messages": done.messages,
        "facts": done.facts,
        "handoffs": done.handoffs,
        "model calls": done.calls,
    }
    counts = ", ".join(f"{count:,} {what}" for what, count in brought.items())
    say(f"Imported: {counts}. Here already: {done.known:,}.")


def _providers() -> dict[Platform, Provider]:
    """Who carries a platform's messages; the first of several."""
    from channels.registry import KINDS  # noqa: PLC0415 - takes half a second, seldom needed

    return {kind.platform: kind.provider for kind in reversed(KINDS)}


def _opened(file: str) -> AbstractContextManager[BinaryIO]:
    if file == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(file).open("rb")
    except OSError as error:
        stop(f"cannot read {file}: {error.strerror}")


async def _batches(lines: BinaryIO) -> AsyncGenerator[Sequence[bytes], None]:
    """Read some lines at a time, beside the loop."""
    while batch := await asyncio.to_thread(lambda: list(islice(lines, _BATCH_LINES))):
        yield batch
