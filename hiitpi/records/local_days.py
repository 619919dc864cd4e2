"""Local days, periods, weeks and streaks. Pure functions."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

#: From one day of training to the next of the same streak, at most: a day of rest lies between.
MAX_STEP: Final = timedelta(days=2)


def local_day(seconds: float, zone: tzinfo | None) -> date:
    """Return the local day of a point in time.

    Args:
        seconds: seconds since the epoch.
        zone: time zone; None for this machine's.
    """
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone).date()


def first_day(days: int | None, today: date) -> date | None:
    """Return the first of the last `days` days, counting `today`; None for all time."""
    return None if days is None else today - timedelta(days=days - 1)


def week_start(today: date) -> date:
    """Return the Monday of the week of a day (ISO 8601)."""
    return today - timedelta(days=today.weekday())


def streak_lengths(days: Iterable[date]) -> Iterator[tuple[date, int]]:
    """Yield each day of training with the length of the streak that it continues or begins.

    A streak is a run of days of training with no more than a day of rest between two of them: rest
    is part of training.

    Args:
        days: ascending, without duplicates.
    """
    length, last = 0, None
    for day in days:
        length = length + 1 if last is not None and day - last <= MAX_STEP else 1
        last = day
        yield day, length


def streaks(days: Iterable[date]) -> tuple[int, int, date | None]:
    """Compute streaks, see `streak_lengths`.

    Args:
        days: ascending, without duplicates.

    Returns:
        The length of the last streak, the length of the longest, and the last day (None if there
        are no days).
    """
    lengths = list(streak_lengths(days))
    if not lengths:
        return 0, 0, None
    last, streak = lengths[-1]
    return streak, max(length for _, length in lengths), last


def current_streak(streak: int, last: date | None, today: date) -> int:
    """Return the last streak if it is still alive today, or else 0.

    A streak that ended the day before yesterday is alive: yesterday was a day of rest, and the
    player may still train today. A last day in the future comes from a wrong clock, and does not
    count.

    Args:
        streak: length of the last streak, in days of training.
        last: its last day; None if the player has never trained.
        today: the local day.
    """
    return streak if last is not None and timedelta(0) <= today - last <= MAX_STEP else 0
