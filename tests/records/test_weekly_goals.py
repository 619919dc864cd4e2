"""Goals that fit the last weeks."""

from datetime import date

import pytest

from hiitpi.records.history import Day
from hiitpi.records.weekly_goals import last_weeks, suggested_goal

TODAY = date(2026, 11, 25)  # a Wednesday


def day(of_november: int, reps: int = 20) -> Day:
    """Return a day on which squats were done."""
    return Day(date(2026, 11, of_november), "squat", 1, reps, 90.0, 0, None, reps, None, None)


def test_only_full_weeks_since_the_first_training_count():
    days = [day(11), day(13), day(17), day(24)]
    assert last_weeks(days, "days", TODAY, ()) == [2, 1]
    assert last_weeks(days, "minutes", TODAY, ()) == [3.0, 1.5]
    assert last_weeks(days, "reps", TODAY, {"squat"}) == [0, 0]
    assert last_weeks([], "days", TODAY, ()) == []


@pytest.mark.parametrize(
    ("weeks", "unit", "goal"),
    [
        ([], "days", None),
        ([0, 0], "days", None),
        ([2, 3, 3, 3], "days", 4),
        ([5, 5, 5, 5], "days", 5),  # nobody needs more
        ([7, 7, 7, 7], "days", 7),  # who does is not told to do less
        ([100, 120, 110, 110], "reps", 121),
        ([3, 3, 3, 0], "days", 2),  # after a pause
        ([1, 0], "days", 1),
    ],
)
def test_the_goal_is_a_little_more_than_usual(weeks: list[float], unit: str, goal: int | None):
    assert suggested_goal(weeks, unit) == goal
