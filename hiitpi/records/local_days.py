"""Local days: which one a moment belongs to, periods, weeks, and days in a row. Pure."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo

DAY = timedelta(days=1)


def local_day(seconds: float, zone: tzinfo | None) -> date:
    """The local day of a moment.

    Args:
        seconds: since the epoch.
        zone: the house's; None: this machine's.
    """
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone).date()


def first_day(days: int | None, today: date) -> date | None:
    """The first of the last `days` days, today included; None: all time."""
    return None if days is None else today - timedelta(days=days - 1)


def week(today: date) -> date:
    """The Monday of that week (ISO 8601)."""
    return today - timedelta(days=today.weekday())


def streaks(days: Iterable[date]) -> tuple[int, int, date | None]:
    """Days in a row: the last run, the longest run, and the last day.

    Args:
        days: in order, each once.
    """
    run = longest = 0
    last: date | None = None
    for day in days:
        run = run + 1 if last is not None and day - last == DAY else 1
        longest, last = max(longest, run), day
    return run, longest, last


def current(streak: int, last: date | None, today: date) -> int:
    """The streak that still lives: who trained yesterday may train today.

    A last day in the future comes from a clock that was wrong, and keeps nothing alive.
    """
    return streak if last is not None and timedelta(0) <= today - last <= DAY else 0
