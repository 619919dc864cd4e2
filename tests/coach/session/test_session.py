"""Sessions from framing to the last set, with a simulated athlete and perfect pose detection."""

import pytest

from hiitpi.camera.synthetic.animations import ANIMATIONS
from hiitpi.camera.synthetic.skeleton import Skeleton
from hiitpi.coach.session.device_control import CLAIM_TIMEOUT_S, Device
from hiitpi.coach.session.program import Exercise, Program, for_seconds, free, tabata, to_reps
from hiitpi.coach.session.session import COUNTDOWN_S, WAITING_FOR_OTHERS
from hiitpi.coach.session.snapshot import session_snapshot
from tests.support.coach_athlete import Athlete, hands_up, nobody, too_close
from tests.support.ideal_athlete import pose_of

HALF_MINUTES = Program("x", (Exercise("squat", work=30, rest=15),), rounds=2)


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
    assert athlete.messages("advice")[-1] == "advice"  # the advice is empty again


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


@pytest.mark.parametrize(("frames", "phase"), [(16, "countdown"), (17, "position")])
def test_an_absence_of_more_than_a_second_cancels_the_countdown(frames: int, phase: str):
    athlete = Athlete(HALF_MINUTES, fps=16).until("countdown")
    athlete.act = nobody
    athlete.run(frames / 16)
    assert athlete.phase == phase


def test_the_countdown_takes_three_seconds():
    athlete = Athlete(HALF_MINUTES, fps=16).until("work")
    left = [sample.left for sample in athlete.samples if sample.phase == "countdown"]
    assert left == [round(3 - frame / 16, 2) for frame in range(3 * 16)]


@pytest.mark.parametrize(("seconds", "abandoned"), [(600.0, False), (600.5, True)])
def test_a_session_that_waits_for_more_than_ten_minutes_is_abandoned(
    seconds: float, abandoned: bool
):
    session = Athlete(HALF_MINUTES).session
    session.tick(100.0 + seconds)
    assert (session.phase, session.is_abandoned) == ("position", abandoned)
    athlete = Athlete(HALF_MINUTES).until("work").run(5)
    athlete.session.pause(athlete.time)
    athlete.session.tick(athlete.time + seconds)
    assert (athlete.phase, athlete.session.is_abandoned) == ("paused", abandoned)


def test_a_long_training_is_not_abandoned():
    athlete = Athlete(free("squat"), fps=2).run(700)
    assert (athlete.phase, athlete.session.is_abandoned) == ("work", False)


# Progress


def test_a_sample_has_the_time_spent_and_left():
    athlete = Athlete(HALF_MINUTES, fps=16)
    athlete.frame()
    assert (athlete.samples[-1].phase, athlete.samples[-1].left) == ("position", None)
    athlete.until("work").run(33 / 16)
    assert (athlete.samples[-1].left, athlete.samples[-1].spent) == (27.94, 2.06)
    assert athlete.session.record().sets[0].seconds == 2.06
    athlete.until("rest").run(2)
    assert (athlete.samples[-1].left, athlete.samples[-1].spent) == (13.0, 2.0)


def test_repetitions_have_the_time_of_the_session_and_a_number_in_their_set():
    athlete = Athlete(HALF_MINUTES, fps=8).run(100)
    series = athlete.session.record().series
    assert {rep.set for rep in series} == {1, 2}
    for rep in series:
        assert 0 < rep.time - 45 * (rep.set - 1) <= 30
    events = [event for event in athlete.events if event.rep]
    assert [event.rep for event in events] == list(series)
    numbers = [range(1, s.reps + 1) for s in athlete.session.record().sets]
    assert [event.count for event in events] == [*numbers[0], *numbers[1]]


def test_samples_have_the_progress_of_the_session():
    athlete = Athlete(HALF_MINUTES).until("rest")
    phases = [sample.phase for sample in athlete.samples]
    assert sorted(set(phases), key=phases.index) == ["position", "countdown", "work", "rest"]
    for sample in athlete.samples:
        assert sample.left is None or 0 <= sample.left <= 30
        assert sample.total == athlete.session.reps or sample.phase != "rest"
    assert athlete.samples[-1].reps == athlete.session.reps  # in the rest, of the set before


def test_after_the_end_the_last_set_is_shown():
    athlete = Athlete(Program("x", (Exercise("squat", 10), Exercise("plank", 10)))).run(40)
    session = athlete.session
    assert (session.is_over, session.is_abandoned) == (True, False)
    assert (session.workout.slug, session.set_number) == ("plank", 2)


def test_a_claim_of_control_is_granted_while_the_session_runs():
    athlete = Athlete(free("squat")).until("work")
    athlete.session.control.claim(Device("phone", "Bob"), athlete.time)
    assert athlete.session.record().device == "tablet"
    athlete.run(CLAIM_TIMEOUT_S + 0.2)
    assert athlete.messages("control") == ["control"]
    assert athlete.session.record().device == "phone"


def test_the_start_is_corrected_when_the_clock_was_set():
    session = Athlete(free("squat")).session
    session.shift_start(12.5)
    assert session.record().started == 12.5


# Head-to-heads


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
