"""Rows of the database as what the coach speaks of."""

from dataclasses import fields
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session as Rows

from hiitpi.coach.messages import Repetition, SessionRecord, SetRecord, Status
from hiitpi.coach.session.program import parse
from hiitpi.records.schema import Base, SessionRow
from hiitpi.records.schema import RepetitionRow as RepetitionRow


def find_session(rows: Rows, uuid: str) -> SessionRow | None:
    """The row of that uuid; None: there is none, or it is no uuid."""
    try:
        return rows.get(SessionRow, UUID(str(uuid)))
    except ValueError:
        return None


def read_record(row: SessionRow, series: bool) -> SessionRecord:
    """The session of a row; without its `series` where nobody asks for it."""
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
        sets=tuple(SetRecord(**_values(one, SetRecord)) for one in row.sets),
        series=tuple(_repetition(rep) for rep in row.series) if series else (),
    )


def _repetition(row: RepetitionRow) -> Repetition:
    values = _values(row, Repetition)
    return Repetition(**{**values, "cues": tuple(values["cues"])})


def _values(row: Base, kind: type) -> dict[str, Any]:
    """The columns of a row that are fields of a dataclass."""
    return {field.name: getattr(row, field.name) for field in fields(kind)}
