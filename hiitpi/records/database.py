"""Database engine and transactions, with errors translated into actionable messages."""

import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session as DbSession

from hiitpi.errors import RecordsError
from hiitpi.records.db_errors import driver_message, error_message

#: How long a writer waits for SQLite's write lock.
BUSY_TIMEOUT_S: Final = 5

BUSY_TIMEOUT_PRAGMA: Final = f"busy_timeout={BUSY_TIMEOUT_S * 1000}"

#: Connection timeout of a database server.
CONNECT_TIMEOUT_S: Final = 3

#: TCP keepalive (libpq parameters): detects a dead connection within seconds; TCP's own defaults
#: take a quarter of an hour.
KEEPALIVE: Final = {
    "keepalives_idle": 5,
    "keepalives_interval": 1,
    "keepalives_count": 4,
    "tcp_user_timeout": 8000,
}

#: Server-side idle-in-transaction timeout. Otherwise a client whose network fails in the middle of
#: a transaction keeps its row locks for two hours, and blocks its own reconnected self as well.
IDLE_TX_TIMEOUT_S: Final = 20.0

#: An unreachable server is not retried for this long, so that pages do not all wait for a timeout.
RETRY_AFTER_S: Final = 3.0

#: Durability: values of SQLite's `PRAGMA synchronous`. A checkpoint of a running session is worth
#: one second of training: NORMAL does not wait for the SD card; a power cut can lose the newest
#: transactions, but never damages the database (WAL). Anything a person did or finished is written
#: with FULL, which waits for the disk.
CHECKPOINT, DURABLE = "NORMAL", "FULL"


class Database:
    """A database at a SQLAlchemy URL. Safe to use from several threads and processes.

    Attributes:
        engine: SQLAlchemy engine.
        prepare: migrates the tables; called before the first use, and again until it succeeds.

    Args:
        url: SQLAlchemy URL.

    Raises:
        RecordsError: the URL is invalid, or its driver is not installed.
    """

    def __init__(self, url: str) -> None:
        try:
            parts = make_url(url)
            if parts.drivername in ("postgresql", "postgres"):  # psycopg 3 is the driver we install
                parts = parts.set(drivername="postgresql+psycopg")
            self.engine = _engine(parts)
            self._reading_engine = _snapshot_engine(self.engine)
        except (SQLAlchemyError, ImportError) as error:
            raise RecordsError(
                f"HIITPI_DATABASE_URL cannot be used: {driver_message(error)}. It is a SQLAlchemy "
                "URL, for example sqlite:////home/pi/hiitpi.sqlite or "
                "postgresql://user:password@host/hiitpi."
            ) from error
        self.prepare: Callable[[], None] | None = None
        self._preparing = threading.RLock()
        self._outage, self._retry_at = "", 0.0  # the last error message while unreachable

    @contextmanager
    def reading(self) -> Iterator[DbSession]:
        """Open a read transaction: all reads in it see the database in the same state.

        Raises:
            RecordsError: the database cannot be read; the message says why and what to do.
        """
        self._ensure_migrated()
        with self._translate_errors(), DbSession(self._reading_engine) as db:
            yield db

    @contextmanager
    def writing(self, sync: str = DURABLE) -> Iterator[DbSession]:
        """Open a write transaction; commit it on success, roll it back on an exception.

        Args:
            sync: `DURABLE` or `CHECKPOINT`; only SQLite distinguishes them.

        Raises:
            RecordsError: the database cannot be written; the message says why and what to do.
        """
        self._ensure_migrated()
        engine = self.engine.execution_options(sync=sync)
        with self._translate_errors(), DbSession(engine) as db, db.begin():
            yield db

    def _ensure_migrated(self) -> None:
        if time.monotonic() < self._retry_at:
            raise RecordsError(self._outage)
        with self._preparing:
            prepare, self.prepare = self.prepare, None
            if prepare:
                try:
                    prepare()
                except RecordsError:
                    self.prepare = prepare
                    raise

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            message = error_message(error, self.engine.url)
            if isinstance(error, OperationalError) and not _has_error_code(error):
                self._outage, self._retry_at = message, time.monotonic() + RETRY_AFTER_S
            raise RecordsError(message) from error

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _has_error_code(error: OperationalError) -> bool:
    """Return whether the database itself reported the error, which means it is reachable."""
    return any(getattr(error.orig, code, None) for code in ("sqlstate", "sqlite_errorcode"))


def _engine(url: Any) -> Engine:
    """Return an engine with timeouts and transactions configured."""
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, connect_args=_server_timeouts(url))
    engine = create_engine(url)

    # Python's sqlite3 opens no transaction before the first write, so consecutive reads could see
    # different states. A writer takes the lock at BEGIN, so that it never fails half-way.
    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", BUSY_TIMEOUT_PRAGMA):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        sync = connection.get_execution_options().get("sync")
        if not sync:
            connection.exec_driver_sql("BEGIN")
            return
        connection.exec_driver_sql(f"PRAGMA synchronous={sync}")
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
        try:
            if not _begin_immediate(connection):
                connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            connection.exec_driver_sql(f"PRAGMA {BUSY_TIMEOUT_PRAGMA}")

    return engine


def _snapshot_engine(engine: Engine) -> Engine:
    """Return an engine with the same connections whose transactions see one state throughout.

    SQLite's do anyway. PostgreSQL's default, READ COMMITTED, takes a new snapshot for each query.
    """
    if engine.dialect.name != "postgresql":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ")


def _server_timeouts(url: Any) -> dict[str, Any]:
    """Return psycopg connection arguments with client-side and server-side timeouts."""
    if url.get_driver_name() != "psycopg":
        return {}
    idle_timeout = f"-c idle_in_transaction_session_timeout={round(IDLE_TX_TIMEOUT_S * 1000)}"
    options = f"{url.query.get('options', '')} {idle_timeout}".strip()
    return {"connect_timeout": CONNECT_TIMEOUT_S, **KEEPALIVE, "options": options}


def _begin_immediate(connection: Any) -> bool:
    """Wait for SQLite's write lock, and return whether the transaction has begun.

    SQLite's own busy handler backs off to ten attempts a second, so a writer that never pauses
    could starve it. On False, the caller's BEGIN IMMEDIATE raises the actual error.
    """
    driver = connection.connection.driver_connection
    until = time.monotonic() + BUSY_TIMEOUT_S
    while time.monotonic() < until:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                return False
            time.sleep(random.uniform(0.001, 0.01))
        else:
            return True
    return False
