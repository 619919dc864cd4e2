"""What a player could train in the coming week: a pure function of the sets of the last weeks."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Final

from hiitpi.coach.suggestion import WINDOW_DAYS, Suggestion, TrainedSet, suggest

#: Days that are planned, today first.
DAYS: Final = 7

#: A day of the week is a habit if the player trained on it in so many of the last weeks.
HABIT_WEEKS: Final = 2

#: Who has no habits yet trains every other day.
STEP_DAYS: Final = 2

#: Workouts a day, at most.
MAX_WORKOUTS: Final = 3


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """What to train on one day."""

    day: date
    workouts: tuple[Suggestion, ...]


def plan_week(sets: Sequence[TrainedSet], today: date, known: Collection[str]) -> list[PlannedDay]:
    """Return a plan for the days on which the player usually trains.

    Each day has the suggestions that `suggest` would make if everything before was done as planned.

    Args:
        sets: the player's sets of the last `WINDOW_DAYS`, in any order.
        today: the local day.
        known: slugs of the workouts that exist.
    """
    sets = [s for s in sets if s.reps > 0 and today - timedelta(days=WINDOW_DAYS) <= s.day <= today]
    done, plan, a_day = list(sets), [], _workouts_a_day(sets)
    for day in _training_days(sets, today):
        workouts: list[Suggestion] = []
        while len(workouts) < a_day:
            suggested = suggest(done, day, known)
            if suggested is None:
                break
            workouts.append(suggested)
            done.append(TrainedSet(day, suggested.workout, suggested.goal, 0, None))
        if workouts:
            plan.append(PlannedDay(day, tuple(workouts)))
    return plan


def _training_days(sets: Sequence[TrainedSet], today: date) -> list[date]:
    trained = {s.day for s in sets}
    days = [today + timedelta(days=i) for i in range(DAYS)]
    habits = Counter(day.weekday() for day in trained)
    usual = [day for day in days if habits[day.weekday()] >= HABIT_WEEKS and day not in trained]
    if usual:
        return usual
    rested = (today - max(trained)).days if trained else STEP_DAYS
    return days[max(0, STEP_DAYS - rested) :: STEP_DAYS]


def _workouts_a_day(sets: Sequence[TrainedSet]) -> int:
    by_day = Counter(day for day, _ in {(s.day, s.workout) for s in sets})
    return max(1, min(MAX_WORKOUTS, round(median(by_day.values())))) if by_day else 1
