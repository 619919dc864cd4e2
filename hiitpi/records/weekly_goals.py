"""The progress towards a weekly goal, and the goal that the last weeks suggest."""

import math
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from statistics import median
from typing import Final

from hiitpi.records.history import Day
from hiitpi.records.local_days import week_start
from hiitpi.records.player_admin import GoalUnit

#: Full weeks that are looked at.
WEEKS: Final = 4

#: A goal grows by a tenth over what is usual, as the suggestion for a day does; after a week
#: without training it is a fifth less.
MORE: Final = 1.1
LESS: Final = 0.8

#: Nobody needs more days than this: rest is part of training.
MAX_DAYS: Final = 5

WEEK: Final = timedelta(weeks=1)


def weekly_progress(
    days: Sequence[Day], unit: GoalUnit, today: date, holds: Collection[str]
) -> float:
    """Return the progress towards a weekly goal since Monday, in the goal's unit.

    Args:
        days: daily statistics of one player.
        unit: training days, minutes of work, or repetitions.
        today: the local day.
        holds: slugs of workouts counted in seconds, which have no repetitions.
    """
    this_week = [day for day in days if week_start(today) <= day.day <= today]
    if unit == "days":
        return len({day.day for day in this_week if day.reps})
    if unit == "minutes":
        return sum(day.seconds for day in this_week) / 60
    return sum(day.reps for day in this_week if day.workout not in holds)


def last_weeks(
    days: Sequence[Day], unit: GoalUnit, today: date, holds: Collection[str]
) -> list[float]:
    """Return the progress of the last full weeks, oldest first; none before the first training."""
    if not days:
        return []
    first = week_start(min(day.day for day in days))
    sundays = [week_start(today) - timedelta(days=1) - i * WEEK for i in range(WEEKS)]
    return [weekly_progress(days, unit, day, holds) for day in reversed(sundays) if day >= first]


def suggested_goal(weeks: Sequence[float], unit: GoalUnit) -> int | None:
    """Return a goal that fits the last weeks; None if nothing was done in them.

    Args:
        weeks: the progress of the last full weeks, oldest first.
        unit: the unit of the goal.
    """
    active = [amount for amount in weeks if amount]
    if not active:
        return None
    usual = median(active)
    if not weeks[-1]:  # after a pause
        return max(1, math.floor(usual * LESS))
    goal = max(math.floor(usual) + 1, math.floor(usual * MORE + 0.5))
    return min(goal, max(MAX_DAYS, math.floor(usual))) if unit == "days" else goal
