"""What a player has achieved: a pure function of the days of training."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

from hiitpi.records.local_days import streak_lengths

#: Repetitions, or seconds of a hold, of a set that counts as a full one if none of them failed.
FULL_SET: Final = 10
FULL_HOLD_S: Final = 30

#: Totals of a workout, in repetitions, and in seconds of a hold.
TOTALS: Final = (100, 1_000, 10_000, 100_000)
HOLD_TOTALS_S: Final = (600, 3_600, 36_000)

#: Days of training in a streak, and different workouts.
STREAKS: Final = (7, 30, 100, 365)
VARIETIES: Final = (5, 10, 20)

#: "full": a full set of a workout. "total": so many repetitions or seconds of it. "month": every
#: Monday (0) to Sunday (6) of a calendar month. "streak": so many days of training. "variety": so
#: many workouts. "first": the first day.
Kind = Literal["first", "full", "total", "month", "streak", "variety"]


class WorkoutDay(NamedTuple):
    """What a player did of one workout on one local day.

    Attributes:
        day: the local day.
        workout: slug of the workout.
        reps: repetitions, or seconds of a hold.
        flawless: those of the largest set in which none failed; 0 if there is none.
    """

    day: date
    workout: str
    reps: int
    flawless: int


@dataclass(frozen=True, slots=True)
class Achievement:
    """Something that a player has achieved.

    Attributes:
        kind: see `Kind`.
        day: the local day on which it was.
        amount: the number that was reached, or the day of the week; 0 if it has none.
        workout: slug of the workout; "" if it is not about one.
    """

    kind: Kind
    day: date
    amount: int = 0
    workout: str = ""

    @property
    def key(self) -> tuple[Kind, int, str]:
        """What makes it different from others; it is achieved once."""
        return self.kind, self.amount, self.workout


def achievements(days: Sequence[WorkoutDay], holds: Collection[str]) -> list[Achievement]:
    """Return what a player has achieved, in the order of time.

    Args:
        days: what the player did, in any order.
        holds: slugs of the workouts counted in seconds.
    """
    days = sorted(day for day in days if day.reps > 0)
    if not days:
        return []
    found = [Achievement("first", days[0].day)]
    totals: Counter[str] = Counter()
    full: set[str] = set()
    for day, workout, reps, flawless in days:
        before = totals[workout]
        totals[workout] += reps
        found += [
            Achievement("total", day, step, workout)
            for step in _totals(workout, holds)
            if before < step <= totals[workout]
        ]
        if not before and len(totals) in VARIETIES:
            found.append(Achievement("variety", day, len(totals)))
        if flawless >= (FULL_HOLD_S if workout in holds else FULL_SET) and workout not in full:
            full.add(workout)
            found.append(Achievement("full", day, workout=workout))
    trained = sorted({day.day for day in days})
    found += _streaks(trained) + _months(trained)
    return sorted(found, key=lambda each: each.day)


def _streaks(days: Sequence[date]) -> list[Achievement]:
    found, best = [], 0
    for day, length in streak_lengths(days):
        if length > best:
            best = length
            if length in STREAKS:
                found.append(Achievement("streak", day, length))
    return found


def _months(days: Sequence[date]) -> list[Achievement]:
    """Return the first month in which the player trained on every Monday, on every Tuesday, ..."""
    by_month: defaultdict[tuple[int, int, int], list[date]] = defaultdict(list)
    for day in days:
        by_month[day.year, day.month, day.weekday()].append(day)
    found: dict[int, Achievement] = {}
    for (_, month, weekday), trained in by_month.items():
        last = trained[-1]
        is_over = (last + timedelta(days=7)).month != month
        is_first = trained[0].day <= 7
        if is_first and is_over and (last - trained[0]).days == 7 * (len(trained) - 1):
            found.setdefault(weekday, Achievement("month", last, weekday))
    return list(found.values())


def reached_by(now: Sequence[Achievement], before: Sequence[Achievement]) -> list[Achievement]:
    """Return the achievements that are new."""
    known = {each.key for each in before}
    return [each for each in now if each.key not in known]


def next_totals(days: Sequence[WorkoutDay], holds: Collection[str]) -> list[tuple[str, int, int]]:
    """Return workout, total so far and next total of each workout, the nearest first."""
    totals: Counter[str] = Counter()
    for day in days:
        totals[day.workout] += day.reps
    ahead = []
    for workout, total in totals.items():
        steps = [step for step in _totals(workout, holds) if step > total]
        if total and steps:
            ahead.append((workout, total, steps[0]))
    return sorted(ahead, key=lambda each: each[1] / each[2], reverse=True)


def _totals(workout: str, holds: Collection[str]) -> tuple[int, ...]:
    return HOLD_TOTALS_S if workout in holds else TOTALS
