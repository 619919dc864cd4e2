"""A year in numbers."""

from datetime import date

from hiitpi.records.history import Day
from hiitpi.records.year_review import review_year


def day(when: date, workout: str = "squat", reps: int = 20) -> Day:
    """Return a day on which one workout was done."""
    return Day(when, workout, 1, reps, 90.0, 0, None, reps, None, None)


def test_a_year_counts_its_own_days():
    days = [
        day(date(2025, 12, 31), reps=999),
        day(date(2026, 1, 1)),
        day(date(2026, 1, 1), "plank", 60),
        day(date(2026, 1, 3), "plank", 60),
        day(date(2026, 3, 9)),
        day(date(2026, 3, 12), reps=0),
    ]
    review = review_year(days, 2026, {"plank"})
    assert review
    assert (review.days, review.reps, review.minutes, review.longest_streak) == (3, 40, 6.0, 2)
    assert review.favourites == (("plank", 120), ("squat", 40))
    assert review.months == (2, 0, 1, *[0] * 9)


def test_a_year_without_training_has_no_review():
    assert review_year([day(date(2025, 12, 31))], 2026, ()) is None
    assert review_year([day(date(2026, 1, 1), reps=0)], 2026, ()) is None
