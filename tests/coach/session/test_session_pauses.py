"""Pauses of a session: by absence, by gesture and by command."""

import pytest

from hiitpi.camera.synthetic.animations import at_ease
from hiitpi.coach.session.program import Exercise, Program, free
from hiitpi.coach.session.session import (
    COUNTDOWN_S,
    PAUSE_AFTER_AWAY_S,
    RESUME_AFTER_BACK_S,
)
from tests.support.coach_athlete import Athlete, hands_up, nobody
from tests.support.ideal_athlete import pose_of

HALF_MINUTES = Program("x", (Exercise("squat", work=30, rest=15),), rounds=2)


def test_leaving_pauses_and_coming_back_resumes():
    athlete = Athlete(HALF_MINUTES).until("work").run(10)
    athlete.act = nobody
    athlete.run(PAUSE_AFTER_AWAY_S + 0.2)
    assert athlete.messages("phase")[-1] == "Paused: come back into the picture"
    left = athlete.session.timer.remaining_s
    assert left == pytest.approx(20, abs=0.2)  # the absence does not count
    athlete.run(60)
    assert (athlete.phase, athlete.session.timer.remaining_s) == ("paused", left)
    athlete.act = None
    athlete.run(RESUME_AFTER_BACK_S - 0.3)
    assert athlete.phase == "paused"
    athlete.run(0.5)
    assert athlete.phase == "countdown"
    athlete.run(COUNTDOWN_S + 0.2)
    assert athlete.phase == "work"
    assert athlete.session.timer.remaining_s == pytest.approx(left, abs=0.5)


@pytest.mark.parametrize(("frames", "phase", "left"), [(48, "work", 17.0), (49, "paused", 20.0)])
def test_an_absence_of_three_seconds_is_taken_back(frames: int, phase: str, left: float):
    athlete = Athlete(HALF_MINUTES, fps=16).until("work").run(10)
    athlete.act = nobody
    athlete.run(frames / 16)
    timer = athlete.session.timer
    assert (athlete.phase, timer.remaining_s) == (phase, left)
    assert timer.total_s == athlete.session.record().seconds == 30 - left


@pytest.mark.parametrize(
    ("program", "frames", "phase"),
    [
        (HALF_MINUTES, 31, "paused"),
        (HALF_MINUTES, 32, "countdown"),
        (free("squat"), 7, "paused"),
        (free("squat"), 8, "work"),
    ],
)
def test_a_session_without_a_time_limit_resumes_sooner(program: Program, frames: int, phase: str):
    """Half a second after the return, instead of two seconds."""
    athlete = Athlete(program, fps=16).until("work").run(5)
    athlete.act = nobody
    athlete.until("paused").run(1)
    athlete.act = None
    athlete.run(frames / 16)
    assert athlete.phase == phase


def test_a_short_appearance_does_not_end_a_pause():
    athlete = Athlete(HALF_MINUTES).until("work").run(5)
    athlete.act = nobody
    athlete.run(5)
    for _ in range(5):
        athlete.act = None
        athlete.run(RESUME_AFTER_BACK_S / 2)
        athlete.act = nobody
        athlete.run(1)
    assert athlete.phase == "paused"


def test_absence_during_a_rest_does_not_pause():
    athlete = Athlete(HALF_MINUTES).until("rest")
    athlete.act = nobody
    athlete.run(14)
    assert athlete.phase == "rest"
    athlete.run(1.5 + PAUSE_AFTER_AWAY_S)
    assert athlete.phase == "paused"


def test_free_training_resumes_soon_after_the_return():
    athlete = Athlete(free("squat")).until("work").run(8)
    reps = athlete.session.reps
    athlete.act = nobody
    athlete.run(10)
    assert athlete.phase == "paused"
    athlete.act = None
    athlete.run(1)
    assert athlete.phase == "work"
    athlete.run(10)
    assert athlete.session.reps > reps


def test_the_gesture_pauses_and_resumes():
    athlete = Athlete(HALF_MINUTES).until("work").run(5)
    athlete.act = hands_up
    athlete.run(2.2)
    assert athlete.phase == "paused"
    athlete.run(10)  # held longer, it is still one gesture
    assert athlete.phase == "paused"
    athlete.act = None
    athlete.run(10)  # only an absence ends when the athlete is in view
    assert athlete.phase == "paused"
    athlete.act = hands_up
    athlete.run(2.2)
    assert athlete.phase == "countdown"


def test_a_gesture_of_a_second_is_ignored():
    athlete = Athlete(HALF_MINUTES).until("work").run(5)
    athlete.act = hands_up
    athlete.run(1)
    athlete.act = None
    athlete.run(1)
    assert athlete.phase == "work"


def test_pauses_do_not_count_as_work():
    athlete = Athlete(HALF_MINUTES).until("work").run(10)
    assert athlete.session.pause(athlete.time)
    assert athlete.session.pause(athlete.time) == []
    athlete.run(30)
    assert athlete.session.record().seconds == pytest.approx(10, abs=0.2)
    athlete.session.resume(athlete.time)
    athlete.run(100)
    assert athlete.session.record().seconds == pytest.approx(60)


def test_a_repetition_is_not_counted_across_a_pause():
    """Down, pause, and up after the pause."""
    athlete = Athlete(free("squat")).until("work")
    while athlete.samples[-1].state != "down":
        athlete.frame()
    reps = athlete.session.reps
    athlete.session.pause(athlete.time)
    athlete.run(2)
    athlete.session.resume(athlete.time)
    athlete.act = lambda a: pose_of(at_ease(0.0))
    athlete.run(5)
    assert (athlete.phase, athlete.session.reps) == ("work", reps)


def test_a_session_without_frames_pauses():
    """The camera is disconnected, so `tick` is called without poses."""
    athlete = Athlete(HALF_MINUTES).until("work").run(5)
    for i in range(100):
        athlete.session.tick(athlete.time + i / 10)
    assert athlete.phase == "paused"


@pytest.mark.parametrize(
    ("reason", "phase"), [("command", "work"), ("gesture", "paused"), ("away", "paused")]
)
def test_the_countdown_continues_without_the_athlete_only_after_a_command(reason: str, phase: str):
    """An athlete who resumes on the page may still be walking into view."""
    athlete = Athlete(HALF_MINUTES).until("work").run(5)
    athlete.session.pause(athlete.time, reason)
    athlete.session.resume(athlete.time)
    athlete.act = nobody
    athlete.run(COUNTDOWN_S + 0.2)
    assert athlete.phase == phase


def test_a_countdown_cancelled_by_an_absence_starts_again_after_the_return():
    athlete = Athlete(HALF_MINUTES).until("work").run(5)
    athlete.session.pause(athlete.time, "gesture")
    athlete.session.resume(athlete.time)
    athlete.act = nobody
    athlete.until("paused")
    assert athlete.session.pause_reason == "away"
    athlete.act = None
    athlete.run(RESUME_AFTER_BACK_S + 0.2)
    assert athlete.phase == "countdown"
