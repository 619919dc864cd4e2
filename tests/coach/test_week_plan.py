"""The plan of a week, from the weeks before."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hiitpi.coach.suggestion import TrainedSet
from hiitpi.coach.week_plan import DAYS, MAX_WORKOUTS, plan_week

TODAY = date(2026, 11, 28)  # a Saturday
KNOWN = ("squat", "push_up", "plank")


def trained(days_ago: int, workout: str = "squat", reps: int = 12) -> TrainedSet:
    """Return a set of some days ago."""
    return TrainedSet(TODAY - timedelta(days=days_ago), workout, reps, 0, None)


def plan(*sets: TrainedSet) -> list[tuple[str, list[str]]]:
    """Return the planned days, with the workouts of each."""
    return [
        (f"{each.day:%a}", [f"{s.goal} {s.workout}" for s in each.workouts])
        for each in plan_week(sets, TODAY, KNOWN)
    ]


def test_the_usual_days_are_planned_and_goals_grow_from_one_to_the_next():
    # Squats on Mondays and Thursdays of the last three weeks.
    sets = [trained(days_ago) for days_ago in (2, 5, 9, 12, 16, 19)]
    assert plan(*sets) == [("Mon", ["13 squat"]), ("Thu", ["14 squat"])]


def test_several_workouts_a_day_take_turns():
    sets = [trained(days_ago, workout) for days_ago in (3, 10) for workout in ("squat", "push_up")]
    assert plan(*sets) == [("Wed", ["13 push_up", "13 squat"])]


def test_a_newcomer_trains_every_other_day():
    assert [day for day, _ in plan()] == ["Sat", "Mon", "Wed", "Fri"]
    assert [day for day, _ in plan(trained(0))] == ["Mon", "Wed", "Fri"]
    assert plan()[0] == ("Sat", ["10 squat"])


SETS = st.builds(trained, st.integers(0, 50), st.sampled_from(KNOWN), st.integers(0, 60))


@given(st.lists(SETS, max_size=30))
def test_a_plan_is_within_its_week_and_never_repeats_a_workout_in_a_day(sets: list[TrainedSet]):
    planned = plan_week(sets, TODAY, KNOWN)
    days = [each.day for each in planned]
    assert days == sorted(set(days))
    assert all(0 <= (day - TODAY).days < DAYS for day in days)
    for each in planned:
        slugs = [s.workout for s in each.workouts]
        assert 1 <= len(slugs) == len(set(slugs)) <= MAX_WORKOUTS
