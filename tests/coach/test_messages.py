"""The results of a session, added up over its sets."""

from dataclasses import replace

import pytest

from hiitpi.coach.messages import SessionRecord, SetRecord
from hiitpi.coach.session.program import free

EMPTY = SessionRecord("u", "Ada", free("squat"), 0.0, None, "active", "home", "ideal")


def session(*sets: dict) -> SessionRecord:
    """Return a session whose sets are 20 s of squats without repetitions, with these changes."""
    plain = SetRecord(1, "squat", 1, 0.0, 20.0, 0, 0)
    return replace(EMPTY, sets=tuple(replace(plain, **changes) for changes in sets))


def test_a_session_without_sets():
    assert (EMPTY.reps, EMPTY.attempts, EMPTY.seconds, EMPTY.pace) == (0, 0, 0, 0.0)
    assert (EMPTY.score, EMPTY.sway, EMPTY.workouts) == (None, None, ())


def test_corrections_count_instead_of_the_cameras_count():
    record = session({"reps": 8, "attempts": 1}, {"reps": 5, "corrected": 7, "attempts": 2})
    assert [s.counted for s in record.sets] == [8, 7]
    assert (record.reps, record.attempts, record.seconds) == (15, 3, 40.0)
    assert session({"reps": 5, "corrected": 0}).reps == 0


@pytest.mark.parametrize(
    ("sets", "pace"),
    [
        ([{"reps": 8}, {"reps": 7, "seconds": 10.0}], 15.0),
        ([{"reps": 8, "seconds": 23.0}], 10.4),  # 10.43
        ([{"reps": 8, "seconds": 0.5}], 480.0),
        ([{"reps": 8, "seconds": 0.0}], 0.0),
    ],
)
def test_the_pace_is_in_repetitions_per_30_s(sets: list[dict], pace: float):
    assert session(*sets).pace == pace


@pytest.mark.parametrize(
    ("sets", "score"),
    [
        ([{"reps": 3, "score": 80.0}, {"reps": 1, "score": 100.0}, {}], 85.0),
        ([{"reps": 2, "score": 80.0}, {"reps": 1, "score": 90.0}], 83.3),
        ([{}, {}], None),
    ],
)
def test_the_score_is_the_mean_of_all_repetitions(sets: list[dict], score: float | None):
    assert session(*sets).score == score


def test_the_sway_is_the_mean_of_the_sets_that_have_one():
    assert session({"sway": 2.0}, {}, {"sway": 3.5}, {"sway": 3.0}).sway == 2.8  # 2.83
    assert session({}, {}).sway is None


def test_workouts_have_no_duplicates():
    record = session({"workout": "squat"}, {"workout": "plank"}, {"workout": "squat"})
    assert record.workouts == ("squat", "plank")
