"""Local days, periods, weeks and streaks. Pure functions."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo

DAY = timedelta(days=1)


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


def streaks(days: Iterable[date]) -> tuple[int, int, date | None]:
    """Compute streaks: runs of consecutive days.

    Args:
        days: ascending, without duplicates.

    Returns:
        The length of the last streak, the length of the longest, and the last day (None if there
        are no days).
    """
    streak = longest = 0
    last: date | None = None
    for day in days:
        streak = streak + 1 if last is not None and day - last == DAY else 1
        longest, last = max(longest, streak), day
    return streak, longest, last


def current_streak(streak: int, last: date | None, today: date) -> int:
    """Return the last streak if it is still alive today, or else 0.

    A streak that ended yesterday is alive: the player may still train today. A last day in the
    future comes from a wrong clock, and does not count.

    Args:
        streak: length of the last streak, in days.
        last: its last day; None if the player has never trained.
        today: the local day.
    """
    return streak if last is not None and timedelta(0) <= today - last <= DAY else 0
