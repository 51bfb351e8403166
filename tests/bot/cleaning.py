"""Cleaning as a worker does it."""

from datetime import timedelta

from bot.cleaning import Cleaning
from storage.database import Database
from storage.retention import Retention
from storage.tombstones import Tombstones


def a_cleaning(database: Database, *, keep: timedelta | None = None) -> Cleaning:
    """Cleaning that keeps transcripts for ever, or so long."""
    return Cleaning(retention=Retention(database), tombstones=Tombstones(database), keep=keep)
