"""A year of a player in numbers: a pure function of the daily stats."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from hiitpi.records.history import Day
from hiitpi.records.local_days import streaks


@dataclass(frozen=True, slots=True)
class YearReview:
    """What a player did in a year.

    Attributes:
        year: the calendar year.
        days: days of training.
        reps: repetitions, without seconds of holds.
        minutes: minutes of work.
        longest_streak: longest streak within the year, in days of training.
        favourites: slug and repetitions (seconds of a hold) of each workout, those first that were
            trained on most days.
        months: days of training in each month, from January.
    """

    year: int
    days: int
    reps: int
    minutes: float
    longest_streak: int
    favourites: tuple[tuple[str, int], ...]
    months: tuple[int, ...]


def review_year(days: Sequence[Day], year: int, holds: Collection[str]) -> YearReview | None:
    """Return a year in numbers; None if the player did not train in it.

    Args:
        days: the player's daily stats.
        year: the calendar year.
        holds: slugs of the workouts counted in seconds.
    """
    own = [day for day in days if day.day.year == year and day.reps]
    if not own:
        return None
    trained = sorted({day.day for day in own})
    on_days = Counter(day.workout for day in own)
    reps: Counter[str] = Counter()
    for day in own:
        reps[day.workout] += day.reps
    order = sorted(on_days, key=lambda slug: (-on_days[slug], -reps[slug], slug))
    per_month = Counter(day.month for day in trained)
    return YearReview(
        year=year,
        days=len(trained),
        reps=sum(n for slug, n in reps.items() if slug not in holds),
        minutes=sum(day.seconds for day in own) / 60,
        longest_streak=streaks(trained)[1],
        favourites=tuple((slug, reps[slug]) for slug in order),
        months=tuple(per_month[month] for month in range(1, 13)),
    )
