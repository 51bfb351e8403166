"""The forms besides tables in which commands answer: JSON and CSV, for programs."""

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print what the admin API gives.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print all fields, a line each.")]


def one_form(*, as_json: bool, as_csv: bool) -> None:
    """Refuse to answer in two forms at once.

    Raises:
        typer.BadParameter: Both are asked for.
    """
    if as_json and as_csv:
        raise typer.BadParameter("--json and --csv exclude each other")
