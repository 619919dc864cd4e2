"""Single sets of a player, on a real database."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hiitpi.coach.messages import SCORING_VERSION, SetRecord
from hiitpi.coach.session.program import free
from hiitpi.coach.suggestion import TrainedSet
from hiitpi.records.achievements import WorkoutDay
from hiitpi.records.local_days import local_day
from hiitpi.records.past_sets import BestSet
from hiitpi.records.sessions import Store
from tests.support.session_factory import NOW, record

DAY_S = 24 * 3600


def test_the_best_sets_come_first_and_gentle_ones_do_not_count(store: Store):
    first, second = record(reps=9), record(reps=12)
    corrected = SetRecord(1, "squat", 1, 0.0, 60.0, 5, 0, 90.0, corrected=30)
    changed = record(sets=(corrected,))
    gentle = record(reps=99, program=replace(free("squat"), strictness="gentle"))
    for session in (first, second, changed, gentle, record(reps=99, player="Bob")):
        store.save(session)
    best = store.past_sets.best("Ada", "squat", 2)
    assert best == [
        BestSet(changed.uuid, 1, 0.0, 60.0, 30),
        BestSet(second.uuid, 1, 0.0, 60.0, 12),
    ]
    assert store.past_sets.best("Ada", "plank", 2) == store.past_sets.best("Eve", "squat", 2) == []


def test_the_sets_of_the_last_weeks_are_those_that_count(store: Store):
    old = record(reps=3, started=NOW.timestamp() - 50 * DAY_S, ended=NOW.timestamp() - 50 * DAY_S)
    before_scoring = SetRecord(1, "squat", 1, 0.0, 60.0, 8, 2, 50.0, scoring=SCORING_VERSION - 1)
    discarded, recent = record(reps=7), record(reps=12)
    for session in (old, recent, record(sets=(before_scoring,)), discarded):
        store.save(session)
    store.discard(discarded.uuid)
    today = local_day(NOW.timestamp(), None)
    sets = store.past_sets.since("Ada", today - timedelta(days=42))
    assert sorted(sets, key=lambda s: s.reps) == [
        TrainedSet(today, "squat", 8, 2, None),
        TrainedSet(today, "squat", 12, 1, 91.5),
    ]
    assert store.past_sets.since("Eve", today) == []


def test_the_days_of_each_workout_have_their_flawless_sets(store: Store):
    flawless = SetRecord(1, "squat", 1, 0.0, 60.0, 15, 0, 90.0)
    first = record(sets=(flawless,))
    gentle = record(
        sets=(replace(flawless, reps=40),), program=replace(free("squat"), strictness="gentle")
    )
    for session in (first, gentle, record(reps=20), record("plank", reps=30)):
        store.save(session)
    today = local_day(NOW.timestamp(), store.zone)
    days = sorted(store.past_sets.days("Ada"))
    assert days == [WorkoutDay(today, "plank", 30, 0), WorkoutDay(today, "squat", 75, 15)]
    without = store.past_sets.days("Ada", UUID(first.uuid))
    assert sorted(without)[1] == WorkoutDay(today, "squat", 60, 0)
    assert store.past_sets.days("Eve") == []
