"""Backs up the whole database to one file, and restores it, while the app is running.

The file is an SQLite database with the same tables, even if the app uses PostgreSQL, so a backup of
one can be restored into the other. Webhooks and tokens of the API are not part of it.
"""

import os
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Final

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.orm import Session as DbSession

from hiitpi.errors import RecordsError
from hiitpi.records.schema import Base
from hiitpi.records.sessions import Store

#: Rows copied per batch.
BATCH_ROWS: Final = 5000


def backup(store: Store, path: Path) -> int:
    """Write a consistent snapshot of the database to a new file.

    Args:
        store: the database.
        path: file to create.

    Returns:
        The number of sessions in the backup.

    Raises:
        RecordsError: the file exists or cannot be written, or the database cannot be read.
    """
    if path.exists():
        raise RecordsError(f"{path} already exists: choose another name, or move the file away.")
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        copy = Store(f"sqlite:///{part.resolve()}")
        try:
            with store.database.reading() as source, copy.database.writing() as target:
                sessions = _copy(source, target)
        finally:
            copy.close()
        _merge_wal(part)
        os.chmod(part, 0o600)  # it contains people's names
        os.replace(part, path)
    except (OSError, RecordsError) as error:
        part.unlink(missing_ok=True)
        raise RecordsError(f"{path} cannot be written: {error}") from error
    return sessions


def restore(store: Store, path: Path, folder: Path) -> tuple[int, Path | None]:
    """Replace the content of the database by that of a backup; the previous content is kept.

    Args:
        store: the database, of the same or another kind as the backed-up one.
        path: a backup made by this version of the app or an earlier one.
        folder: folder for the backup of the previous content.

    Returns:
        The number of restored sessions, and the file with the previous content.

    Raises:
        RecordsError: the file is not a backup, or the database cannot be read or written; nothing
            has been changed.
    """
    if not path.is_file():
        raise RecordsError(f"There is no file {path}.")
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "backup.sqlite"
        shutil.copy(path, copy)  # migrate a copy; the backup itself stays unchanged
        source_store = Store(f"sqlite:///{copy}")
        try:
            if not _is_hiitpi_database(copy):
                raise RecordsError("it contains no sessions of HIIT PI")
            source_store.migrate()
        except RecordsError as error:
            source_store.close()
            raise RecordsError(f"{path} is not a backup that can be restored: {error}") from error
        try:
            previous = _keep_previous(store, folder)
            with source_store.database.reading() as source, store.database.writing() as target:
                for table in reversed(_backed_up_tables()):
                    target.execute(delete(table))
                return _copy(source, target), previous
        finally:
            source_store.close()


def _copy(source: DbSession, target: DbSession) -> int:
    """Copy the tables of a backup, and return the number of sessions."""
    for table in _backed_up_tables():
        result = source.execute(select(table)).mappings()
        while batch := result.fetchmany(BATCH_ROWS):
            target.execute(insert(table), [dict(row) for row in batch])
        _advance_sequence(target, table)
    return len(source.execute(select(Base.metadata.tables["session"].c.uuid)).all())


def _backed_up_tables() -> list[Table]:
    """Return the tables that a backup contains, those that others refer to first."""
    tables = Base.metadata.sorted_tables
    return [table for table in tables if table.info.get("backup", True)]


def _advance_sequence(target: DbSession, table: Table) -> None:
    """Set PostgreSQL's id sequence after the copied ids, which it has not generated itself."""
    column = table.columns.get("id")
    if column is not None and target.connection().dialect.name == "postgresql":
        target.connection().exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'),"
            f" GREATEST((SELECT MAX(id) FROM {table.name}), 1))"
        )


def _keep_previous(store: Store, folder: Path) -> Path | None:
    """Back up the database, or move its SQLite file aside if it is damaged or too new."""
    backups = {path.name for path in folder.glob("*.sqlite*")}
    number = 1
    while any(f"{kind}-{number}.sqlite" in backups for kind in ("before-restore", "damaged")):
        number += 1
    previous = folder / f"before-restore-{number}.sqlite"
    try:
        backup(store, previous)
        return previous
    except RecordsError:
        url = store.database.engine.url
        path = Path(url.database or "")
        if _can_be_read(store):  # only the backup cannot be written, for example on a full disk
            raise
        if url.get_backend_name() != "sqlite" or not path.is_file() or not os.access(path, os.W_OK):
            raise
    store.close()
    damaged = previous.with_name(f"damaged-{number}.sqlite")
    for suffix in ("-wal", "-shm", ""):
        if (file := path.with_name(path.name + suffix)).exists():
            shutil.move(file, damaged.with_name(damaged.name + suffix))
    return damaged


def _can_be_read(store: Store) -> bool:
    """Return whether every row of the database can be read."""
    try:
        with store.database.reading() as db:
            for table in Base.metadata.sorted_tables:
                for _ in db.execute(select(table)):
                    pass
    except RecordsError:
        return False
    return True


def _merge_wal(path: Path) -> None:
    """Merge the write-ahead log into the database file, so that one file contains everything."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()


def _is_hiitpi_database(path: Path) -> bool:
    try:
        with sqlite3.connect(path) as connection:
            (count,) = connection.execute(
                "SELECT count(*) FROM sqlite_master WHERE name IN ('session', 'alembic_version')"
            ).fetchone()
        connection.close()
    except sqlite3.DatabaseError as error:
        raise RecordsError(str(error)) from error
    return bool(count == 2)
