"""Leaderboards, personal bests and statistics of players."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hiitpi.coach.messages import SCORING_VERSION, SetRecord
from hiitpi.coach.session.program import free
from hiitpi.errors import RecordsError
from hiitpi.records.history import bests, session_bests
from hiitpi.records.leaderboard import Streak, Total, rank, rank_streaks
from hiitpi.records.sessions import Store
from tests.support.session_factory import NOW, history, record, totals

TODAY = NOW.date()


def total(player: str, workout: str = "squat", reps: int = 10, best: int = 5, **more) -> Total:
    """Return the totals of a player and a workout."""
    return Total(player, workout, reps, best, more.get("pace"), more.get("score"))


def placements(places) -> list[tuple[int, str, float]]:
    """Return (rank, player, value) of each place."""
    return [(p.rank, p.player, p.value) for p in places]


def test_repetitions_are_summed_and_ties_share_a_rank():
    rows = [
        total("Ada", reps=10), total("Ada", "burpee", reps=5), total("Bob", reps=15),
        total("Cy", reps=20), total("Dee", reps=3), total("Dee", "plank", reps=90),
        total("Eve", reps=0),
    ]  # fmt: skip
    places = rank(rows, "reps", holds={"plank"})
    assert placements(places) == [(1, "Cy", 20), (2, "Ada", 15), (2, "Bob", 15), (4, "Dee", 3)]
    assert places[1].parts == {"squat": 10, "burpee": 5}
    assert placements(rank(rows, "reps", "plank", {"plank"})) == [(1, "Dee", 90)]


def test_bests_are_per_workout():
    rows = [total("Ada", best=9, pace=12.0), total("Ada", "burpee", best=11, score=90.0),
            total("Bob", best=10), total("Cy", "plank", best=120)]  # fmt: skip
    assert placements(rank(rows, "set", holds={"plank"})) == [(1, "Ada", 11), (2, "Bob", 10)]
    assert rank(rows, "set", holds={"plank"})[0].parts == {"burpee": 11}
    assert placements(rank(rows, "set", "squat")) == [(1, "Bob", 10), (2, "Ada", 9)]
    assert placements(rank(rows, "pace")) == [(1, "Ada", 12.0)]
    assert placements(rank(rows, "score")) == [(1, "Ada", 90.0)]
    assert placements(rank(rows, "plank", holds={"plank"})) == [(1, "Cy", 120)]


def test_current_and_all_time_streaks():
    rows = [Streak("Ada", 0, 9), Streak("Bob", 3, 4)]
    assert placements(rank_streaks(rows, all_time=False)) == [(1, "Bob", 3)]
    assert placements(rank_streaks(rows, all_time=True)) == [(1, "Ada", 9), (2, "Bob", 4)]


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["Ada", "ADA", "Bob"]),
            st.sampled_from(["squat", "jumping_jacks"]),
            st.integers(0, 500),
            st.floats(5, 90),
            st.integers(-4, 0),
            st.sampled_from(["finished", "interrupted", "discarded", "active"]),
            st.one_of(st.none(), st.integers(0, 500)),
        ),
        max_size=10,
    )
)
def test_leaderboard_and_history_agree_with_a_recount_of_all_sessions(
    new_url: Callable[[], str], rows: list
):
    store = Store(new_url(), UTC)
    store.migrate()
    counted_sessions = []
    for player, workout, reps, seconds, days, status, corrected in rows:
        started = (NOW + timedelta(days=days)).timestamp()
        set_record = SetRecord(
            1, workout, 1, 0.0, seconds, reps, 0, 80.0 + reps % 20, scoring=SCORING_VERSION
        )
        session = record(
            workout, player=player, started=started, status=status, sets=(set_record,), series=(),
            ended=None if status == "active" else started + seconds,
        )  # fmt: skip
        store.save(session)
        if status in ("finished", "interrupted"):
            if corrected is not None:
                store.correct(session.uuid, {1: corrected})
            counted = reps if corrected is None else corrected
            day = datetime.fromtimestamp(started, UTC).date()
            counted_sessions.append((player.lower(), workout, day, counted, seconds, session.uuid))
    for since in (None, TODAY, TODAY - timedelta(days=2)):
        expected: dict[tuple[str, str], list[int]] = {}
        for player, workout, day, counted, _, _ in counted_sessions:
            if since is None or day >= since:
                expected.setdefault((player, workout), []).append(counted)
        actual = {(t.player.lower(), t.workout): t for t in store.leaderboard.totals(since)}
        assert {k: sum(v) for k, v in expected.items()} == {k: t.reps for k, t in actual.items()}
        assert {k: max(v) for k, v in expected.items()} == {
            k: t.best_set for k, t in actual.items()
        }
    for name in ("Ada", "Bob"):
        own_sessions = [row for row in counted_sessions if row[0] == name.lower()]
        assert {s.uuid for s in history(store, name)} == {row[-1] for row in own_sessions}
        paces: dict[str, float] = {}
        for _, workout, _, counted, seconds, _ in own_sessions:
            if seconds >= 10 and counted:
                paces[workout] = max(paces.get(workout, 0), counted * 30 / seconds)
        records = bests(store.history.days(name))
        assert {w: k["pace"].value for w, k in records.items() if "pace" in k} == pytest.approx(
            paces
        )
    store.close()


def test_totals_follow_deleting_and_restoring(store: Store):
    session = record()
    store.save(session)
    store.discard(session.uuid)
    assert totals(store) == []
    assert [s.uuid for s in store.history.deleted_sessions("Ada")] == [session.uuid]
    assert store.session(session.uuid).status == "discarded"
    store.discard(session.uuid, undo=True)
    assert totals(store) == [("Ada", "squat", 2)]


def test_the_table_is_sorted_filtered_and_paged(store: Store):
    for i, (workout, reps) in enumerate([("squat", 5), ("burpee", 9), ("squat", 7)]):
        started = NOW.timestamp() - 86400 * i
        store.save(record(workout, reps, started=started, ended=started + 60))
    history = store.history

    def reps(**options) -> list[int]:
        return [session.reps for session in history.sessions("ada", **options)[0]]

    assert reps() == [5, 9, 7]
    assert reps(sort="reps") == [9, 7, 5]
    assert reps(sort="reps", descending=False) == [5, 7, 9]
    assert reps(workout="squat") == [5, 7]
    assert reps(limit=1, offset=1) == [9]
    assert history.sessions("ada", limit=1)[1] == 3
    assert history.sessions("nobody") == ([], 0)
    assert reps(since=date(2026, 11, 22)) == [5]


def test_previous_bests_exclude_the_session_itself(store: Store):
    store.save(record(reps=20))
    session = record(reps=24)
    session = replace(session, sets=(replace(session.sets[0], score=70.0),))
    store.save(session)
    assert store.history.previous_bests(session) == {
        "squat": {"set": 20, "pace": 10.0, "score": 91.5}
    }
    assert store.history.previous_bests(record("lunge")) == {}


def test_scores_of_an_earlier_scoring_version_are_kept_but_not_compared(store: Store):
    old = record(reps=20)
    store.save(replace(old, sets=(replace(old.sets[0], score=99.5, scoring=1),)))
    store.save(record(reps=10))
    session = record(reps=24)
    assert store.history.previous_bests(session)["squat"]["score"] == 91.5
    assert session_bests(store.session(old.uuid))["squat"].get("score") is None
    (day,) = store.history.days("Ada")
    assert (day.reps, day.scored, day.score, day.best_score) == (30, 10, 91.5, 91.5)
    assert store.session(old.uuid).score == 99.5


def test_gentle_sessions_count_in_the_history_but_do_not_rank(store: Store):
    gentle = record(reps=40, program=replace(free("squat"), strictness="gentle"))
    store.save(gentle)
    store.save(record(reps=10))
    assert totals(store) == [("Ada", "squat", 10)]
    (total,) = store.leaderboard.totals(None)
    assert (total.best_set, total.best_pace) == (10, 5.0)
    (day,) = store.history.days("Ada")
    assert (day.reps, day.sessions, day.best_set) == (50, 2, 10)
    assert session_bests(gentle) == {}
    assert store.history.previous_bests(record())["squat"]["set"] == 10
    assert store.session(gentle.uuid).program.strictness == "gentle"


def test_strict_sessions_rank(store: Store):
    store.save(record(reps=12, program=replace(free("squat"), strictness="strict")))
    assert totals(store) == [("Ada", "squat", 12)]


def test_a_session_dated_in_the_future_does_not_rank_today(store: Store):
    today = NOW.date()
    store.save(record())
    next_month = NOW.timestamp() + 30 * 86_400
    store.save(record(player="Bob", started=next_month, ended=next_month + 60))
    assert [t.player for t in store.leaderboard.totals(today, until=today)] == ["Ada"]
    assert {s.player: s.now for s in store.leaderboard.streaks(today)} == {"Ada": 1, "Bob": 0}


def test_an_import_dated_in_the_future_is_refused(store: Store):
    for year in (2099, 9999):
        future = datetime(year, 12, 31, 23, 59, tzinfo=UTC).timestamp()
        with pytest.raises(RecordsError, match="dated in the future"):
            store.import_sessions([record(), record(started=future, ended=future)])
    assert totals(store) == []
    store._now = lambda: NOW
    assert store.import_sessions([record()]) == (1, 0)
