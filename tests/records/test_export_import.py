"""Export and import of sessions as JSON and CSV."""

import csv
import io
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiitpi.coach.messages import SessionRecord, SetRecord
from hiitpi.coach.session.program import tabata
from hiitpi.errors import RecordsError
from hiitpi.records import export_import as exchange
from hiitpi.records.player_names import clean_name
from hiitpi.records.sessions import Store
from tests.support.session_factory import history, record, rep

BERLIN = ZoneInfo("Europe/Berlin")
NAMES = ["=1+1", "'=1+1", "''", '"a,b"', "a;b", "😀", "שלום עולם", "+49", "-1", "@SUM(A1)", "＝1"]


def as_exported(session: SessionRecord) -> SessionRecord:
    """Return the session as exported: without the device, which is private to the household."""
    return replace(session, device="")


def as_files(records: list[SessionRecord], kind: str) -> list[tuple[str, bytes]]:
    """Return the (name, content) of the files of an export as "json" or "csv"."""
    if kind == "json":
        return [("sessions.json", b"".join(exchange.as_json(records, BERLIN)))]
    sets = "".join(exchange.sets_csv(records, BERLIN)).encode()
    return [
        ("repetitions.csv", "".join(exchange.repetitions_csv(records)).encode()),
        ("sessions.csv", sets),
    ]


def program_session() -> SessionRecord:
    """Return a session of three sets with a correction, a missing score and awkward cues."""
    sets = tuple(
        SetRecord(n, "squat", n, 30.0 * n, 20.0, n, 1, None if n == 2 else 80.5, 1.25, 7 - n, n)
        for n in (1, 2, 3)
    )
    sets = (replace(sets[0], heart_rates=(0, 101, 255, 0), recognised="lunge"), *sets[1:])
    series = (rep(1), replace(rep(2), set=2, cues=()), replace(rep(3), set=2, cues=("a, b", "=c")))
    return record(program=tabata("squat"), sets=sets, series=series)


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_an_export_can_be_imported(kind: str):
    records = [as_exported(program_session()), as_exported(record(status="interrupted", series=()))]
    assert exchange.read(as_files(records, kind)) == records


def test_a_set_of_a_day_with_a_strap_can_be_imported():
    sets = (SetRecord(1, "squat", 1, 0.0, 86400.0, 9, 0, heart_rates=(120,) * 86400),)
    records = [as_exported(record(sets=sets, series=()))]
    for kind in ("json", "csv"):
        assert exchange.read(as_files(records, kind)) == records


@settings(max_examples=40)
@given(
    st.one_of(st.sampled_from(NAMES), st.text(min_size=1, max_size=40)),
    st.text(max_size=20).filter(lambda cue: cue and "|" not in cue and "\x00" not in cue),
)
def test_any_name_and_cue_survive(name: str, cue: str):
    try:
        name = clean_name(name)
        cue.encode()
    except (ValueError, UnicodeEncodeError):
        return
    session = as_exported(record(player=name, series=(replace(rep(1), cues=(cue,)),)))
    for kind in ("json", "csv"):
        assert exchange.read(as_files([session], kind)) == [session]


@pytest.mark.parametrize("name", NAMES)
def test_no_cell_is_a_formula(name: str):
    _, (_, content) = as_files([record(player=name)], "csv")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[0] == list(exchange.CsvSet.model_fields)
    assert not [cell for cell in rows[1] if cell.startswith(exchange.FORMULA_PREFIXES)]
    assert name in rows[1][1]


def test_times_have_a_utc_offset():
    _, (_, content) = as_files([record()], "csv")
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert row["started"] == "2026-11-22T15:59:00.000000+01:00"


def test_csv_with_semicolons_from_a_spreadsheet_is_imported():
    session = as_exported(record(series=()))
    _, (_, content) = as_files([session], "csv")
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    assert exchange.read([("saved.csv", out.getvalue().encode())]) == [session]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ((b"2026-11-22T15:59", b"yesterday"), "line 2: started"),
        ((b",squat,1,0.0,60.0,2,", b",squat,1,0.0,60.0,-2,"), "line 2: reps '-2'"),
        ((b",finished,", b",running,"), "line 2: status 'running'"),
        ((b"+01:00", b""), "line 2: started"),
        ((b"session,", b"other,"), "does not name the columns"),
        ((b'""exercises""', b'""nothing""'), "invalid program"),
        ((b"Ada", b""), "line 2: player"),
        ((b"Ada", b"\xff"), "is not UTF-8 text"),
    ],
)
def test_the_error_for_an_invalid_file_names_line_and_reason(
    change: tuple[bytes, bytes], message: str
):
    _, (name, content) = as_files([record()], "csv")
    assert change[0] in content
    with pytest.raises(RecordsError, match=message) as caught:
        exchange.read([(name, content.replace(*change))])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["{", "{}", '{"format":"hiitpi-sessions","version":2}', "", "a,b\n1,2", '"',
             '{"format":"hiitpi-sessions","version":1,"sessions":[1]}'],
)  # fmt: skip
def test_an_unknown_format_is_refused(text: str):
    with pytest.raises(RecordsError, match="file-x"):
        exchange.read([("file-x", text.encode())])


def test_repetitions_cannot_be_imported_without_sessions():
    with pytest.raises(RecordsError, match="together"):
        exchange.read(as_files([record()], "csv")[:1])


def test_import_skips_existing_sessions_and_restores_deleted_ones(store: Store):
    records = [as_exported(program_session()), as_exported(record(player="Bob"))]
    assert store.import_sessions(records) == (2, 0)
    assert store.import_sessions(records) == (0, 2)
    assert list(store.iter_sessions("Ada")) == [records[0]]
    store.discard(records[0].uuid)
    assert list(store.iter_sessions("Ada")) == []
    assert store.import_sessions(records) == (1, 1)
    assert list(store.iter_sessions("Ada")) == [records[0]]
    assert store.history.days("Ada")[0].reps == records[0].reps


def test_all_sessions_are_exported_in_order(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hiitpi.records.sessions.BATCH_SESSIONS", 3)
    for i in range(8):  # several with the same start time
        store.save(record(started=1.7e9 + i // 4, ended=1.7e9 + 60))
    exported = [session.uuid for session in store.iter_sessions("Ada")]
    assert sorted(exported) == sorted(session.uuid for session in history(store, "Ada"))
    assert len(set(exported)) == 8
