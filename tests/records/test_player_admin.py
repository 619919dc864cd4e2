"""Renaming, merging, deleting and restoring players, and their weekly goals."""

from datetime import UTC, datetime, timedelta

import pytest

from hiitpi.errors import RecordsError
from hiitpi.records.player_admin import Goal, purge_deleted
from hiitpi.records.sessions import Store
from hiitpi.records.weekly_goals import weekly_progress
from tests.support.session_factory import NOW, history, record, totals


def names(store: Store) -> list[str]:
    """Return the names of all players."""
    return [player.name for player in store.players.all()]


def test_renaming_keeps_the_sessions_and_the_former_name_still_works(store: Store):
    store.save(record())
    assert store.player_admin.rename("ada", " Ada L. ") == "Ada L."
    store.save(record())  # a device that still uses the former name
    assert names(store) == ["Ada L."]
    assert len(history(store, "Ada L.")) == 2
    assert store.players.find("ADA").name == "Ada L."
    assert store.player_admin.rename("Ada L.", "ada l.") == "ada l."


def test_a_name_already_taken_is_refused(store: Store):
    for name in ("Ada", "Bob"):
        store.players.get_or_create_player(name)
    with pytest.raises(RecordsError, match="Bob has that name"):
        store.player_admin.rename("Ada", "BOB")
    with pytest.raises(RecordsError, match="no player"):
        store.player_admin.rename("Cy", "Dee")
    with pytest.raises(ValueError, match="enter a name"):
        store.player_admin.rename("Ada", " ")


def test_a_former_name_can_be_taken_by_a_new_player(store: Store):
    store.players.get_or_create_player("Ada")
    store.player_admin.rename("Ada", "Eve")
    store.players.create_player("Ada", "#4da3ff")
    assert names(store) == ["Ada", "Eve"]


def test_a_merge_can_be_undone(store: Store):
    for player in ("Ada", "Bob", "Bob"):
        store.save(record(player=player))
    store.player_admin.merge("bob", into="Ada")
    assert names(store) == ["Ada"]
    assert totals(store) == [("Ada", "squat", 6)]
    assert len(history(store, "Bob")) == 3  # his name leads to Ada now
    (deleted,) = store.player_admin.deleted_players()
    assert store.player_admin.restore_player(deleted.id) == "Bob"
    assert totals(store) == [("Ada", "squat", 2), ("Bob", "squat", 4)]
    with pytest.raises(RecordsError, match="same player"):
        store.player_admin.merge("Bob", "bob")


def test_a_deleted_player_can_be_restored(store: Store):
    for player in ("Ada", "Bob"):
        store.save(record(player=player))
    player_id = store.player_admin.remove("Ada")
    assert names(store) == ["Bob"]
    assert totals(store) == [("Bob", "squat", 2)]
    assert store.players.find("Ada") is None
    assert store.player_admin.restore_player(player_id) == "Ada"
    assert totals(store) == [("Ada", "squat", 2), ("Bob", "squat", 2)]


def test_a_player_cannot_be_restored_if_the_name_is_taken_again(store: Store):
    player_id = store.player_admin.remove(store.players.get_or_create_player("Ada").name)
    store.players.create_player("Ada", "#4da3ff")
    with pytest.raises(RecordsError, match="another Ada"):
        store.player_admin.restore_player(player_id)


def test_a_player_who_is_training_cannot_be_deleted(store: Store):
    store.save(record(status="active", ended=None))
    with pytest.raises(RecordsError, match="training now"):
        store.player_admin.remove("Ada")


def test_deleted_data_are_purged_after_a_day(store: Store):
    deleted, kept = record(), record()
    for session in (deleted, kept, record(player="Bob"), record(player="Cy")):
        store.save(session)
    store.discard(deleted.uuid)
    player_id = store.player_admin.remove("Bob")
    store.player_admin.merge("Cy", into="Ada")
    for days, remaining in ((0.9, 2), (1.1, 0)):
        with store.database.writing() as db:
            purge_deleted(db, datetime.now(UTC) + timedelta(days=days))
        assert len(store.player_admin.deleted_players()) == remaining
    assert store.session(deleted.uuid) is None
    assert store.session(kept.uuid) == kept
    assert len(history(store, "Ada")) == 2
    with pytest.raises(RecordsError, match="too late"):
        store.player_admin.restore_player(player_id)


@pytest.mark.parametrize(("unit", "done"), [("days", 1), ("minutes", 2.0), ("reps", 2)])
def test_a_weekly_goal_and_its_progress(store: Store, unit: str, done: float):
    assert store.player_admin.goal(store.players.get_or_create_player("Ada").name) is None
    store.player_admin.set_goal("ada", Goal(unit, 5))
    assert store.player_admin.goal("Ada") == Goal(unit, 5)
    for workout, days in (("squat", 0), ("plank", 0), ("squat", -7)):
        started = NOW.timestamp() + days * 86400 - 60
        store.save(record(workout, started=started, ended=started + 60))
    assert weekly_progress(store.history.days("Ada"), unit, NOW.date(), {"plank"}) == done
    store.player_admin.set_goal("Ada", None)
    assert store.player_admin.goal("Ada") is None


@pytest.mark.parametrize(("unit", "amount"), [("days", 8), ("days", 0), ("reps", -1), ("x", 1)])
def test_an_impossible_goal_is_refused(store: Store, unit: str, amount: int):
    store.players.get_or_create_player("Ada")
    with pytest.raises(RecordsError, match="Choose 1 to"):
        store.player_admin.set_goal("Ada", Goal(unit, amount))


def test_restoring_a_player_restores_the_former_names(store: Store):
    store.save(record())
    store.player_admin.rename("Ada", "Eve")
    player_id = store.player_admin.remove("Eve")
    assert store.players.find("Ada") is None  # former names of a deleted player do not resolve
    assert store.player_admin.restore_player(player_id) == "Eve"
    assert store.players.find("Ada").name == "Eve"


def test_nothing_can_be_restored_after_a_day(store: Store):
    player_id = store.player_admin.remove(store.players.get_or_create_player("Ada").name)
    session = record(player="Bob")
    store.save(session)
    store.discard(session.uuid)
    assert [player.name for player in store.player_admin.deleted_players()] == ["Ada"]
    later = datetime.now(UTC) + timedelta(days=1, minutes=1)
    assert len(store.history.deleted_sessions("Bob")) == 1
    store._now = store.player_admin._now = store.history._now = lambda: later
    assert store.player_admin.deleted_players() == store.history.deleted_sessions("Bob") == []
    with pytest.raises(RecordsError, match="too late"):
        store.player_admin.restore_player(player_id)
    with pytest.raises(RecordsError, match="too late"):
        store.discard(session.uuid, undo=True)
    store.purge_deleted()
    assert store.session(session.uuid) is None
