"""A player's data as files: JSON, and CSV for spreadsheets. Pure; `Store` reads and writes.

The columns are the fields of `CsvSet` and `CsvRepetition`, with their meaning; the
same models check what is imported. Times are ISO 8601 with their zone.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import orjson
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)  # fmt: skip

from hiitpi.coach.messages import Repetition, SessionRecord, SetRecord
from hiitpi.coach.session.program import parse
from hiitpi.errors import HiitPiError, RecordsError
from hiitpi.records.player_names import clean_name

#: Bytes of all files of an import, and sessions in them: some ten years of training. Reading them
#: takes some twenty times that in memory, of which a Pi has little.
MAX_FILE_BYTES, MAX_SESSIONS = 8 * 2**20, 50_000

FORMAT: Final = "hiitpi-sessions"

#: What a spreadsheet takes for the beginning of a formula; a text that begins so gets an
#: apostrophe before it (OWASP, "CSV Injection"), which is taken away again on import.
FORMULA_PREFIXES: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

Count = Annotated[int, Field(ge=0, le=9999)]
Seconds = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Part = Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)]
Score = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _empty_is_none(cls, values: Any) -> Any:
        if isinstance(values, dict):
            return {name: None if value == "" else value for name, value in values.items()}
        return values


class CsvSet(_Row):
    """One set of a session; what belongs to the session is repeated in each."""

    session: UUID = Field(description="identifies the session; the same twice is one")
    player: str = Field(description="name")
    program: str = Field(description="what was to be done, as JSON")
    started: AwareDatetime = Field(description="when it began")
    ended: AwareDatetime = Field(description="when it ended")
    status: Literal["finished", "interrupted"] = Field(description="finished, or interrupted")
    station: str = Field(max_length=30, description="which camera")
    model: str = Field(max_length=60, description="which pose model judged")
    match: str | None = Field(None, max_length=40, description="which head-to-head, or empty")
    set: int = Field(ge=1, le=9999, description="number of the set in the session")
    workout: str = Field(max_length=60, description="what was done")
    round: int = Field(ge=1, le=9999, description="of the program")
    began: Seconds = Field(description="seconds from the first Go, without pauses")
    seconds: Seconds = Field(description="of work")
    reps: Count = Field(description="repetitions that the camera counted (seconds, of a hold)")
    corrected: Count | None = Field(None, description="repetitions as corrected by hand, or empty")
    attempts: Count = Field(description="what did not count")
    score: Score | None = Field(None, description="mean form score, 0 to 100, or empty")
    sway: Seconds | None = Field(None, description="of the body, degrees, or empty")

    @field_validator("player")
    @classmethod
    def _is_name(cls, name: str) -> str:
        return clean_name(name)


class CsvRepetition(_Row):
    """One repetition that the camera counted."""

    session: UUID = Field(description="identifies the session")
    set: int = Field(ge=1, le=9999, description="number of the set in the session")
    number: int = Field(ge=1, le=99_999, description="1 for the session's first")
    time: Seconds = Field(description="seconds from the first Go, without pauses")
    duration: Seconds = Field(description="seconds it took")
    range_of_motion: Part = Field(description="0 to 1 of the workout's full range")
    symmetry: Part = Field(description="0 to 1: left and right alike")
    score: Score = Field(description="form, 0 to 100")
    cues: str | None = Field(None, max_length=2000, description="what would make it better, by |")


def sets_csv(records: Iterable[SessionRecord], zone: tzinfo | None) -> Iterator[str]:
    """The file `sessions.csv`, a row for each set, piece by piece."""
    yield from _csv(CsvSet, (row for record in records for row in _set_rows(record, zone)))


def repetitions_csv(records: Iterable[SessionRecord]) -> Iterator[str]:
    """The file `repetitions.csv`, a row for each repetition, piece by piece."""
    yield from _csv(CsvRepetition, (row for record in records for row in _rep_rows(record)))


def as_json(records: Iterable[SessionRecord], zone: tzinfo | None) -> Iterator[bytes]:
    """Everything in one JSON file, piece by piece."""
    yield b'{"format":"%s","version":1,"sessions":[' % FORMAT.encode()
    for i, record in enumerate(records):
        sets, reps = list(_set_rows(record, zone)), list(_rep_rows(record))
        one = {"sets": [dict(row) for row in sets], "repetitions": [dict(row) for row in reps]}
        yield (b",\n" if i else b"\n") + orjson.dumps(one)
    yield b"\n]}\n"


def read(files: Sequence[tuple[str, bytes]]) -> list[SessionRecord]:
    """The sessions in exported files: the JSON one, or `sessions.csv`, perhaps with
    `repetitions.csv`.

    Args:
        files: name and content of each.

    Raises:
        RecordsError: a file is none of these; the message says which, where and why.
    """
    sets: list[CsvSet] = []
    reps: list[CsvRepetition] = []
    size = sum(len(content) for _, content in files)
    if size > MAX_FILE_BYTES:
        raise RecordsError(
            f"The files have {size / 2**20:.1f} MB together; {MAX_FILE_BYTES // 2**20} MB can be "
            "imported at a time. Import them in parts, or use python -m hiitpi backup and restore."
        )
    for name, content in files:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise RecordsError(f"{name} is no text (UTF-8).") from None
        if text.lstrip().startswith("{"):
            _read_json(name, text, sets, reps)
        else:
            _read_csv(name, text, sets, reps)
    return _sessions(sets, reps)


def _set_rows(record: SessionRecord, zone: tzinfo | None) -> Iterator[dict[str, Any]]:
    of_session = {
        "session": record.uuid,
        "player": record.player,
        "program": orjson.dumps(record.program.data(), option=orjson.OPT_SORT_KEYS).decode(),
        "started": _iso(record.started, zone),
        "ended": _iso(record.ended if record.ended is not None else record.started, zone),
        "status": record.status,
        "station": record.station,
        "model": record.model,
        "match": record.match or None,
    }
    for one in record.sets:
        values = {"set": one.number}
        rest = [name for name in CsvSet.model_fields if name not in of_session and name != "set"]
        yield {**of_session, **values, **{name: getattr(one, name) for name in rest}}


def _rep_rows(record: SessionRecord) -> Iterator[dict[str, Any]]:
    for rep in record.series:
        names = [n for n in CsvRepetition.model_fields if n not in ("session", "cues")]
        values = {name: getattr(rep, name) for name in names}
        yield {"session": record.uuid, **values, "cues": "|".join(rep.cues)}


def _iso(seconds: float, zone: tzinfo | None) -> str:
    return datetime.fromtimestamp(seconds).astimezone(zone).isoformat(timespec="microseconds")


def _csv(kind: type[BaseModel], rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    names = list(kind.model_fields)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(names)
    yield "\ufeff"  # tells spreadsheets that it is UTF-8
    for row in rows:
        writer.writerow([_guarded(row[name]) for name in names])
        if buffer.tell() > 60_000:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _guarded(value: Any) -> Any:
    if isinstance(value, str) and value.lstrip("'").startswith(FORMULA_PREFIXES):
        return "'" + value
    return value


def _bare(value: str) -> str:
    rest = value.lstrip("'")
    return value[1:] if value.startswith("'") and rest.startswith(FORMULA_PREFIXES) else value


def _read_csv(name: str, text: str, sets: list[CsvSet], reps: list[CsvRepetition]) -> None:
    first = text.partition("\n")[0]
    comma = ";" if first.count(";") > first.count(",") else ","  # as some spreadsheets save it
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=comma, strict=True)
    try:
        heads = set(rows.fieldnames or ())
        kind: type[CsvSet] | type[CsvRepetition]
        if _needed(CsvSet) <= heads:
            kind = CsvSet
        elif _needed(CsvRepetition) <= heads:
            kind = CsvRepetition
        else:
            raise RecordsError(
                f"{name} is no export of HIIT PI: its first line does not name the columns."
            )
        for row in rows:
            plain = {key: _bare(value) for key, value in row.items() if key and value is not None}
            _keep(kind, plain, f"{name}, line {rows.line_num}", sets, reps)
    except csv.Error as error:
        raise RecordsError(f"{name}, line {rows.line_num}: {error}.") from None


def _read_json(name: str, text: str, sets: list[CsvSet], reps: list[CsvRepetition]) -> None:
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise RecordsError(f"{name} is no JSON: {error}.") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT or data.get("version") != 1:
        raise RecordsError(f"{name} is no export that this version of HIIT PI knows.")
    sessions = data.get("sessions")
    for i, one in enumerate(sessions if isinstance(sessions, list) else [], 1):
        for key, kind in (("sets", CsvSet), ("repetitions", CsvRepetition)):
            rows = one.get(key) if isinstance(one, dict) else None
            if not isinstance(rows, list):
                raise RecordsError(f"{name}, session {i}: {key} is no list.")
            for row in rows:
                _keep(kind, row, f"{name}, session {i}", sets, reps)


def _needed(kind: type[BaseModel]) -> set[str]:
    return {name for name, field in kind.model_fields.items() if field.is_required()}


def _keep(
    kind: type[BaseModel], row: Any, where: str, sets: list[CsvSet], reps: list[CsvRepetition]
) -> None:
    try:
        read_ = kind.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        column = ".".join(str(part) for part in first["loc"]) or "row"
        given = "" if isinstance(first["input"], dict) else f" {str(first['input'])[:60]!r}"
        raise RecordsError(f"{where}: {column}{given}: {first['msg']}.") from None
    if isinstance(read_, CsvSet):
        sets.append(read_)
    elif isinstance(read_, CsvRepetition):
        reps.append(read_)


def _sessions(sets: list[CsvSet], reps: list[CsvRepetition]) -> list[SessionRecord]:
    series: dict[UUID, dict[int, Repetition]] = {}
    for rep in reps:
        cues = tuple(rep.cues.split("|")) if rep.cues else ()
        values = rep.model_dump(exclude={"session", "cues"})
        series.setdefault(rep.session, {})[rep.number] = Repetition(**values, cues=cues)
    found: dict[UUID, list[CsvSet]] = {}
    for row in sets:
        found.setdefault(row.session, []).append(row)
    if len(found) > MAX_SESSIONS:
        raise RecordsError(f"There are more than {MAX_SESSIONS} sessions in it.")
    lost = series.keys() - found.keys()
    if lost:
        raise RecordsError(
            f"{len(lost)} sessions have repetitions and no sets: choose sessions.csv and "
            "repetitions.csv together."
        )
    return [_session(rows, series.get(uuid, {})) for uuid, rows in found.items()]


def _session(rows: list[CsvSet], series: dict[int, Repetition]) -> SessionRecord:
    first = rows[0]
    try:
        program = parse(orjson.loads(first.program))
    except (HiitPiError, ValueError, TypeError, KeyError) as error:
        raise RecordsError(f"Session {first.session}: its program is none: {error}") from None
    if first.ended < first.started:
        raise RecordsError(f"Session {first.session} ended before it began.")
    numbers = {row.set for row in rows}
    if len(numbers) < len(rows) or any(rep.set not in numbers for rep in series.values()):
        raise RecordsError(f"Session {first.session}: a set is there twice, or not at all.")
    names = [n for n in SetRecord.__dataclass_fields__ if n != "number"]
    return SessionRecord(
        uuid=str(first.session),
        player=first.player,
        program=program,
        started=first.started.timestamp(),
        ended=first.ended.timestamp(),
        status=first.status,
        station=first.station,
        model=first.model,
        match=first.match or "",
        sets=tuple(
            SetRecord(number=row.set, **{name: getattr(row, name) for name in names})
            for row in sorted(rows, key=lambda row: row.set)
        ),
        series=tuple(series[number] for number in sorted(series)),
    )
