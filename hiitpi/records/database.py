"""Opens the database, and reads and writes it in transactions that say what went wrong."""

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
from sqlalchemy.orm import Session as Rows

from hiitpi.errors import RecordsError
from hiitpi.records.db_errors import reason, words

#: Seconds that a writer waits for another one.
BUSY_TIMEOUT_S: Final = 5

BUSY_TIMEOUT_PRAGMA: Final = f"busy_timeout={BUSY_TIMEOUT_S * 1000}"

#: Of a database server: seconds to connect, and after which a connection on which nothing comes is
#: dead (libpq's parameters; without them TCP would wait for a quarter of an hour).
CONNECT_TIMEOUT_S: Final = 3
KEEPALIVE: Final = {
    "keepalives_idle": 5,
    "keepalives_interval": 1,
    "keepalives_count": 4,
    "tcp_user_timeout": 8000,
}

#: Seconds after which a server gives up a transaction in which nothing comes. Of a client whose
#: network was cut in the middle it hears nothing for two hours, and would keep the session that
#: was being written locked for so long, from that client too.
IDLE_TX_TIMEOUT_S: Final = 20.0

#: Seconds for which a server that was away is not asked again: pages would wait for it each time.
RETRY_AFTER_S: Final = 3.0

#: How sure SQLite is that a commit survives a power cut. A checkpoint of a running session is
#: worth a second of training: NORMAL does not wait for the SD card, and loses at most the newest
#: transactions, never the database (WAL). What a person did or has finished is FULL: it waits.
CHECKPOINT, FOR_GOOD = "NORMAL", "FULL"


class Database:
    """A database at a SQLAlchemy URL. Safe to use from several threads and processes.

    Raises:
        RecordsError: the URL is none, or its driver is not installed.
    """

    def __init__(self, url: str) -> None:
        try:
            parts = make_url(url)
            if parts.drivername in ("postgresql", "postgres"):  # psycopg 3 is the one we bring
                parts = parts.set(drivername="postgresql+psycopg")
            self.engine = _engine(parts)
        except (SQLAlchemyError, ImportError) as error:
            raise RecordsError(
                f"HIITPI_DATABASE_URL cannot be used: {reason(error)}. It is a SQLAlchemy URL, "
                "like sqlite:////home/pi/hiitpi.sqlite or postgresql://user:password@host/hiitpi."
            ) from error
        #: Brings the tables up to date; run before the first use, and again until it succeeds.
        self.prepare: Callable[[], None] | None = None
        self._preparing = threading.RLock()
        self._away, self._away_until = "", 0.0  # why a server was

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        """A transaction that sees one state of the database.

        Raises:
            RecordsError: it cannot be read; the message says why and what to do.
        """
        self._ensure_migrated()
        with self._translate_errors(), Rows(self.engine) as rows:
            yield rows

    @contextmanager
    def writing(self, sync: str = FOR_GOOD) -> Iterator[Rows]:
        """A transaction that is committed at the end, or not at all.

        Raises:
            RecordsError: it cannot be written; the message says why and what to do.
        """
        self._ensure_migrated()
        engine = self.engine.execution_options(sync=sync)
        with self._translate_errors(), Rows(engine) as rows, rows.begin():
            yield rows

    def _ensure_migrated(self) -> None:
        if time.monotonic() < self._away_until:
            raise RecordsError(self._away)
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
            says = words(error, self.engine.url)
            if isinstance(error, OperationalError) and not _answered(error):
                self._away, self._away_until = says, time.monotonic() + RETRY_AFTER_S
            raise RecordsError(says) from error

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _answered(error: OperationalError) -> bool:
    """Whether the database has said itself what is wrong: it is there."""
    return any(getattr(error.orig, code, None) for code in ("sqlstate", "sqlite_errorcode"))


def _engine(url: Any) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, connect_args=_patience(url))
    engine = create_engine(url)

    # Python's sqlite3 begins no transaction before the first write: reads would see several
    # states. A writer begins with the lock, so that it never has to give up in the middle.
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


def _patience(url: Any) -> dict[str, Any]:
    """For how long a database server and this end of its connections wait for each other."""
    if url.get_driver_name() != "psycopg":
        return {}
    forsaken = f"-c idle_in_transaction_session_timeout={round(IDLE_TX_TIMEOUT_S * 1000)}"
    options = f"{url.query.get('options', '')} {forsaken}".strip()
    return {"connect_timeout": CONNECT_TIMEOUT_S, **KEEPALIVE, "options": options}


def _begin_immediate(connection: Any) -> bool:
    """Begin when no other writer has the lock; False: whatever is wrong, the next attempt says.

    SQLite's own waiting looks ten times a second at last, and may be overtaken for ever by a
    writer that never rests.
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
