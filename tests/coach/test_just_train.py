"""Sessions in which the workouts are recognised, with a simulated athlete."""

import pytest

from hiitpi.camera.synthetic.animations import ANIMATIONS
from hiitpi.camera.synthetic.schedule import RepSchedule
from hiitpi.coach.recogniser import Recogniser
from hiitpi.coach.rules.any_workout import ANY
from hiitpi.coach.session.program import just_train
from hiitpi.coach.session.snapshot import session_snapshot
from tests.support.coach_athlete import Act, Athlete, nobody
from tests.support.ideal_athlete import LIBRARY, performance, pose_of

STANDING = pose_of(ANIMATIONS["squat"].pose(0.0, 1.0, 1.0))

#: Workouts whose drawn athlete moves as that of another one: a crunch is the beginning of a sit-up.
DRAWN_ALIKE = {"crunch": {"crunch", "sit_up"}}


def doing(slug: str, athlete: Athlete) -> Act:
    """Return what does a workout from now on."""
    schedule, began = RepSchedule(ANIMATIONS[slug]), athlete.time

    def act(athlete: Athlete):
        phase = schedule.at(athlete.time - began).phase
        return pose_of(ANIMATIONS[slug].pose(phase, 1.0, 1.0))

    return act


def standing(_: Athlete):
    """Stand still."""
    return STANDING


@pytest.fixture
def athlete() -> Athlete:
    """Return an athlete at the first Go."""
    athlete = Athlete(just_train(), fps=10)
    athlete.act = standing
    return athlete.until("work")


def do(athlete: Athlete, slug: str, seconds: float) -> Athlete:
    """Do a workout."""
    athlete.act = doing(slug, athlete)
    return athlete.run(seconds)


@pytest.mark.parametrize("workout", LIBRARY, ids=lambda workout: workout.slug)
def test_every_shipped_workout_is_recognised(workout):
    recogniser = Recogniser(LIBRARY)
    for time, pose, _ in performance(workout.slug, 30):
        slug = recogniser.update(pose, time)
        if slug:
            break
    assert slug in DRAWN_ALIKE.get(workout.slug, {workout.slug})
    assert time < 14


def test_the_first_repetitions_count_too(athlete: Athlete):
    before = session_snapshot(athlete.session)
    assert (before["title"], before["recognised"], before["set"]) == ("Just train", False, 0)
    athlete.run(3)
    do(athlete, "squat", 30)
    schedule = RepSchedule(ANIMATIONS["squat"])
    schedule.at(30)
    (squats,) = athlete.session.record().sets
    assert (squats.workout, squats.recognised, squats.number) == ("squat", "squat", 1)
    assert abs(squats.reps - schedule.done) <= 1
    assert squats.score
    # It began after some seconds of standing; its last repetition has not ended yet.
    assert 3 < squats.began < 6.5
    assert 20 < squats.seconds < 30
    series = athlete.session.record().series
    assert [rep.number for rep in series] == list(range(1, squats.reps + 1))
    times = [rep.time for rep in series]
    assert times == sorted(times)
    assert squats.began <= times[0] < 10
    after = session_snapshot(athlete.session)
    assert (after["title"], after["recognised"], after["set"]) == ("Squats", True, 1)
    assert athlete.samples[-1].reps == squats.reps == athlete.session.reps


def test_another_workout_begins_a_new_set(athlete: Athlete):
    do(athlete, "squat", 20)
    do(athlete, "jumping_jacks", 20)
    first, second = athlete.session.record().sets
    assert [first.workout, second.workout] == ["squat", "jumping_jacks"]
    assert first.began + first.seconds <= second.began
    assert 19 < second.began < 23
    assert second.reps >= 12
    assert {rep.set for rep in athlete.session.record().series} == {1, 2}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("squat", "burpee"),
        ("squat", "squat_jump"),
        ("lunge", "jumping_lunge"),
        ("plank", "push_up"),
    ],
)
def test_one_that_is_much_alike_begins_a_new_set_a_little_late(
    athlete: Athlete, first: str, second: str
):
    do(athlete, first, 20)
    do(athlete, second, 40)
    assert [s.workout for s in athlete.session.record().sets][:2] == [first, second]


def test_a_rest_lets_nothing_of_the_next_workout_be_lost(athlete: Athlete):
    do(athlete, "jumping_jacks", 20)
    athlete.act = standing
    athlete.run(3)
    do(athlete, "burpee", 30)
    sets = athlete.session.record().sets
    assert [s.workout for s in sets] == ["jumping_jacks", "burpee"]
    schedule = RepSchedule(ANIMATIONS["burpee"])
    schedule.at(30)
    assert abs(sets[1].reps - schedule.done) <= 1


def test_a_single_squat_long_ago_has_no_say(athlete: Athlete):
    do(athlete, "squat", 4.5)
    athlete.act = standing
    athlete.run(60)
    do(athlete, "squat", 20)
    (only,) = athlete.session.record().sets
    assert only.seconds < 21
    assert only.began > 60


def test_attempts_keep_a_set_alive(athlete: Athlete):
    do(athlete, "squat", 15)
    schedule, began = RepSchedule(ANIMATIONS["squat"], form="half"), athlete.time

    def half(athlete: Athlete):
        phase = schedule.at(athlete.time - began).phase
        return pose_of(ANIMATIONS["squat"].pose(phase, *schedule.effort))

    athlete.act = half
    athlete.run(30)
    late = [e for e in athlete.events if e.kind == "attempt" and e.time > athlete.time - 10]
    assert late


def test_a_rest_begins_a_new_set_of_the_same(athlete: Athlete):
    do(athlete, "squat", 20)
    athlete.act = standing
    athlete.run(12)
    assert athlete.session.workout.slug == "squat"  # its numbers stay on the screen
    do(athlete, "squat", 20)
    first, second = athlete.session.record().sets
    assert [first.workout, second.workout] == ["squat", "squat"]
    assert first.seconds < 21
    assert second.began > 30
    assert abs(first.reps - second.reps) <= 1


def test_a_short_rest_does_not(athlete: Athlete):
    do(athlete, "squat", 15)
    athlete.act = standing
    athlete.run(5)
    do(athlete, "squat", 15)
    (only,) = athlete.session.record().sets
    assert only.reps >= 8


def test_a_pause_keeps_the_set(athlete: Athlete):
    do(athlete, "squat", 15)
    athlete.act = nobody
    athlete.run(4)
    assert athlete.phase == "paused"
    athlete.act = standing
    athlete.until("work")
    do(athlete, "squat", 15)
    (only,) = athlete.session.record().sets
    assert only.reps >= 8


def test_standing_is_nothing(athlete: Athlete):
    athlete.run(60)
    assert not athlete.session.has_started
    assert athlete.session.record().sets == ()
    assert athlete.session.workout.slug == ANY


def test_it_resumes_after_a_restart_with_a_new_set(athlete: Athlete):
    do(athlete, "squat", 20)
    record = athlete.session.record()
    resumed = Athlete(just_train(), fps=10, sets=record.sets, series=record.series)
    assert resumed.phase == "work"
    do(resumed, "jumping_jacks", 15)
    first, second = resumed.session.record().sets
    assert first == record.sets[0]
    assert (second.workout, second.number) == ("jumping_jacks", 2)
    assert second.began >= first.began + first.seconds
