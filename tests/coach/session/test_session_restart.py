"""Sessions that are resumed from their record after a restart of the app."""

import pytest

from hiitpi.coach.messages import Repetition, SetRecord
from hiitpi.coach.session.program import Exercise, Program
from tests.support.coach_athlete import Athlete

HALF_MINUTES = Program("x", (Exercise("squat", work=30, rest=15),), rounds=2)


def test_a_session_resumes_after_a_restart():
    athlete = Athlete(HALF_MINUTES).until("work").run(12)
    record = athlete.session.record()
    resumed = Athlete(HALF_MINUTES, sets=record.sets, series=record.series)
    assert resumed.phase == "work"
    assert resumed.session.reps == record.reps
    assert resumed.session.timer.remaining_s == pytest.approx(18, abs=0.2)
    resumed.run(120)
    assert resumed.session.is_over
    after = resumed.session.record()
    assert [s.seconds for s in after.sets] == pytest.approx([30, 30])
    assert after.series[: record.reps] == record.series
    assert [rep.number for rep in after.series] == list(range(1, after.reps + 1))


def test_a_session_resumes_within_a_rest():
    record = Athlete(HALF_MINUTES).until("rest").session.record()
    resumed = Athlete(HALF_MINUTES, sets=record.sets, series=record.series)
    assert resumed.phase == "rest"
    assert resumed.session.timer.remaining_s == pytest.approx(15, abs=0.1)


def rep(number: int, score: float, set_number: int) -> Repetition:
    """Return a repetition of a set."""
    return Repetition(number, float(number), 1.0, 1.0, 1.0, score, set=set_number)


def test_the_results_before_a_restart_are_kept():
    sets = (
        SetRecord(1, "squat", 1, 0.0, 30.0, 2, 1, 70.0, 2.5),
        SetRecord(2, "squat", 2, 45.0, 12.0, 2, 3, 90.0, 1.5),
    )
    series = rep(1, 70.0, 1), rep(2, 70.0, 1), rep(3, 85.0, 2), rep(4, 90.0, 2)
    session = Athlete(HALF_MINUTES, sets=sets, series=series).session
    assert (session.phase, session.set_number, session.reps) == ("work", 2, 2)
    assert (session.timer.remaining_s, session.timer.total_s) == (18, 57)
    first, second = session.record().sets
    assert first == sets[0]
    assert (second.reps, second.attempts, second.seconds) == (2, 3, 12)
    assert second.score == (85.0 + 90.0) / 2
    assert second.sway == 1.5  # until there are enough new frames


def test_repetitions_after_a_restart_follow_the_earlier_ones():
    sets = (
        SetRecord(1, "squat", 1, 0.0, 30.0, 1, 0, 70.0),
        SetRecord(2, "squat", 2, 45.0, 12.0, 1, 0, 90.0),
    )
    series = rep(1, 70.0, 1), rep(2, 90.0, 2)
    athlete = Athlete(HALF_MINUTES, fps=16, sets=sets, series=series).run(12)
    new = athlete.session.record().series[2:]
    assert athlete.samples[-1].total == 2 + len(new) > 2
    assert (new[0].number, new[0].set) == (3, 2)
    assert all(57 < rep.time <= 57 + 12 for rep in new)
