"""Reads and writes the record book."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from uuid import UUID

import alembic.command
import alembic.config
import orjson
from sqlalchemy import Engine, create_engine, event, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import selectinload

from hiitpi.coach.messages import Repetition, SessionRecord, SetRecord, Status
from hiitpi.coach.program import parse
from hiitpi.errors import RecordsError
from hiitpi.records import schema
from hiitpi.records.house import House, canonical, player_row
from hiitpi.records.players import name_key

MIGRATIONS = Path(__file__).parent / "migrations"

#: Sessions that count: finished by Done, or cut short by a stop of the app.
KEPT = ("finished", "interrupted")

#: Repetitions that a set may be corrected to.
MOST = 9999


@dataclass(frozen=True, slots=True)
class Total:
    """Repetitions of one player at one workout."""

    player: str
    workout: str
    reps: int
    sessions: int


@dataclass(frozen=True, slots=True)
class Best:
    """The most that somebody has reached."""

    reps: int
    pace: float


class Store:
    """The record book at a database URL. Safe to use from several threads and processes.

    Raises:
        RecordsError: the URL is none, or its driver is not installed.
    """

    def __init__(self, url: str) -> None:
        try:
            self._engine = _engine(url)
        except (SQLAlchemyError, ImportError) as error:
            raise RecordsError(
                f"HIITPI_DATABASE_URL cannot be used: {_reason(error)}. It is a SQLAlchemy URL, "
                "like sqlite:////home/pi/hiitpi.sqlite; PostgreSQL needs the package psycopg."
            ) from error

        self.house = House(self._engine)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def migrate(self) -> None:
        """Bring the tables up to this version of the app; a new database gets them all.

        Raises:
            RecordsError: the database cannot be opened, or is from a newer version.
        """
        config = alembic.config.Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        try:
            with self._engine.begin() as connection:
                config.attributes["connection"] = connection
                alembic.command.upgrade(config, "head")
        except (SQLAlchemyError, alembic.util.CommandError) as error:
            raise RecordsError(f"The record book cannot be opened: {_reason(error)}") from error

    def save(self, record: SessionRecord) -> None:
        """Store a session, or bring the stored one up to date; the same one twice is one.

        A session that has ended stays as it ended.
        """
        with Database(self._engine) as db, db.begin():
            uuid = UUID(record.uuid)
            row = db.get(schema.Session, uuid)
            if row is None:
                row = schema.Session(uuid=uuid, player=player_row(db, record.player))
                row.started, row.program = _moment(record.started), canonical(record.program)
                row.station, row.model = record.station, record.model
                db.add(row)
            elif row.status != "active":
                return
            row.ended = None if record.ended is None else _moment(record.ended)
            row.status, row.device = record.status, record.device
            row.attempts, row.score, row.sway = record.attempts, record.score, record.sway
            row.reps, row.pace = record.reps, record.pace
            known = {rep.number for rep in row.series}
            row.series.extend(
                schema.Repetition(**asdict(rep)) for rep in record.series if rep.number not in known
            )
            sets = {one.number: one for one in row.sets}
            for one in record.sets:
                if one.number in sets:
                    for name, value in asdict(one).items():
                        setattr(sets[one.number], name, value)
                else:
                    row.sets.append(schema.WorkoutSet(**asdict(one)))

    def correct(self, uuid: str, reps: Mapping[int, int]) -> SessionRecord:
        """Set the counts of some sets right, by hand; what the camera saw is kept beside them.

        Args:
            uuid: of an ended session.
            reps: how many there really were, by the set's number.

        Raises:
            RecordsError: there is no such session, or set, or the number is none.
        """
        with Database(self._engine) as db, db.begin():
            row = self._ended(db, uuid)
            sets = {one.number: one for one in row.sets}
            for number, count in reps.items():
                if number not in sets or not 0 <= count <= MOST:
                    raise RecordsError(
                        f"Set {number} cannot have {count} repetitions: 0 to {MOST} can be."
                    )
                one = sets[number]
                one.corrected = None if count == one.reps else count
            record = _record(row, series=False)
            row.reps, row.pace = record.reps, record.pace
            return record

    def discard(self, uuid: str, *, undo: bool = False) -> None:
        """Take an ended session out of the record book; `undo` puts it back.

        Raises:
            RecordsError: there is no such session.
        """
        with Database(self._engine) as db, db.begin():
            row = self._ended(db, uuid, discarded=True)
            row.status = "finished" if undo else "discarded"

    def best(self, record: SessionRecord) -> Best | None:
        """What the player has reached in other sessions of an equal program; None: there is none.

        Programs are equal when they have the same exercises, times and goals.
        """
        query = (
            select(func.max(schema.Session.reps), func.max(schema.Session.pace))
            .join(schema.Player)
            .where(
                schema.Player.key == name_key(record.player),
                schema.Session.program == canonical(record.program),
                schema.Session.status.in_(KEPT),
                schema.Session.uuid != UUID(record.uuid),
            )
        )
        with Database(self._engine) as db:
            reps, pace = db.execute(query).one()
        return None if reps is None else Best(reps, pace)

    @staticmethod
    def _ended(db: Database, uuid: str, discarded: bool = False) -> schema.Session:
        try:
            row = db.get(schema.Session, UUID(uuid))
        except ValueError:
            row = None
        if row is None or row.status not in (*KEPT, *(("discarded",) if discarded else ())):
            raise RecordsError("There is no such session in the record book.")
        return row

    def running(self, station: str) -> SessionRecord | None:
        """The session of a station that was started last and not ended; None: there is none."""
        query = (
            select(schema.Session)
            .where(schema.Session.station == station, schema.Session.status == "active")
            .order_by(schema.Session.started.desc())
            .limit(1)
        )
        found = self._records(query)
        return found[0] if found else None

    def close_running(self, station: str, but: str | None = None) -> None:
        """End a station's sessions that nobody ended, as interrupted when they last changed."""
        last = (
            select(func.max(schema.Repetition.time))
            .where(schema.Repetition.session_uuid == schema.Session.uuid)
            .scalar_subquery()
        )
        rows = select(schema.Session, last).where(
            schema.Session.station == station, schema.Session.status == "active"
        )
        with Database(self._engine) as db, db.begin():
            for row, seconds in db.execute(rows).all():
                if str(row.uuid) != but:
                    row.status = "interrupted"
                    row.ended = row.started + timedelta(seconds=seconds or 0)

    def history(self, player: str, limit: int = 500) -> list[SessionRecord]:
        """A player's ended sessions, newest first, without their series."""
        query = (
            select(schema.Session)
            .join(schema.Player)
            .where(schema.Player.key == name_key(player), schema.Session.status.in_(KEPT))
            .order_by(schema.Session.ended.desc())
            .limit(limit)
        )
        return self._records(query, series=False)

    def totals(self, since: datetime) -> list[Total]:
        """Repetitions per player and workout of the sessions that ended at or after `since`."""
        mine = schema.WorkoutSet
        reps = func.sum(func.coalesce(mine.corrected, mine.reps))
        sessions = func.count(mine.session_uuid.distinct())
        query = (
            select(schema.Player.name, mine.workout, reps, sessions)
            .join(schema.Session, schema.Session.player_id == schema.Player.id)
            .join(mine, mine.session_uuid == schema.Session.uuid)
            .where(schema.Session.ended >= since, schema.Session.status.in_(KEPT))
            .group_by(schema.Player.id, schema.Player.name, mine.workout)
        )
        with Database(self._engine) as db:
            return [Total(*row) for row in db.execute(query)]

    def session(self, uuid: str) -> SessionRecord | None:
        """The session of that uuid with its series; None: there is none."""
        found = self._records(select(schema.Session).where(schema.Session.uuid == UUID(uuid)))
        return found[0] if found else None

    def _records(self, query: Any, series: bool = True) -> list[SessionRecord]:
        query = query.options(
            selectinload(schema.Session.player), selectinload(schema.Session.sets)
        )
        if series:
            query = query.options(selectinload(schema.Session.series))
        with Database(self._engine) as db:
            return [_record(row, series) for row in db.scalars(query)]


def first_moment(days: int, now: datetime, zone: tzinfo | None = None) -> datetime:
    """When the last `days` days began, today included, in local time.

    Args:
        days: 1: today only.
        now: aware.
        zone: the house's zone; None: this machine's.
    """
    today: date = now.astimezone(zone).date() - timedelta(days=days - 1)
    midnight = datetime(today.year, today.month, today.day)
    # Only after the date is known is the offset of that day asked for: summer time may lie between.
    return midnight.replace(tzinfo=zone) if zone else midnight.astimezone()


def _engine(url: str) -> Engine:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        # WAL: readers never wait for the trainer's checkpoint. NORMAL: a power cut may lose the
        # last transactions, never the database; and an SD card is spared a sync per repetition.
        @event.listens_for(engine, "connect")
        def configure(connection: Any, _: Any) -> None:
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("PRAGMA busy_timeout=5000")

    return engine


def _record(row: schema.Session, series: bool) -> SessionRecord:
    status: Status = row.status  # type: ignore[assignment]
    return SessionRecord(
        uuid=str(row.uuid),
        player=row.player.name,
        program=parse(orjson.loads(row.program)),
        started=row.started.timestamp(),
        ended=None if row.ended is None else row.ended.timestamp(),
        status=status,
        station=row.station,
        model=row.model,
        device=row.device,
        sets=tuple(SetRecord(**_values(one, SetRecord)) for one in row.sets),
        series=tuple(_repetition(rep) for rep in row.series) if series else (),
    )


def _repetition(row: schema.Repetition) -> Repetition:
    values = _values(row, Repetition)
    return Repetition(**{**values, "cues": tuple(values["cues"])})


def _values(row: schema.Base, kind: type) -> dict[str, Any]:
    """The columns of a row that are fields of a dataclass."""
    return {field.name: getattr(row, field.name) for field in fields(kind)}


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _reason(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]
