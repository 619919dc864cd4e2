"""Runs the database migrations."""

from pathlib import Path
from typing import Final

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session as DbSession

from hiitpi.errors import RecordsError
from hiitpi.records.daily_stats import rebuild_all_daily_stats
from hiitpi.records.database import Database
from hiitpi.records.db_errors import newer_version_message

MIGRATIONS: Final = Path(__file__).parent / "migrations"

#: PostgreSQL advisory lock (an arbitrary key) that serialises the migrations of several apps.
MIGRATION_LOCK: Final = 7247


def upgrade(database: Database) -> None:
    """Migrate the tables in one transaction, and rebuild the daily statistics if they changed.

    Raises:
        RecordsError: the database cannot be opened, or is from a newer version of the app.
    """
    with database.writing() as db:
        connection = db.connection()
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
        if _revision(db) != newest_revision():
            _migrate(database, db)
            rebuild_all_daily_stats(db)


def newest_revision() -> str:
    """Return the newest revision of this version of the app, from the migrations' file names."""
    return max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py")).split("_")[0]


def _revision(db: DbSession) -> str | None:
    """Return the revision of the tables, as Alembic stores it; None for an empty database."""
    if not inspect(db.connection()).has_table("alembic_version"):
        return None
    return db.scalar(text("SELECT version_num FROM alembic_version"))


def _migrate(database: Database, db: DbSession) -> None:
    # Lazy import: Alembic costs 0.2 s and 12 MB, and is rarely needed.
    import alembic.command
    import alembic.config
    from alembic.util import CommandError

    config = alembic.config.Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = db.connection()
    try:
        alembic.command.upgrade(config, "head")
    except CommandError as error:
        raise RecordsError(newer_version_message(database.engine.url)) from error
