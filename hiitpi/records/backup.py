"""The whole record book in one file, and back, while the app runs.

The file is an SQLite database with the same tables, also where the record book is PostgreSQL: what
was backed up from one can be restored into the other.
"""

import os
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Final

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.orm import Session as Rows

from hiitpi.errors import RecordsError
from hiitpi.records.schema import Base
from hiitpi.records.sessions import Store

#: Rows that are copied at a time.
BATCH_ROWS: Final = 5000


def backup(store: Store, path: Path) -> int:
    """Write everything, as it is at one moment, to a new file; how many sessions there are.

    Raises:
        RecordsError: the file is there already or cannot be written, or the record book cannot be
            read.
    """
    if path.exists():
        raise RecordsError(f"{path} is there already: choose another name, or move it away.")
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        copy = Store(f"sqlite:///{part.resolve()}")
        try:
            with store.database.reading() as source, copy.database.writing() as target:
                sessions = _copy(source, target)
        finally:
            copy.close()
        _whole(part)
        os.chmod(part, 0o600)  # it has people's names in it
        os.replace(part, path)
    except (OSError, RecordsError) as error:
        part.unlink(missing_ok=True)
        raise RecordsError(f"{path} cannot be written: {error}") from error
    return sessions


def restore(store: Store, path: Path, folder: Path) -> tuple[int, Path | None]:
    """Make the record book what a backup says; how many sessions that is.

    What was there is backed up first: its file is the second of what is returned.

    Args:
        store: the record book, of the same or another kind of database.
        path: a backup of this version or an earlier one.
        folder: where what was there is kept.

    Raises:
        RecordsError: it is no backup, or the record book cannot be read or written. Nothing has
            been changed then.
    """
    if not path.is_file():
        raise RecordsError(f"There is no file {path}.")
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "backup.sqlite"
        shutil.copy(path, copy)  # an older one is brought up to date, and stays as it is
        source_store = Store(f"sqlite:///{copy}")
        try:
            if not _is_ours(copy):
                raise RecordsError("it has no sessions of HIIT PI")
            source_store.migrate()
        except RecordsError as error:
            source_store.close()
            raise RecordsError(f"{path} is no backup that can be restored: {error}") from error
        try:
            kept = _keep(store, folder)
            with source_store.database.reading() as source, store.database.writing() as target:
                for table in reversed(Base.metadata.sorted_tables):
                    target.execute(delete(table))
                return _copy(source, target), kept
        finally:
            source_store.close()


def _copy(source: Rows, target: Rows) -> int:
    for table in Base.metadata.sorted_tables:
        rows = source.execute(select(table)).mappings()
        while some := rows.fetchmany(BATCH_ROWS):
            target.execute(insert(table), [dict(row) for row in some])
        _count_on(target, table)
    return len(source.execute(select(Base.metadata.tables["session"].c.uuid)).all())


def _count_on(target: Rows, table: Table) -> None:
    """PostgreSQL numbers rows by a sequence, which does not see the numbers that were copied."""
    column = table.columns.get("id")
    if column is not None and target.connection().dialect.name == "postgresql":
        target.connection().exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'),"
            f" GREATEST((SELECT MAX(id) FROM {table.name}), 1))"
        )


def _keep(store: Store, folder: Path) -> Path | None:
    """Keep what is there: as a backup, or, if it is damaged or too new, as the file that it is."""
    number = 1
    while (kept := folder / f"before-restore-{number}.sqlite").exists():
        number += 1
    try:
        backup(store, kept)
        return kept
    except RecordsError:
        url = store.database.engine.url
        path = Path(url.database or "")
        if _can_be_read(store):  # it is the backup that cannot be written: the disk is full
            raise
        if url.get_backend_name() != "sqlite" or not path.is_file() or not os.access(path, os.W_OK):
            raise
    store.close()
    kept = kept.with_name(f"damaged-{number}.sqlite")
    for end in ("-wal", "-shm", ""):
        if (part := path.with_name(path.name + end)).exists():
            shutil.move(part, kept.with_name(kept.name + end))
    return kept


def _can_be_read(store: Store) -> bool:
    """Whether every row of the database can be read."""
    try:
        with store.database.reading() as rows:
            for table in Base.metadata.sorted_tables:
                for _ in rows.execute(select(table)):
                    pass
    except RecordsError:
        return False
    return True


def _whole(path: Path) -> None:
    """Put what is in the write-ahead log into the file, so that it is all in one."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()


def _is_ours(path: Path) -> bool:
    try:
        with sqlite3.connect(path) as connection:
            found = connection.execute(
                "SELECT count(*) FROM sqlite_master WHERE name IN ('session', 'alembic_version')"
            ).fetchone()
        connection.close()
    except sqlite3.DatabaseError as error:
        raise RecordsError(str(error)) from error
    return bool(found[0] == 2)
