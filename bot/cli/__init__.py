"""The `bot` command.

Exit codes: 0 done, 1 what was asked for failed, 2 wrong usage or configuration. Errors are a
clear line each on standard error; a traceback comes only with `--debug`.
"""

import sys

from bot.cli.program import run


def main() -> None:
    """Run the command line."""
    sys.exit(run(sys.argv[1:]))
