"""What a player has achieved on made-up days."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hiitpi.records.achievements import (
    STREAKS,
    WorkoutDay,
    achievements,
    next_totals,
    reached_by,
)

MONDAY = date(2026, 6, 1)
HOLDS = {"plank"}


def did(day: int, reps: int, workout: str = "squat", flawless: int = 0) -> WorkoutDay:
    """Return what was done some days after the first of June."""
    return WorkoutDay(MONDAY + timedelta(days=day), workout, reps, flawless)


def achieved(*days: WorkoutDay) -> list[tuple[str, int, int, str]]:
    """Return kind, amount, days since the first of June and workout of each achievement."""
    return [
        (each.kind, each.amount, (each.day - MONDAY).days, each.workout)
        for each in achievements(days, HOLDS)
    ]


def test_totals_are_reached_on_the_day_that_completes_them():
    assert achieved(did(9, 901), did(0, 99), did(4, 1), did(5, 0)) == [
        ("first", 0, 0, ""),
        ("total", 100, 4, "squat"),
        ("total", 1000, 9, "squat"),
    ]


def test_the_totals_of_a_hold_are_minutes():
    assert ("total", 600, 3, "plank") in achieved(did(0, 599, "plank"), did(3, 1, "plank"))


def test_a_full_set_counts_once_and_a_hold_needs_thirty_seconds():
    days = [did(0, 12, flawless=9), did(1, 12, flawless=10), did(2, 12, flawless=12),
            did(3, 29, "plank", 29), did(4, 30, "plank", 30)]  # fmt: skip
    full = [each for each in achieved(*days) if each[0] == "full"]
    assert full == [("full", 0, 1, "squat"), ("full", 0, 4, "plank")]


def test_a_month_of_mondays_needs_every_one():
    mondays = [did(day, 5) for day in (0, 7, 14, 21, 28)]
    assert ("month", 0, 28, "") in achieved(*mondays)
    for missing in range(5):
        days = mondays[:missing] + mondays[missing + 1 :]
        assert not [each for each in achieved(*days) if each[0] == "month"]


def test_a_streak_forgives_a_day_of_rest_but_not_two():
    every_other_day = [did(2 * day, 5) for day in range(7)]
    assert ("streak", 7, 12, "") in achieved(*every_other_day)
    every_third_day = [did(3 * day, 5) for day in range(9)]
    assert not [each for each in achieved(*every_third_day) if each[0] == "streak"]


def test_different_workouts():
    assert ("variety", 5, 4, "") in achieved(*(did(day, 5, f"w{day}") for day in range(5)))


def test_what_a_session_has_achieved_is_what_was_not_before():
    before, now = [did(0, 99)], [did(0, 99), did(1, 20, flawless=20)]
    new = reached_by(achievements(now, HOLDS), achievements(before, HOLDS))
    assert [(each.kind, each.amount) for each in new] == [("total", 100), ("full", 0)]


def test_the_nearest_total_comes_next():
    days = [did(0, 150), did(0, 90, "lunge"), did(1, 300, "plank")]
    assert next_totals(days, HOLDS) == [
        ("lunge", 90, 100), ("plank", 300, 600), ("squat", 150, 1000),
    ]  # fmt: skip


WORKOUT_DAYS = st.builds(
    did,
    st.integers(0, 90),
    st.integers(0, 400),
    st.sampled_from(["squat", "lunge", "plank"]),
    st.integers(0, 40),
)


@given(st.lists(WORKOUT_DAYS, max_size=40), WORKOUT_DAYS)
def test_more_training_never_takes_anything_away(days: list[WorkoutDay], more: WorkoutDay):
    keys = {each.key for each in achievements(days, HOLDS)}
    with_more = achievements([*days, more], HOLDS)
    assert keys <= {each.key for each in with_more}
    assert len({each.key for each in with_more}) == len(with_more)
    assert tuple(sorted(STREAKS)) == STREAKS
