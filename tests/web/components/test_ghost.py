"""The ghost's address, on a real database and real files."""

from dataclasses import replace

from flask import Flask

from hiitpi.coach.messages import SCORING_VERSION, SessionRecord, SetRecord
from hiitpi.coach.session.program import free
from hiitpi.records.replays import Replay
from tests.support.session_factory import record

#: A warm-up of five seconds, then the set that the tests ask for.
SETS = (
    SetRecord(1, "plank", 1, 0.0, 5.0, 5, 0, scoring=SCORING_VERSION),
    SetRecord(2, "squat", 1, 5.0, 10.0, 3, 0, scoring=SCORING_VERSION),
)
HEADER = {
    "times": [1.0, 4.9, 5.0, 5.1, 15.0, 15.1],
    "signal": [9.0, 9.0, 0.1, None, 0.3, 9.0],
    "reps": [{"set": 1, "time": 2.0}, {"set": 2, "time": 6.5}, {"set": 2, "time": 8.25}],
}


def trained(app: Flask, reps: int, kept: bool = True, **changes: object) -> SessionRecord:
    """Store a session with so many squats, and its movements if they were kept."""
    services = app.extensions["hiitpi"]
    sets = (SETS[0], replace(SETS[1], reps=reps))
    session = record(sets=sets, **changes)
    services.store.save(session)
    if kept:
        services.replays.write(session.uuid, Replay(HEADER, b"", b""))
    return session


def test_it_is_the_best_set_whose_movement_was_kept(app: Flask):
    trained(app, 20, kept=False)
    trained(app, 19, program=replace(free("squat"), strictness="gentle"))
    trained(app, 18, player="Bob")
    trained(app, 12)
    trained(app, 9)
    assert app.test_client().get("/ghost?player=Ada&workout=squat").json == {
        "reps": 12,
        "times": [0.0, 0.1, 10.0],
        "signal": [0.1, None, 0.3],
        "counted": [1.5, 3.25],
    }


def test_a_damaged_file_is_passed_over(app: Flask):
    trained(app, 12)
    path = app.extensions["hiitpi"].replays.path(trained(app, 13).uuid)
    path.write_bytes(b"not gzip")
    assert app.test_client().get("/ghost?player=Ada&workout=squat").json["reps"] == 12


def test_there_is_none_without_such_a_set(app: Flask):
    trained(app, 12)
    for query in ("", "?player=Ada", "?player=Eve&workout=squat", "?player=Ada&workout=burpee"):
        response = app.test_client().get(f"/ghost{query}")
        assert (response.status_code, response.data) == (204, b"")
