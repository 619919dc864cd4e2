"""Reads and writes sessions, and bundles the repositories of one database as `Store`."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import partial
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session as DbSession
from sqlalchemy.orm import selectinload

from hiitpi.coach.messages import COMPLETED_STATUSES, SessionRecord
from hiitpi.errors import RecordsError
from hiitpi.records import schema
from hiitpi.records.api_tokens import ApiTokenRepository
from hiitpi.records.bodies import BodyRepository
from hiitpi.records.challenges import ChallengeRepository
from hiitpi.records.daily_stats import COUNTED_SESSIONS, rebuild_daily_stats
from hiitpi.records.database import CHECKPOINT, DURABLE, Database
from hiitpi.records.history import PlayerHistory
from hiitpi.records.leaderboard import Leaderboard
from hiitpi.records.local_days import local_day
from hiitpi.records.mapping import (
    find_session,
    read_record,
    reject_future_dates,
    to_datetime,
    update_totals,
    upsert_sets,
)
from hiitpi.records.migrate import upgrade
from hiitpi.records.past_sets import PastSets
from hiitpi.records.player_admin import UNDO_PERIOD, PlayerAdmin, purge_deleted
from hiitpi.records.players import PlayerRepository, find_player, get_or_create_player_row
from hiitpi.records.program_bests import Best, program_best
from hiitpi.records.programs import ProgramRepository, canonical_json
from hiitpi.records.taught_workouts import TaughtWorkoutRepository
from hiitpi.records.webhook_messages import announce
from hiitpi.records.webhooks import WebhookRepository

#: Maximum number of repetitions that a set may be corrected to.
MAX_REPS = 9999

#: How far ahead of this machine's clock an imported session may be.
MAX_CLOCK_AHEAD = timedelta(days=1)

#: Sessions read or written per batch.
BATCH_SESSIONS = 200


class Store:
    """All repositories of one database. Safe to use from several threads and processes.

    The tables are created or migrated on first use. Every method raises RecordsError if the
    database cannot be read or written; the message gives the reason and the remedy.

    Attributes:
        players: players by name.
        bodies: what players have said about themselves.
        programs: the household's own programs.
        taught_workouts: the household's own workouts.
        player_admin: renaming, merging and deleting players, and their goals.
        leaderboard: totals and streaks of all players.
        challenges: challenges of the house.
        history: daily statistics and sessions of one player.
        past_sets: single sets of one player.
        api_tokens: tokens with which scripts use the API.
        webhooks: addresses that are told about sessions, and the messages to them.

    Args:
        url: SQLAlchemy URL; "postgresql://" uses psycopg 3.
        zone: time zone that determines the local day of a session; None for this machine's.
        now: returns the current time with its time zone.

    Raises:
        RecordsError: the URL is invalid, or its driver is not installed.
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
        self.bodies = BodyRepository(self.database, now)
        self.programs = ProgramRepository(self.database)
        self.taught_workouts = TaughtWorkoutRepository(self.database, now)
        self.player_admin = PlayerAdmin(self.database, now)
        self.leaderboard = Leaderboard(self.database)
        self.challenges = ChallengeRepository(self.database, self.leaderboard, zone, now)
        self.history = PlayerHistory(self.database, now)
        self.past_sets = PastSets(self.database)
        self.api_tokens = ApiTokenRepository(self.database, now)
        self.webhooks = WebhookRepository(self.database, now)

    def close(self) -> None:
        """Close all connections."""
        self.database.close()

    def migrate(self) -> None:
        """Create the tables, or migrate them to this version of the app."""
        upgrade(self.database)

    def purge_deleted(self) -> None:
        """Permanently delete what was deleted more than `UNDO_PERIOD` ago; call occasionally."""
        with self.database.writing() as db:
            purge_deleted(db, self._now())

    def check(self) -> None:
        """Check that the database is writable; the RecordsError says why it is not."""
        with self.database.writing(CHECKPOINT):
            pass

    def save(self, record: SessionRecord) -> None:
        """Insert a session or update the stored one; idempotent.

        A stored session that has ended is never changed.
        """
        running = record.status == "active"
        with self.database.writing(CHECKPOINT if running else DURABLE) as db:
            self._save(db, record)
            if not running:
                purge_deleted(db, self._now())

    def _save(self, db: DbSession, record: SessionRecord) -> None:
        row = find_session(db, record.uuid)
        if row is None:
            row = self._add_session(db, record)
        elif row.status != "active":
            return
        if row.started != to_datetime(record.started):  # the wall clock was set meanwhile
            row.started = to_datetime(record.started)
            row.day = local_day(record.started, self.zone)
        row.ended = None if record.ended is None else to_datetime(record.ended)
        row.status, row.device = record.status, record.device
        if record.status == "discarded":  # a soft delete, so that it can be undone
            row.status, row.gone = "finished", row.ended
        update_totals(row, record)
        upsert_sets(db, row, record)
        if record.status != "active":
            rebuild_daily_stats(db, row.player.id, [row.day])
        self._announce(db, record)

    def _announce(self, db: DbSession, record: SessionRecord) -> None:
        """Add the messages to webhooks about a session that has just ended."""
        if record.status in COMPLETED_STATUSES and record.sets:
            announce(db, record, partial(self.history.previous_bests, record), self._now())

    def correct(
        self, uuid: str, reps: Mapping[int, int], workouts: Mapping[int, str] = MappingProxyType({})
    ) -> SessionRecord:
        """Correct sets, and return the session without its series.

        The camera's counts, and what was recognised, are kept beside the corrections.

        Args:
            uuid: uuid of an ended session.
            reps: correct number of repetitions, by set number.
            workouts: correct workout of sets in which it was recognised, by set number.

        Raises:
            RecordsError: there is no such session or set, or a count is out of range.
        """
        with self.database.writing() as db:
            row = self._ended_session(db, uuid)
            sets = {set_row.number: set_row for set_row in row.sets}
            for number, count in reps.items():
                if number not in sets or not 0 <= count <= MAX_REPS:
                    raise RecordsError(
                        f"Set {number} cannot have {count} repetitions: enter 0 to {MAX_REPS}."
                    )
                set_row = sets[number]
                set_row.corrected = None if count == set_row.reps else count
                if set_row.recognised:
                    set_row.workout = workouts.get(number, set_row.workout)
            record = read_record(row, series=False)
            update_totals(row, record)
            rebuild_daily_stats(db, row.player_id, [row.day])
            return record

    def discard(self, uuid: str, *, undo: bool = False) -> None:
        """Delete an ended session, or restore it within `UNDO_PERIOD`.

        Args:
            uuid: uuid of the session.
            undo: restore the session instead of deleting it.

        Raises:
            RecordsError: there is no such session, or it is too late to restore it.
        """
        with self.database.writing() as db:
            row = self._ended_session(db, uuid, allow_deleted=True)
            if undo and row.gone is not None and self._now() - row.gone > UNDO_PERIOD:
                raise RecordsError("It is too late: that session was deleted permanently.")
            row.gone = None if undo else self._now()
            rebuild_daily_stats(db, row.player_id, [row.day])
            purge_deleted(db, self._now())

    def import_sessions(self, records: Iterable[SessionRecord]) -> tuple[int, int]:
        """Store exported (ended) sessions, all or none; a deleted session is restored.

        Returns:
            The number of imported sessions, and of those that already existed.

        Raises:
            RecordsError: a session is dated in the future, or the database cannot be written.
        """
        records = list(records)
        reject_future_dates(records, (self._now() + MAX_CLOCK_AHEAD).timestamp())
        imported = existing = 0
        changed_days: dict[int, set[date]] = {}
        with self.database.writing() as db:
            for record in records:
                row = find_session(db, record.uuid)
                if row is not None and row.gone is None:
                    existing += 1
                    continue
                if row is None:
                    row = self._add_session(db, record)
                    row.status = record.status
                    row.ended = to_datetime(record.ended or record.started)
                    update_totals(row, record)
                    upsert_sets(db, row, record)
                row.gone, imported = None, imported + 1
                db.flush()
                changed_days.setdefault(row.player_id, set()).add(row.day)
                if not imported % BATCH_SESSIONS:
                    db.expire_all()
            for player, days in changed_days.items():
                rebuild_daily_stats(db, player, days if len(days) < BATCH_SESSIONS else None)
        return imported, existing

    def iter_sessions(self, name: str) -> Iterator[SessionRecord]:
        """Yield all ended sessions of a player with their series, oldest first, in batches."""
        after = datetime.min.replace(tzinfo=UTC), UUID(int=0)
        position = tuple_(schema.SessionRow.started, schema.SessionRow.uuid)
        while True:
            with self.database.reading() as db:
                player = find_player(db, name)
                if player is None:
                    return
                query = (
                    select(schema.SessionRow)
                    .where(schema.SessionRow.player_id == player.id, COUNTED_SESSIONS)
                    .where(schema.SessionRow.started >= after[0], position > tuple_(*after))
                    .order_by(schema.SessionRow.started, schema.SessionRow.uuid)
                    .limit(BATCH_SESSIONS)
                    .options(selectinload(schema.SessionRow.player))
                    .options(selectinload(schema.SessionRow.sets))
                    .options(selectinload(schema.SessionRow.series))
                )
                session_rows = db.scalars(query).all()
                batch = [read_record(row, series=True) for row in session_rows]
                if session_rows:
                    after = session_rows[-1].started, session_rows[-1].uuid
            yield from batch
            if len(batch) < BATCH_SESSIONS:
                return

    def _add_session(self, db: DbSession, record: SessionRecord) -> schema.SessionRow:
        """Add a row with the attributes of a session that do not change."""
        row = schema.SessionRow(uuid=UUID(record.uuid), device=record.device)
        row.player = get_or_create_player_row(db, record.player)
        row.started, row.program = to_datetime(record.started), canonical_json(record.program)
        row.day = local_day(record.started, self.zone)
        row.station, row.model, row.match = record.station, record.model, record.match
        row.strictness = record.program.strictness
        db.add(row)
        return row

    def best(self, record: SessionRecord) -> Best | None:
        """Return the player's best in other sessions of an equal program; None if there are none.

        Programs are equal if they have the same exercises, times and goals; names may differ.
        """
        with self.database.reading() as db:
            return program_best(db, record)

    def match(self, match: str) -> list[SessionRecord]:
        """Return the stored sessions of a head-to-head, by its id, without their series."""
        of_match = schema.SessionRow.match == match
        query = select(schema.SessionRow).where(of_match, schema.SessionRow.gone.is_(None))
        with self.database.reading() as db:
            return [read_record(row, series=False) for row in db.scalars(query)] if match else []

    @staticmethod
    def _ended_session(db: DbSession, uuid: str, allow_deleted: bool = False) -> schema.SessionRow:
        row = find_session(db, uuid)
        deleted = row is not None and row.gone is not None
        if row is None or row.status not in COMPLETED_STATUSES or (deleted and not allow_deleted):
            raise RecordsError("There is no such session.")
        return row

    def running(self, station: str) -> SessionRecord | None:
        """Return a station's newest session that has not ended; None if there is none."""
        query = (
            select(schema.SessionRow)
            .where(schema.SessionRow.station == station, schema.SessionRow.status == "active")
            .order_by(schema.SessionRow.started.desc())
            .limit(1)
        )
        with self.database.reading() as db:
            row = db.scalar(query)
            return None if row is None else read_record(row, series=True)

    def close_running(self, station: str, exclude: Collection[str] = ()) -> None:
        """Mark a station's unfinished sessions as interrupted, at their last repetition.

        Args:
            station: name of the station.
            exclude: uuids of sessions that stay running.
        """
        last_rep_s = (
            select(func.max(schema.RepetitionRow.time))
            .where(schema.RepetitionRow.session_uuid == schema.SessionRow.uuid)
            .scalar_subquery()
        )
        query = select(schema.SessionRow, last_rep_s).where(
            schema.SessionRow.station == station, schema.SessionRow.status == "active"
        )
        with self.database.writing() as db:
            for row, seconds in db.execute(query).all():
                if str(row.uuid) not in exclude:
                    row.status = "interrupted"
                    row.ended = row.started + timedelta(seconds=seconds or 0)
                    rebuild_daily_stats(db, row.player_id, [row.day])
                    self._announce(db, read_record(row, series=False))

    def session(self, uuid: str) -> SessionRecord | None:
        """Return a session with its series; None if there is none with that uuid."""
        with self.database.reading() as db:
            row = find_session(db, uuid)
            return None if row is None else read_record(row, series=True)
