"""What `bot doctor` shows: a line for each finding, as soon as it is made."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import ExitStack

from rich.console import Console
from rich.text import Text

from bot.addresses import existing_database
from bot.cli.output import printable, terminal
from bot.clock import SystemClock
from bot.doctor import Check, Finding, Verdict, checks, configuration
from channels.registry import KINDS
from context.errors import ConfigError

_MARKS = {
    Verdict.GOOD: ("✓", "green"),
    Verdict.BAD: ("✗", "bold red"),
    Verdict.NOTE: ("\N{EN DASH}", "dim"),
}
_SUBJECT_WIDTH = 14


def examine() -> bool:
    """Look at everything and show what is found; say whether nothing is bad."""
    read = configuration(KINDS)
    _show(read.findings)
    findings = list(read.findings)
    if read.settings is not None:
        with ExitStack() as stack:
            try:
                addresses = stack.enter_context(existing_database(read.settings))
            except ConfigError:
                addresses = None
            looks = checks(
                read.settings, read.channels, addresses=addresses, clock=SystemClock()
            )
            findings += asyncio.run(_looked(looks))
    return all(one.verdict is not Verdict.BAD for one in findings)


async def _looked(looks: Iterable[Check]) -> list[Finding]:
    found: list[Finding] = []
    progress = Console(stderr=True)
    for check in looks:
        # Only a terminal shows it, and only until the finding is there.
        with progress.status(f"Looking at {check.subject} …"):
            findings = await check.look()
        _show(findings)
        found += findings
    return found


def _show(findings: Sequence[Finding]) -> None:
    out = terminal()
    for one in findings:
        mark, style = _MARKS[one.verdict]
        remedy = f" → {one.remedy}" if one.remedy else ""
        line = Text.assemble(
            (mark, style), f" {one.subject:<{_SUBJECT_WIDTH}} {printable(one.text)}{remedy}"
        )
        out.print(line, soft_wrap=True)
