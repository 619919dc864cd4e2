"""Days, weeks and streaks in local time."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiitpi.records.local_days import current_streak, first_day, local_day, streaks, week_start

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-22T00:30+01:00", date(2026, 11, 22)),
        ("2026-11-21T23:30+00:00", date(2026, 11, 22)),
        ("2026-03-29T00:30+01:00", date(2026, 3, 29)),  # daylight saving time begins at 02:00
        ("2026-03-29T23:30+02:00", date(2026, 3, 29)),
        ("2026-10-25T23:30+01:00", date(2026, 10, 25)),  # it has ended at 03:00
        ("2026-10-25T23:30+02:00", date(2026, 10, 25)),
    ],
)
def test_the_day_is_that_of_local_time(moment: str, day: date):
    assert local_day(datetime.fromisoformat(moment).timestamp(), BERLIN) == day


def test_periods_and_weeks():
    sunday = date(2026, 11, 22)
    assert first_day(1, sunday) == sunday
    assert first_day(7, sunday) == week_start(sunday) == date(2026, 11, 16)
    assert first_day(None, sunday) is None


@given(st.sets(st.dates(date(2026, 1, 1), date(2026, 2, 28))))
def test_streaks_agree_with_a_day_by_day_count(days: set[date]):
    def streak_to(day: date) -> int:
        if day not in days:
            return 0
        before = (day - timedelta(days=1), day - timedelta(days=2))  # one may be a day of rest
        return 1 + max(map(streak_to, before[: 1 if before[0] in days else 2]))

    last = max(days, default=None)
    expected = (streak_to(last) if last else 0, max(map(streak_to, days), default=0), last)
    assert streaks(sorted(days)) == expected


@pytest.mark.parametrize(("days_ago", "streak"), [(0, 4), (1, 4), (2, 4), (3, 0)])
def test_a_streak_ends_after_two_days_of_rest(days_ago: int, streak: int):
    today = date(2026, 11, 22)
    assert current_streak(4, today - timedelta(days=days_ago), today) == streak
    assert current_streak(0, None, today) == 0
