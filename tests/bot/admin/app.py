"""The admin API over a database."""

from starlette.applications import Starlette

from bot.admin.api import admin_routes
from bot.admin.pseudonyms import Pseudonyms
from storage.database import Database
from storage.handoffs import Handoffs
from storage.people import People
from storage.recall import Recall
from storage.traces import Traces

SECRET_KEY = "the-key-of-the-digests"


def admin(database: Database, *, token: str | None) -> Starlette:
    """An app with the admin API and nothing else."""
    return Starlette(
        routes=admin_routes(
            Handoffs(database),
            traces=Traces(database),
            recall=Recall(database),
            pseudonyms=Pseudonyms(People(database), secret_key=SECRET_KEY),
            token=token,
        )
    )
