"""Challenges of the house, on real databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import orjson
import pytest
from sqlalchemy import select

from hiitpi.coach.session.program import free
from hiitpi.errors import RecordsError
from hiitpi.records.challenges import MAX_DAYS, ChallengeRepository
from hiitpi.records.schema import DeliveryRow
from hiitpi.records.sessions import Store
from tests.records.conftest import FakeTime
from tests.support.session_factory import record

FRIDAY = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
SUNDAY = date(2026, 11, 29)


@pytest.fixture
def calendar(time: FakeTime) -> FakeTime:
    """Return today, which a test may change."""
    time.now = FRIDAY
    return time


@pytest.fixture
def house(url: str, calendar: FakeTime) -> Iterator[Store]:
    """Return a database whose days begin at midnight UTC."""
    store = Store(url, UTC, calendar)
    yield store
    store.close()


@pytest.fixture
def challenges(house: Store) -> ChallengeRepository:
    return house.challenges


def train(store: Store, player: str, reps: int, when: datetime, **changes: object) -> None:
    """Store a session of squats."""
    seconds = when.timestamp()
    store.save(record(player=player, reps=reps, started=seconds, ended=seconds + 60, **changes))


def messages(store: Store) -> list[dict[str, object]]:
    """Return what webhooks are told about challenges, in order."""
    with store.database.reading() as db:
        rows = db.scalars(select(DeliveryRow).order_by(DeliveryRow.id))
        return [orjson.loads(row.body)["data"] for row in rows if row.kind == "challenge.won"]


def test_repetitions_of_its_days_and_its_workout_count(
    house: Store, challenges: ChallengeRepository
):
    train(house, "Ada", 50, FRIDAY - timedelta(days=1))
    challenge = challenges.start("squat", SUNDAY)
    train(house, "Ada", 20, FRIDAY)
    train(house, "Ada", 5, FRIDAY + timedelta(days=2, hours=11))
    train(house, "Bob", 24, FRIDAY)
    train(house, "Bob", 99, FRIDAY + timedelta(days=3))
    gentle = replace(free("squat"), strictness="gentle")
    train(house, "Bob", 99, FRIDAY, program=gentle)  # does not rank
    house.save(record("push_up", 99, player="Bob", started=FRIDAY.timestamp()))
    places = challenges.standings(challenge)
    assert [(p.rank, p.player, p.value) for p in places] == [(1, "Ada", 25), (2, "Bob", 24)]


def test_there_is_one_at_a_time(calendar: FakeTime, challenges: ChallengeRepository):
    challenge = challenges.start("squat", SUNDAY)
    assert challenges.newest() == challenge
    with pytest.raises(RecordsError, match="running already"):
        challenges.start("burpee", SUNDAY)
    challenges.cancel(challenge.id)
    challenges.cancel(challenge.id)
    assert challenges.newest() is None
    second = challenges.start("burpee", SUNDAY)
    calendar.now += timedelta(days=3)  # Monday
    assert not challenges.is_running(second)
    assert challenges.newest() == second  # its result is still shown
    third = challenges.start("plank", SUNDAY + timedelta(days=7))
    assert challenges.newest() == third


def test_the_result_is_shown_for_a_week(calendar: FakeTime, challenges: ChallengeRepository):
    challenge = challenges.start("squat", SUNDAY)
    calendar.now += timedelta(days=9)
    assert challenges.newest() == challenge
    calendar.now += timedelta(days=1)
    assert challenges.newest() is None


def test_an_old_page_ends_no_challenge_that_is_over_and_no_other_one(
    house: Store, challenges: ChallengeRepository, calendar: FakeTime
):
    first = challenges.start("squat", SUNDAY)
    train(house, "Ada", 20, FRIDAY)
    calendar.now += timedelta(days=3)
    challenges.cancel(first.id)
    assert challenges.newest() == first
    calendar.now -= timedelta(days=3)
    challenges.cancel(first.id)
    second = challenges.start("burpee", SUNDAY)
    challenges.cancel(first.id)
    assert challenges.newest() == second


def test_of_two_that_are_started_at_once_one_wins(challenges: ChallengeRepository):
    def start(workout: str) -> str:
        try:
            return challenges.start(workout, SUNDAY).workout
        except RecordsError as error:
            return str(error)

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(start, ["squat", "lunge"] * 8))
    assert results.count("A challenge is running already.") == 15


@pytest.mark.parametrize("days", [-1, MAX_DAYS])
def test_its_days_are_limited(challenges: ChallengeRepository, days: int):
    with pytest.raises(RecordsError, match="1 to 92 days"):
        challenges.start("squat", FRIDAY.date() + timedelta(days=days))


def test_the_winner_is_told_once_after_the_last_day(
    house: Store, challenges: ChallengeRepository, calendar: FakeTime
):
    house.webhooks.add("https://example.org/")
    challenges.start("squat", SUNDAY)
    train(house, "Ada", 20, FRIDAY)
    train(house, "Bob", 24, FRIDAY)
    calendar.now = datetime(2026, 11, 30, 0, 59, tzinfo=UTC)
    challenges.settle("home")
    assert messages(house) == []  # a session that began before midnight may still be going on
    train(house, "Ada", 9, datetime(2026, 11, 29, 23, 55, tzinfo=UTC))
    calendar.now = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
    for _ in range(2):
        challenges.settle("home")
    assert messages(house) == [
        {
            "workout": "squat",
            "first": "2026-11-27",
            "last": "2026-11-29",
            "winners": ["Ada"],
            "standings": [
                {"rank": 1, "player": "Ada", "reps": 29},
                {"rank": 2, "player": "Bob", "reps": 24},
            ],
        }
    ]


def test_equal_players_win_together(
    house: Store, challenges: ChallengeRepository, calendar: FakeTime
):
    house.webhooks.add("https://example.org/")
    challenges.start("squat", SUNDAY)
    for name in ("Ada", "Bob"):
        train(house, name, 20, FRIDAY)
    calendar.now += timedelta(days=5)
    challenges.settle("home")
    assert messages(house)[0]["winners"] == ["Ada", "Bob"]


def test_nobody_wins_without_a_repetition_and_nobody_is_told_of_a_cancelled_one(
    house: Store, challenges: ChallengeRepository, calendar: FakeTime
):
    house.webhooks.add("https://example.org/")
    challenges.start("squat", SUNDAY)
    calendar.now += timedelta(days=5)
    challenges.settle("home")
    challenge = challenges.start("squat", calendar.now.date())
    train(house, "Ada", 20, calendar.now)
    challenges.cancel(challenge.id)
    calendar.now += timedelta(days=5)
    challenges.settle("home")
    assert messages(house) == []
