"""Converts between ORM rows and the coach's dataclasses."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session as DbSession

from hiitpi.coach.messages import Repetition, SessionRecord, SetRecord, Status
from hiitpi.coach.session.program import parse
from hiitpi.errors import RecordsError
from hiitpi.records.schema import Base, RepetitionRow, SessionRow, SetRow


def to_datetime(seconds: float) -> datetime:
    """Return the time that is so many seconds after the epoch, in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def find_session(db: DbSession, uuid: str) -> SessionRow | None:
    """Return a session's row; None if there is none, or `uuid` is not a valid UUID."""
    try:
        return db.get(SessionRow, UUID(str(uuid)))
    except ValueError:
        return None


def read_record(row: SessionRow, series: bool) -> SessionRecord:
    """Convert a session's row.

    Args:
        row: the row.
        series: whether to read the repetitions; otherwise the record's series is empty.
    """
    status: Status = "discarded" if row.gone else row.status  # type: ignore[assignment]
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
        match=row.match,
        sets=tuple(SetRecord(**values(set_row, SetRecord)) for set_row in row.sets),
        series=tuple(_repetition(rep) for rep in row.series) if series else (),
    )


def _repetition(row: RepetitionRow) -> Repetition:
    return Repetition(**(values(row, Repetition) | {"cues": tuple(row.cues)}))


def values(row: Base, kind: type) -> dict[str, Any]:
    """Return the columns of a row that are fields of the dataclass `kind`."""
    return {field.name: getattr(row, field.name) for field in fields(kind)}


def update_totals(row: SessionRow, record: SessionRecord) -> None:
    """Set the sums and means of a session's row."""
    row.reps, row.attempts, row.seconds = record.reps, record.attempts, record.seconds
    row.pace, row.score, row.sway = record.pace, record.score, record.sway


def upsert_sets(db: DbSession, row: SessionRow, record: SessionRecord) -> None:
    """Insert new sets and repetitions, and update existing sets.

    A running session is saved every second, however long it is; its stored repetitions never
    change, so they are not read back each time.
    """
    set_rows = {set_row.number: set_row for set_row in row.sets}
    for set_record in record.sets:
        if set_record.number in set_rows:
            for name, value in asdict(set_record).items():
                setattr(set_rows[set_record.number], name, value)
        else:
            row.sets.append(SetRow(**asdict(set_record)))
    db.flush()
    of_session = RepetitionRow.session_uuid == row.uuid
    last_stored = db.scalar(select(func.max(RepetitionRow.number)).where(of_session)) or 0
    new = [{"session_uuid": row.uuid, **asdict(r)} for r in record.series if r.number > last_stored]
    if new:
        db.execute(insert(RepetitionRow), new)


def reject_future_dates(records: Iterable[SessionRecord], latest: float) -> None:
    """Raise RecordsError if a session starts after `latest` (seconds since the epoch)."""
    for record in records:
        if record.started > latest:
            raise RecordsError(
                f"Session {record.uuid} of {record.player} is dated in the future. Was a clock "
                "wrong? Correct `started` and `ended` in the file."
            )
