"""Brings the tables up to this version of the app."""

from pathlib import Path
from typing import Final

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session as Rows

from hiitpi.errors import RecordsError
from hiitpi.records.daily_stats import recount_all
from hiitpi.records.database import Database
from hiitpi.records.db_errors import newer

MIGRATIONS: Final = Path(__file__).parent / "migrations"

#: Of two apps that start on one PostgreSQL, the second waits. Any number that is ours.
LOCK: Final = 7247


def upgrade(database: Database) -> None:
    """Bring the tables up to date, in one transaction, and make the tallies anew where needed.

    Raises:
        RecordsError: the database cannot be opened, or is from a newer version.
    """
    with database.writing() as rows:
        connection = rows.connection()
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        if _revision(rows) != newest():
            _migrate(database, rows)
            recount_all(rows)


def newest() -> str:
    """The revision that this version of the app brings: a migration's file begins with its own."""
    return max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py")).split("_")[0]


def _revision(rows: Rows) -> str | None:
    """The one that the tables have, as alembic keeps it; None: there are none yet."""
    if not inspect(rows.connection()).has_table("alembic_version"):
        return None
    return rows.scalar(text("SELECT version_num FROM alembic_version"))


def _migrate(database: Database, rows: Rows) -> None:
    # Not at the top: it takes a fifth of a second and 12 MB, and is hardly ever needed.
    import alembic.command
    import alembic.config
    from alembic.util import CommandError

    config = alembic.config.Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = rows.connection()
    try:
        alembic.command.upgrade(config, "head")
    except CommandError as error:
        raise RecordsError(newer(database.engine.url)) from error
