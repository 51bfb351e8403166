"""Where the database is, at the addresses in the settings, or what dev keeps of its own."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from bot.settings import Settings, required
from context.errors import ConfigError
from storage.database import Address, address
from storage.embedded import embedded_postgres


def database_addresses(settings: Settings) -> tuple[Address, Address]:
    """Give the address for pools, and the direct one for LISTEN and migrations.

    Where both are set and differ, the first is taken for a transaction pooler.

    Raises:
        ConfigError: DATABASE_URL is not set.
    """
    required({"DATABASE_URL": settings.database_url})
    url = settings.database_url.get_secret_value() if settings.database_url else ""
    direct = settings.database_direct_url
    direct_url = direct.get_secret_value() if direct is not None else url
    return address(url, pooled=direct_url != url), address(direct_url)


def embedded_folder(settings: Settings) -> Path:
    """Where dev keeps its own database."""
    return settings.bot_data_dir / "postgres"


def secret_key_file(settings: Settings) -> Path:
    """Where dev keeps the secret that it made up."""
    return settings.bot_data_dir / "secret_key"


@contextlib.contextmanager
def existing_database(settings: Settings) -> Iterator[tuple[Address, Address]]:
    """Give both addresses of the database there is: the one named, else dev's own.

    Dev's own server is started for as long as it is needed.

    Raises:
        ConfigError: None is named, and dev has not made one.
    """
    folder = embedded_folder(settings)
    if settings.database_url is not None:
        yield database_addresses(settings)
    elif (folder / "PG_VERSION").exists():
        with embedded_postgres(folder) as url:
            yield address(url), address(url)
    else:
        fault = f"must be set, as no database of `bot dev` lies in {folder}"
        raise ConfigError({"DATABASE_URL": fault})
