"""The commands that run the bot: each blocks until it is told to stop."""

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (dev, web, worker):
        app.command()(command)


# What a process is made of takes a second to import, which no other command should wait for.


def dev() -> None:
    """Serve web, worker and emulator in one process, on an own Postgres."""
    from bot.app import process_settings  # noqa: PLC0415 - see above
    from bot.dev import run_dev  # noqa: PLC0415 - see above

    run_dev(process_settings())


def web() -> None:
    """Serve webhooks and the admin API."""
    from bot.app import process_settings, run_web  # noqa: PLC0415 - see above

    run_web(process_settings())


def worker() -> None:
    """Answer what came in."""
    from bot.app import process_settings  # noqa: PLC0415 - see above
    from bot.background import run_worker  # noqa: PLC0415 - see above

    run_worker(process_settings())
