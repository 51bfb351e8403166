"""How commands speak: tables for people, JSON and CSV for programs."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

# Where there is no terminal to fit, lines stay whole for whoever searches them.
_NO_TERMINAL_COLUMNS = 240


def terminal() -> Console:
    """Standard output, as wide as the terminal it is."""
    found = Console(markup=False, highlight=False, emoji=False)
    if found.is_terminal:
        return found
    return Console(markup=False, highlight=False, emoji=False, width=_NO_TERMINAL_COLUMNS)


def say(text: str) -> None:
    """Write a text, without what a terminal would obey."""
    sys.stdout.write(f"{printable(text)}\n")


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Show rows under headings; what does not fit is folded, never cut."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    terminal().print(table)


def show_json(value: object) -> None:
    """Write JSON, in ASCII, which every terminal and pipe takes."""
    sys.stdout.write(f"{json.dumps(value, indent=2)}\n")


def show_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write CSV with a header; what is None is empty."""
    writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def printable(text: str) -> str:
    """Drop control characters: people's words must not steer an operator's terminal."""
    return "".join(char for char in text if char.isprintable() or char in "\n\t")


def when(at: datetime) -> str:
    """A time as tables show it, in UTC to the minute."""
    return f"{at:%Y-%m-%d %H:%M}"


def instant(at: datetime) -> str:
    """A time as programs read it: RFC 3339 in UTC."""
    return at.isoformat().replace("+00:00", "Z")
