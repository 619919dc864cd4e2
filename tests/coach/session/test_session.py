"""Sessions from framing to the last set, with a simulated athlete and perfect pose detection."""

import pytest

from hiitpi.camera.synthetic.animations import at_ease, pelvis_height
from hiitpi.camera.synthetic.skeleton import ANKLE, Arm, Skeleton, vector
from hiitpi.coach.session.program import Exercise, Program, for_seconds, free, tabata, to_reps
from hiitpi.coach.session.session import (
    COUNTDOWN_S,
    PAUSE_AFTER_AWAY_S,
    RESUME_AFTER_BACK_S,
    WAITING_FOR_OTHERS,
)
from hiitpi.coach.session.snapshot import session_snapshot
from hiitpi.pose.keypoints import Pose
from tests.support.coach_athlete import Athlete
from tests.support.ideal_athlete import pose_of

HALF_MINUTES = Program("x", (Exercise("squat", work=30, rest=15),), rounds=2)


def nobody(_: Athlete) -> None:
    return None


def hands(left: float, right: float) -> Pose:
    foot = 0.12
    return pose_of(
        Skeleton(
            pelvis=vector(0, pelvis_height(foot), 0),
            feet=(vector(foot, ANKLE, 0), vector(-foot, ANKLE, 0)),
            arms=(Arm(left), Arm(right)),
        )
    )


def hands_up(_: Athlete) -> Pose:
    return hands(170, 170)


def too_close(_: Athlete) -> Pose:
    return pose_of(at_ease(0.0, behind=-1.9))


@pytest.mark.parametrize("fps", [8, 15])
def test_a_whole_tabata_is_counted_set_by_set(fps: int):
    athlete = Athlete(tabata("jumping_jacks", "squat"), fps).run(400)
    assert athlete.session.is_over
    assert athlete.samples[-1].reps == athlete.session.reps > 0
    assert athlete.messages("phase") == ["countdown", *["work", "rest"] * 7, "work"]
    record = athlete.session.record(status="finished", ended=1.0)
    assert [s.workout for s in record.sets] == ["jumping_jacks", "squat"] * 4
    assert [s.seconds for s in record.sets] == pytest.approx([20] * 8)
    assert [s.began for s in record.sets] == pytest.approx([30 * i for i in range(8)])
    for s in record.sets:
        assert abs(s.reps - athlete.truth[s.number]) <= 1
    assert [rep.number for rep in record.series] == list(range(1, record.reps + 1))
    assert [s.reps for s in record.sets] == [
        sum(rep.set == s.number for rep in record.series) for s in record.sets
    ]
    times = [rep.time for rep in record.series]
    assert times == sorted(times)
    assert record.pace == pytest.approx(record.reps * 30 / 160, abs=0.06)
    # Framing and countdown are not training.
    assert athlete.time - 100 == pytest.approx(230 + COUNTDOWN_S + 1.2, abs=0.5)


def test_an_emom_rests_for_the_remaining_time():
    athlete = Athlete(Program("EMOM", (Exercise("squat", work=40, reps=8),), rounds=3), fps=8)
    athlete.run(200)
    sets = athlete.session.record().sets
    assert athlete.session.is_over
    assert [s.reps for s in sets] == [8, 8, 8]
    assert [s.began for s in sets] == pytest.approx([0, 40, 80], abs=0.01)
    assert all(20 < s.seconds < 30 for s in sets)


def test_an_amrap_alternates_workouts_until_the_time_limit():
    exercises = Exercise("squat", reps=4), Exercise("push_up", reps=4)
    athlete = Athlete(Program("AMRAP", exercises, rounds=None, limit=70), fps=8).run(200)
    sets = athlete.session.record().sets
    assert athlete.session.is_over
    assert [s.reps for s in sets][:-1] == [4] * (len(sets) - 1)
    assert len(sets) >= 5
    assert sum(s.seconds for s in sets) == pytest.approx(70, abs=0.3)


def test_a_session_ends_at_the_goal_of_repetitions():
    record = Athlete(to_reps("squat", 5)).run(60).session.record()
    assert record.reps == 5


def test_a_session_ends_after_its_seconds():
    record = Athlete(for_seconds("squat", 30)).run(60).session.record()
    assert record.seconds == pytest.approx(30)


def test_free_training_lasts_until_done():
    athlete = Athlete(free("squat")).run(120)
    assert not athlete.session.is_over
    assert athlete.samples[-1].left is None
    assert athlete.session.record().seconds == pytest.approx(115.6, abs=0.5)


# Framing and countdown


def test_nothing_counts_before_go():
    athlete = Athlete(tabata("jumping_jacks"))
    athlete.act = lambda a: pose_of(_jack(a.time))
    while athlete.phase != "work":
        athlete.frame()
        assert athlete.samples[-1].reps == 0
    assert athlete.session.record().series == ()
    assert athlete.messages("rep", "attempt") == []


def _jack(time: float) -> Skeleton:
    from hiitpi.camera.synthetic.animations import ANIMATIONS

    return ANIMATIONS["jumping_jacks"].pose(time % 1.25 / 1.25, 1.0, 1.0)


def test_an_athlete_too_close_gets_advice_and_the_start_waits():
    athlete = Athlete(tabata("squat"))
    athlete.act = too_close
    athlete.run(30)
    assert athlete.phase == "position"
    assert athlete.messages("advice") == ["Step back: I can’t see your feet"]
    assert session_snapshot(athlete.session)["advice"] == "Step back: I can’t see your feet"
    athlete.act = None
    athlete.run(1.6)
    assert athlete.phase == "countdown"
    assert athlete.messages("advice")[-1] == "advice"  # empty resumed


def test_go_starts_despite_bad_framing():
    athlete = Athlete(tabata("squat"))
    athlete.act = too_close
    athlete.run(2)
    athlete.events += athlete.session.go(athlete.time)
    athlete.run(COUNTDOWN_S + 0.2)
    assert athlete.phase == "work"
    assert athlete.session.go(athlete.time) == []


def test_leaving_cancels_the_countdown():
    athlete = Athlete(tabata("squat")).until("countdown").run(0.5)
    athlete.act = nobody
    athlete.run(5)
    assert athlete.phase == "position"
    assert not athlete.session.has_started


# Pauses


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
    athlete.run(10)  # held on, it is one gesture
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


# Resuming, and progress


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


def test_samples_have_the_progress_of_the_session():
    athlete = Athlete(HALF_MINUTES).until("rest")
    phases = [sample.phase for sample in athlete.samples]
    assert sorted(set(phases), key=phases.index) == ["position", "countdown", "work", "rest"]
    for sample in athlete.samples:
        assert sample.left is None or 0 <= sample.left <= 30
        assert sample.total == athlete.session.reps or sample.phase != "rest"
    assert athlete.samples[-1].reps == athlete.session.reps  # in the rest, of the set before


def test_the_snapshot_has_the_next_step():
    athlete = Athlete(tabata("squat", "plank")).until("work")
    snapshot = session_snapshot(athlete.session)
    assert (snapshot["title"], snapshot["round"], snapshot["rounds"], snapshot["sets"]) == (
        "Squats",
        1,
        4,
        8,
    )
    assert snapshot["next"] == {"phase": "rest", "title": "Plank", "seconds": 10}
    athlete.until("rest")
    assert session_snapshot(athlete.session)["title"] == "Plank"
    assert session_snapshot(athlete.session)["view"] == "side"


def test_a_head_to_head_starts_only_by_go():
    athlete = Athlete(HALF_MINUTES, match="m").run(20)
    assert athlete.phase == "position"
    assert session_snapshot(athlete.session)["ready"]
    assert (
        athlete.messages("advice")[-1]
        == session_snapshot(athlete.session)["advice"]
        == WAITING_FOR_OTHERS
    )
    athlete.events += athlete.session.go(athlete.time)
    athlete.until("work", timeout_s=COUNTDOWN_S + 1)
    athlete.run(200)
    assert athlete.session.is_over
    assert athlete.session.record().match == "m"


def test_a_head_to_head_gives_advice_on_framing():
    athlete = Athlete(HALF_MINUTES, match="m")
    athlete.act = too_close
    athlete.run(5)
    assert not session_snapshot(athlete.session)["ready"]
    assert "Step back" in session_snapshot(athlete.session)["advice"]


@pytest.mark.parametrize("act", [hands_up, nobody])
def test_a_head_to_head_does_not_pause(act):
    athlete = Athlete(HALF_MINUTES, match="m").run(2)
    athlete.session.go(athlete.time)
    athlete.until("work")
    athlete.act = act
    athlete.run(10)
    assert athlete.phase == "work"
    assert athlete.session.pause(athlete.time) == []
    assert athlete.session.timer.remaining_s == pytest.approx(20, abs=0.2)
