"""The description of a session for the pages."""

import pytest

from hiitpi.coach.session.device_control import Device
from hiitpi.coach.session.program import Exercise, Program, free, to_reps
from hiitpi.coach.session.snapshot import session_snapshot
from tests.support.coach_athlete import Athlete

TWO = Program("Two", (Exercise("jumping_jacks", 20, rest=10), Exercise("plank", 15)), rounds=2)


def fields(athlete: Athlete, *names: str) -> tuple:
    """Return fields of the snapshot of the athlete's session."""
    snapshot = session_snapshot(athlete.session)
    return tuple(snapshot[name] for name in names)


def test_before_the_start():
    athlete = Athlete(TWO)
    assert fields(athlete, "phase", "ready", "why", "advice") == ("position", False, "", "")
    assert fields(athlete, "uuid", "player", "program", "match") == ("u", "Ada", "Two", "")
    assert fields(athlete, "controller", "claimant") == (Device("tablet", "Ada"), None)
    assert fields(athlete, "sign") == ("one hand above your head, the other one down",)


@pytest.mark.parametrize(("phase", "length"), [("countdown", 3), ("work", 20), ("rest", 10)])
def test_a_phase_has_a_length(phase: str, length: float):
    assert fields(Athlete(TWO).until(phase), "ready", "length") == (True, length)


def test_the_current_set_and_the_next_step():
    athlete = Athlete(TWO).until("work")
    assert fields(athlete, "set", "sets", "round", "rounds") == (1, 4, 1, 2)
    assert fields(athlete, "title", "view", "floor") == ("Jumping Jacks", "front", False)
    assert fields(athlete, "counts", "unit", "timed", "goal") == ("reps", "°", True, None)
    assert fields(athlete, "bands") == ([("closed", None, 45), ("open", 110, None)],)
    assert fields(athlete, "next") == ({"phase": "rest", "title": "Plank", "seconds": 10},)


def test_a_rest_shows_the_next_set():
    athlete = Athlete(TWO).until("rest")
    assert fields(athlete, "set", "sets", "round", "rounds") == (2, 4, 1, 2)
    assert fields(athlete, "title", "view", "floor") == ("Plank", "side", True)
    assert fields(athlete, "counts") == ("seconds",)
    athlete.until("work")
    assert fields(athlete, "next") == ({"phase": "work", "title": "Jumping Jacks", "seconds": 20},)


def test_a_pause_has_a_reason():
    athlete = Athlete(TWO).until("work")
    athlete.session.pause(athlete.time, "gesture")
    assert fields(athlete, "why") == ("Paused by your gesture",)


def test_after_the_end_there_is_no_next_step():
    athlete = Athlete(TWO).run(120)
    assert athlete.session.is_over
    assert fields(athlete, "next", "round", "goal", "set") == (None, None, None, 4)


def test_open_ended_programs():
    names = "goal", "timed", "length", "next", "sets"
    assert fields(Athlete(to_reps("squat", 20)).until("work"), *names) == (20, False, None, None, 1)
    assert fields(Athlete(free("squat")).until("work"), *names) == (None, False, None, None, 1)
    amrap = Program("x", (Exercise("squat", reps=5),), rounds=None, limit=60)
    assert fields(Athlete(amrap), "goal", "timed", "length", "sets") == (5, True, 60, None)
