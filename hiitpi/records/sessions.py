"""Reads and writes the sessions of the record book."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta, tzinfo
from uuid import UUID

from sqlalchemy import func, insert, select, tuple_
from sqlalchemy.orm import Session as Rows
from sqlalchemy.orm import selectinload

from hiitpi.coach.messages import KEPT, SessionRecord
from hiitpi.errors import RecordsError
from hiitpi.records import schema
from hiitpi.records.daily_stats import COUNTS, rebuild_daily_stats
from hiitpi.records.database import CHECKPOINT, FOR_GOOD, Database
from hiitpi.records.history import PlayerHistory
from hiitpi.records.leaderboard import Leaderboard
from hiitpi.records.local_days import local_day
from hiitpi.records.mapping import find_session, read_record
from hiitpi.records.migrate import upgrade
from hiitpi.records.player_admin import UNDO_PERIOD, PlayerAdmin, purge_deleted
from hiitpi.records.players import PlayerRepository, find_player, player_row
from hiitpi.records.program_bests import Best, program_best
from hiitpi.records.programs import ProgramRepository, canonical

#: Repetitions that a set may be corrected to.
MAX_REPS = 9999

#: How far ahead of this machine's clock an imported session may be.
MAX_CLOCK_AHEAD = timedelta(days=1)

#: Sessions that are read or written at a time.
BATCH_SESSIONS = 200


class Store:
    """The record book at a database URL. Safe to use from several threads and processes.

    Args:
        url: SQLAlchemy's; "postgresql://" takes psycopg 3.
        zone: decides which day it is; None: this machine's.
        now: the time, with its zone.

    Raises:
        RecordsError: the URL is none, or its driver is not installed. Every method raises it when
            the database cannot be read or written, with the reason and what to do.
    """

    def __init__(
        self,
        url: str,
        zone: tzinfo | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._now = now
        self.database = Database(url)
        self.database.prepare = self.migrate
        self.zone = zone
        self.players = PlayerRepository(self.database)
        self.programs = ProgramRepository(self.database)
        self.player_admin = PlayerAdmin(self.database, now)
        self.leaderboard = Leaderboard(self.database)
        self.history = PlayerHistory(self.database, now)

    def close(self) -> None:
        """Close all connections."""
        self.database.close()

    def migrate(self) -> None:
        """Bring the tables up to this version of the app; a new database gets them all."""
        upgrade(self.database)

    def purge_deleted(self) -> None:
        """Delete for good what went away more than a day ago; to be called now and then."""
        with self.database.writing() as rows:
            purge_deleted(rows, self._now())

    def check(self) -> None:
        """Whether it can be written to; if not, the error says why and what to do."""
        with self.database.writing(CHECKPOINT):
            pass

    def save(self, record: SessionRecord) -> None:
        """Store a session, or bring the stored one up to date; the same one twice is one.

        A session that has ended stays as it ended.
        """
        running = record.status == "active"
        with self.database.writing(CHECKPOINT if running else FOR_GOOD) as rows:
            self._save(rows, record)
            if not running:
                purge_deleted(rows, self._now())

    def _save(self, rows: Rows, record: SessionRecord) -> bool:
        """Whether there was anything to store."""
        row = find_session(rows, record.uuid)
        if row is None:
            row = self._new(rows, record)
        elif row.status != "active":
            return False
        if row.started != _moment(record.started):  # the clock was set meanwhile
            row.started, row.day = _moment(record.started), local_day(record.started, self.zone)
        row.ended = None if record.ended is None else _moment(record.ended)
        row.status, row.device = record.status, record.device
        if record.status == "discarded":  # it can be put back
            row.status, row.gone = "finished", row.ended
        _update_totals(row, record)
        _upsert_sets(rows, row, record)
        if record.status != "active":
            rebuild_daily_stats(rows, row.player.id, [row.day])
        return True

    def correct(self, uuid: str, reps: Mapping[int, int]) -> SessionRecord:
        """Set the counts of some sets right, by hand; what the camera saw is kept beside them.

        Args:
            uuid: of an ended session.
            reps: how many there really were, by the set's number.

        Raises:
            RecordsError: there is no such session, or set, or the number is none.
        """
        with self.database.writing() as rows:
            row = self._ended(rows, uuid)
            sets = {one.number: one for one in row.sets}
            for number, count in reps.items():
                if number not in sets or not 0 <= count <= MAX_REPS:
                    raise RecordsError(
                        f"Set {number} cannot have {count} repetitions: 0 to {MAX_REPS} can be."
                    )
                one = sets[number]
                one.corrected = None if count == one.reps else count
            record = read_record(row, series=False)
            _update_totals(row, record)
            rebuild_daily_stats(rows, row.player_id, [row.day])
            return record

    def discard(self, uuid: str, *, undo: bool = False) -> None:
        """Take an ended session out of the record book; for a day, `undo` puts it back.

        Raises:
            RecordsError: there is no such session.
        """
        with self.database.writing() as rows:
            row = self._ended(rows, uuid, gone=True)
            if undo and row.gone is not None and self._now() - row.gone > UNDO_PERIOD:
                raise RecordsError("It is too late: that session has been forgotten.")
            row.gone = None if undo else self._now()
            rebuild_daily_stats(rows, row.player_id, [row.day])
            purge_deleted(rows, self._now())

    def import_sessions(self, records: Iterable[SessionRecord]) -> tuple[int, int]:
        """Store sessions that were exported; how many are new, and how many were here already.

        One that was deleted comes back.

        Raises:
            RecordsError: besides, when a session is dated in the future.
        """
        records = list(records)
        _refuse_future_dates(records, (self._now() + MAX_CLOCK_AHEAD).timestamp())
        new = known = 0
        changed: dict[int, set[date]] = {}
        with self.database.writing() as rows:
            for record in records:
                row = find_session(rows, record.uuid)
                if row is not None and row.gone is None:
                    known += 1
                    continue
                if row is None:
                    row = self._new(rows, record)
                    row.status, row.ended = record.status, _moment(record.ended or record.started)
                    _update_totals(row, record)
                    _upsert_sets(rows, row, record)
                row.gone, new = None, new + 1
                rows.flush()
                changed.setdefault(row.player_id, set()).add(row.day)
                if not new % BATCH_SESSIONS:
                    rows.expire_all()
            for player, days in changed.items():
                rebuild_daily_stats(rows, player, days if len(days) < BATCH_SESSIONS else None)
        return new, known

    def iter_sessions(self, name: str) -> Iterator[SessionRecord]:
        """All ended sessions of a player with their series, oldest first, some at a time."""
        after = datetime.min.replace(tzinfo=UTC), UUID(int=0)
        position = tuple_(schema.SessionRow.started, schema.SessionRow.uuid)
        while True:
            with self.database.reading() as rows:
                player = find_player(rows, name)
                if player is None:
                    return
                query = (
                    select(schema.SessionRow)
                    .where(schema.SessionRow.player_id == player.id, COUNTS)
                    .where(schema.SessionRow.started >= after[0], position > tuple_(*after))
                    .order_by(schema.SessionRow.started, schema.SessionRow.uuid)
                    .limit(BATCH_SESSIONS)
                    .options(selectinload(schema.SessionRow.player))
                    .options(selectinload(schema.SessionRow.sets))
                    .options(selectinload(schema.SessionRow.series))
                )
                found = rows.scalars(query).all()
                batch = [read_record(row, series=True) for row in found]
                if found:
                    after = found[-1].started, found[-1].uuid
            yield from batch
            if len(batch) < BATCH_SESSIONS:
                return

    def _new(self, rows: Rows, record: SessionRecord) -> schema.SessionRow:
        player = player_row(rows, record.player)
        row = schema.SessionRow(uuid=UUID(record.uuid), player=player, device=record.device)
        row.started, row.program = _moment(record.started), canonical(record.program)
        row.day = local_day(record.started, self.zone)
        row.station, row.model, row.match = record.station, record.model, record.match
        rows.add(row)
        return row

    def best(self, record: SessionRecord) -> Best | None:
        """What the player has reached in other sessions of an equal program; None: there is none.

        Programs are equal when they have the same exercises, times and goals, whatever their name.
        """
        with self.database.reading() as rows:
            return program_best(rows, record)

    def match(self, match: str) -> list[SessionRecord]:
        """The sessions of a head-to-head that the record book has so far, without their series."""
        query = select(schema.SessionRow).where(
            schema.SessionRow.match == match, schema.SessionRow.gone.is_(None)
        )
        with self.database.reading() as rows:
            return [read_record(row, series=False) for row in rows.scalars(query)] if match else []

    @staticmethod
    def _ended(rows: Rows, uuid: str, gone: bool = False) -> schema.SessionRow:
        row = find_session(rows, uuid)
        if row is None or row.status not in KEPT or (row.gone is not None and not gone):
            raise RecordsError("There is no such session in the record book.")
        return row

    def running(self, station: str) -> SessionRecord | None:
        """The session of a station that was started last and not ended; None: there is none."""
        query = (
            select(schema.SessionRow)
            .where(schema.SessionRow.station == station, schema.SessionRow.status == "active")
            .order_by(schema.SessionRow.started.desc())
            .limit(1)
        )
        with self.database.reading() as rows:
            row = rows.scalar(query)
            return None if row is None else read_record(row, series=True)

    def close_running(self, station: str, but: Collection[str] = ()) -> None:
        """End a station's sessions that nobody ended, as interrupted when they last changed."""
        last = (
            select(func.max(schema.RepetitionRow.time))
            .where(schema.RepetitionRow.session_uuid == schema.SessionRow.uuid)
            .scalar_subquery()
        )
        query = select(schema.SessionRow, last).where(
            schema.SessionRow.station == station, schema.SessionRow.status == "active"
        )
        with self.database.writing() as rows:
            for row, seconds in rows.execute(query).all():
                if str(row.uuid) not in but:
                    row.status = "interrupted"
                    row.ended = row.started + timedelta(seconds=seconds or 0)
                    rebuild_daily_stats(rows, row.player_id, [row.day])

    def session(self, uuid: str) -> SessionRecord | None:
        """The session of that uuid with its series; None: there is none."""
        with self.database.reading() as rows:
            row = find_session(rows, uuid)
            return None if row is None else read_record(row, series=True)


def _update_totals(row: schema.SessionRow, record: SessionRecord) -> None:
    row.reps, row.attempts, row.seconds = record.reps, record.attempts, record.seconds
    row.pace, row.score, row.sway = record.pace, record.score, record.sway


def _upsert_sets(rows: Rows, row: schema.SessionRow, record: SessionRecord) -> None:
    """Add the sets and repetitions that are new; bring the sets up to date.

    A running session is stored every second, however long it is: its repetitions, which never
    change, are not read again for that.
    """
    sets = {one.number: one for one in row.sets}
    for one in record.sets:
        if one.number in sets:
            for name, value in asdict(one).items():
                setattr(sets[one.number], name, value)
        else:
            row.sets.append(schema.SetRow(**asdict(one)))
    rows.flush()
    of_session = schema.RepetitionRow.session_uuid == row.uuid
    known = rows.scalar(select(func.max(schema.RepetitionRow.number)).where(of_session)) or 0
    new = [{"session_uuid": row.uuid, **asdict(r)} for r in record.series if r.number > known]
    if new:
        rows.execute(insert(schema.RepetitionRow), new)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _refuse_future_dates(records: Iterable[SessionRecord], latest: float) -> None:
    for record in records:
        if record.started > latest:
            raise RecordsError(
                f"Session {record.uuid} of {record.player} is dated in the future. Was a clock "
                "wrong? Correct `started` and `ended` in the file."
            )
