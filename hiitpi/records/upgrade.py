"""Brings the tables up to this version of the app."""

from pathlib import Path
from typing import Final

import alembic.command
import alembic.config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import text

from hiitpi.errors import RecordsError
from hiitpi.records.database import Database
from hiitpi.records.tally import recount_all
from hiitpi.records.trouble import newer

MIGRATIONS: Final = Path(__file__).parent / "migrations"

#: Of two apps that start on one PostgreSQL, the second waits. Any number that is ours.
LOCK: Final = 7247


def upgrade(database: Database) -> None:
    """Bring the tables up to date, in one transaction, and make the tallies anew where needed.

    Raises:
        RecordsError: the database cannot be opened, or is from a newer version.
    """
    config = alembic.config.Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    head = ScriptDirectory.from_config(config).get_current_head()
    with database.writing() as rows:
        connection = rows.connection()
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        if MigrationContext.configure(connection).get_current_revision() == head:
            return
        config.attributes["connection"] = connection
        try:
            alembic.command.upgrade(config, "head")
        except CommandError as error:
            raise RecordsError(newer(database.engine.url)) from error
        recount_all(rows)
