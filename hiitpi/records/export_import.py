"""Exports a player's data as JSON, or as CSV for spreadsheets, and parses such files.

Pure: `Store` reads and writes the sessions. Times are ISO 8601 with their time zone.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final
from uuid import UUID

import orjson
from pydantic import BaseModel, ValidationError

from hiitpi.coach.messages import Repetition, SessionRecord, SetRecord
from hiitpi.coach.session.program import parse
from hiitpi.errors import HiitPiError, RecordsError
from hiitpi.records.export_columns import CsvRepetition, CsvSet

#: Maximum total size of an import's files, and maximum number of sessions in them: about ten years
#: of training. Parsing takes about twenty times the size in memory, and a Pi has little.
MAX_FILE_BYTES, MAX_SESSIONS = 8 * 2**20, 50_000

FORMAT: Final = "hiitpi-sessions"

#: CSV is yielded in chunks of at least this many characters.
CSV_CHUNK_CHARS: Final = 60_000

#: Prefixes that a spreadsheet interprets as a formula. Texts with such a prefix are exported with
#: a leading apostrophe (OWASP, "CSV Injection"), which the import removes.
FORMULA_PREFIXES: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def sets_csv(records: Iterable[SessionRecord], zone: tzinfo | None) -> Iterator[str]:
    """Yield `sessions.csv`, one row per set, in chunks.

    Args:
        records: sessions to export.
        zone: time zone of the exported times; None for this machine's.
    """
    yield from _csv(CsvSet, (row for record in records for row in _set_rows(record, zone)))


def repetitions_csv(records: Iterable[SessionRecord]) -> Iterator[str]:
    """Yield `repetitions.csv`, one row per repetition, in chunks."""
    yield from _csv(CsvRepetition, (row for record in records for row in _rep_rows(record)))


def as_json(records: Iterable[SessionRecord], zone: tzinfo | None) -> Iterator[bytes]:
    """Yield one JSON file with the sets and repetitions of each session, in chunks.

    Args:
        records: sessions to export.
        zone: time zone of the exported times; None for this machine's.
    """
    yield b'{"format":"%s","version":1,"sessions":[' % FORMAT.encode()
    for i, record in enumerate(records):
        sets, reps = list(_set_rows(record, zone)), list(_rep_rows(record))
        session = {"sets": [dict(row) for row in sets], "repetitions": [dict(row) for row in reps]}
        yield (b",\n" if i else b"\n") + orjson.dumps(session)
    yield b"\n]}\n"


def read(files: Sequence[tuple[str, bytes]]) -> list[SessionRecord]:
    """Parse exported files: the JSON file, or `sessions.csv`, optionally with `repetitions.csv`.

    Args:
        files: name and content of each file.

    Returns:
        The sessions, with the repetitions if the files contain them.

    Raises:
        RecordsError: a file is not a valid export; the message says which, where and why.
    """
    sets: list[CsvSet] = []
    reps: list[CsvRepetition] = []
    size = sum(len(content) for _, content in files)
    if size > MAX_FILE_BYTES:
        raise RecordsError(
            f"The files are {size / 2**20:.1f} MB together; at most {MAX_FILE_BYTES // 2**20} MB "
            "can be imported at a time. Import them in parts, or use python -m hiitpi backup and "
            "restore."
        )
    for name, content in files:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise RecordsError(f"{name} is not UTF-8 text.") from None
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
    set_fields = [name for name in CsvSet.model_fields if name not in of_session and name != "set"]
    for set_record in record.sets:
        values = {name: getattr(set_record, name) for name in set_fields}
        values["heart_rates"] = " ".join(map(str, set_record.heart_rates)) or None
        yield {**of_session, "set": set_record.number, **values}


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
    yield "\ufeff"  # byte order mark: makes spreadsheets read the file as UTF-8
    for row in rows:
        writer.writerow([_escape_formula(row[name]) for name in names])
        if buffer.tell() > CSV_CHUNK_CHARS:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _escape_formula(value: Any) -> Any:
    """Add the apostrophe that keeps a spreadsheet from interpreting a text as a formula."""
    if isinstance(value, str) and value.lstrip("'").startswith(FORMULA_PREFIXES):
        return "'" + value
    return value


def _unescape_formula(value: str) -> str:
    """Remove the apostrophe that `_escape_formula` has added."""
    rest = value.lstrip("'")
    return value[1:] if value.startswith("'") and rest.startswith(FORMULA_PREFIXES) else value


def _read_csv(name: str, text: str, sets: list[CsvSet], reps: list[CsvRepetition]) -> None:
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","  # some spreadsheets save ";"
    csv.field_size_limit(MAX_FILE_BYTES)  # a set of many hours has many heart rates
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = set(rows.fieldnames or ())
        kind: type[CsvSet] | type[CsvRepetition]
        if _required_fields(CsvSet) <= columns:
            kind = CsvSet
        elif _required_fields(CsvRepetition) <= columns:
            kind = CsvRepetition
        else:
            raise RecordsError(
                f"{name} is not an export of HIIT PI: its first line does not name the columns."
            )
        for row in rows:
            cells = ((key, value) for key, value in row.items() if key and value is not None)
            values = {key: _unescape_formula(value) for key, value in cells}
            _add_row(kind, values, f"{name}, line {rows.line_num}", sets, reps)
    except csv.Error as error:
        raise RecordsError(f"{name}, line {rows.line_num}: {error}.") from None


def _read_json(name: str, text: str, sets: list[CsvSet], reps: list[CsvRepetition]) -> None:
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise RecordsError(f"{name} is not valid JSON: {error}.") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT or data.get("version") != 1:
        raise RecordsError(f"{name} is not an export that this version of HIIT PI can read.")
    sessions = data.get("sessions")
    for i, session in enumerate(sessions if isinstance(sessions, list) else [], 1):
        for key, kind in (("sets", CsvSet), ("repetitions", CsvRepetition)):
            rows = session.get(key) if isinstance(session, dict) else None
            if not isinstance(rows, list):
                raise RecordsError(f"{name}, session {i}: {key} is not a list.")
            for row in rows:
                _add_row(kind, row, f"{name}, session {i}", sets, reps)


def _required_fields(kind: type[BaseModel]) -> set[str]:
    return {name for name, field in kind.model_fields.items() if field.is_required()}


def _add_row(
    kind: type[BaseModel], row: Any, where: str, sets: list[CsvSet], reps: list[CsvRepetition]
) -> None:
    """Validate a row with the model `kind`, and append it to `sets` or `reps`.

    `where` is the file and line, for the error message.

    Raises:
        RecordsError: the row is not valid.
    """
    try:
        parsed = kind.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        column = ".".join(str(part) for part in first["loc"]) or "row"
        value = "" if isinstance(first["input"], dict) else f" {str(first['input'])[:60]!r}"
        raise RecordsError(f"{where}: {column}{value}: {first['msg']}.") from None
    if isinstance(parsed, CsvSet):
        sets.append(parsed)
    elif isinstance(parsed, CsvRepetition):
        reps.append(parsed)


def _sessions(sets: list[CsvSet], reps: list[CsvRepetition]) -> list[SessionRecord]:
    """Group the rows into sessions."""
    series: dict[UUID, dict[int, Repetition]] = {}
    for rep in reps:
        cues = tuple(rep.cues.split("|")) if rep.cues else ()
        values = rep.model_dump(exclude={"session", "cues"})
        series.setdefault(rep.session, {})[rep.number] = Repetition(**values, cues=cues)
    sets_by_session: dict[UUID, list[CsvSet]] = {}
    for row in sets:
        sets_by_session.setdefault(row.session, []).append(row)
    if len(sets_by_session) > MAX_SESSIONS:
        raise RecordsError(f"The files contain more than {MAX_SESSIONS} sessions.")
    without_sets = series.keys() - sets_by_session.keys()
    if without_sets:
        raise RecordsError(
            f"Sessions with repetitions but no sets: {len(without_sets)}. Choose sessions.csv and "
            "repetitions.csv together."
        )
    return [_session(rows, series.get(uuid, {})) for uuid, rows in sets_by_session.items()]


def _session(rows: list[CsvSet], series: dict[int, Repetition]) -> SessionRecord:
    first = rows[0]
    try:
        program = parse(orjson.loads(first.program))
    except (HiitPiError, ValueError, TypeError, KeyError) as error:
        raise RecordsError(f"Session {first.session}: invalid program: {error}") from None
    if first.ended < first.started:
        raise RecordsError(f"Session {first.session} ends before it starts.")
    numbers = {row.set for row in rows}
    if len(numbers) < len(rows) or any(rep.set not in numbers for rep in series.values()):
        raise RecordsError(f"Session {first.session}: a set is duplicated or missing.")
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
