"""The admin API over a database."""

from starlette.applications import Starlette

from bot.admin.api.app import admin_routes
from bot.admin.entrance import Entrance
from bot.admin.pseudonyms import Pseudonyms
from bot.admin.records import Records
from bot.erasing import Erasing
from bot.limits import Limits
from storage.database import Database
from storage.people import People
from tests.clock import ManualClock

SECRET_KEY = "the-key-of-the-digests"


def admin(database: Database, *, token: str | None) -> Starlette:
    """An app with the admin API and nothing else."""
    clock = ManualClock()
    pseudonyms = Pseudonyms(People(database), secret_key=SECRET_KEY)
    return Starlette(
        routes=admin_routes(
            Records.of(database),
            pseudonyms=pseudonyms,
            limits=Limits(tokens=200_000),
            clock=clock,
            entrance=Entrance.of(
                database,
                bootstrap=token,
                secret_key=SECRET_KEY,
                pseudonyms=pseudonyms,
                clock=clock,
            ),
            erasing=Erasing(database, secret_key=SECRET_KEY),
        )
    )
