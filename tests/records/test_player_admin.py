from datetime import UTC, datetime, timedelta

import pytest

from hiitpi.errors import RecordsError
from hiitpi.records.history import weekly_progress
from hiitpi.records.player_admin import Goal, purge_deleted
from hiitpi.records.sessions import Store
from tests.support.session_factory import NOW, history, record, totals


def names(store: Store) -> list[str]:
    return [player.name for player in store.players.all()]


def test_renaming_keeps_everything_and_the_old_name_leads_there(store: Store):
    store.save(record())
    assert store.player_admin.rename("ada", " Ada L. ") == "Ada L."
    store.save(record())  # a device that still has the old name
    assert names(store) == ["Ada L."]
    assert len(history(store, "Ada L.")) == 2
    assert store.players.find("ADA").name == "Ada L."
    assert store.player_admin.rename("Ada L.", "ada l.") == "ada l."


def test_a_name_that_somebody_has_is_refused(store: Store):
    for name in ("Ada", "Bob"):
        store.players.get_or_create_player(name)
    with pytest.raises(RecordsError, match="Bob has that name"):
        store.player_admin.rename("Ada", "BOB")
    with pytest.raises(RecordsError, match="no player"):
        store.player_admin.rename("Cy", "Dee")
    with pytest.raises(ValueError, match="enter a name"):
        store.player_admin.rename("Ada", " ")


def test_a_name_that_is_free_again_can_be_taken(store: Store):
    store.players.get_or_create_player("Ada")
    store.player_admin.rename("Ada", "Eve")
    store.players.create_player("Ada", "#4da3ff")
    assert names(store) == ["Ada", "Eve"]


def test_merging_and_undoing_it(store: Store):
    for player in ("Ada", "Bob", "Bob"):
        store.save(record(player=player))
    store.player_admin.merge("bob", into="Ada")
    assert names(store) == ["Ada"]
    assert totals(store) == [("Ada", "squat", 6)]
    assert len(history(store, "Bob")) == 3  # he is Ada now
    (gone,) = store.player_admin.deleted_players()
    assert store.player_admin.restore_player(gone.id) == "Bob"
    assert totals(store) == [("Ada", "squat", 2), ("Bob", "squat", 4)]
    with pytest.raises(RecordsError, match="same player"):
        store.player_admin.merge("Bob", "bob")


def test_deleting_and_undoing_it(store: Store):
    for player in ("Ada", "Bob"):
        store.save(record(player=player))
    number = store.player_admin.remove("Ada")
    assert names(store) == ["Bob"]
    assert totals(store) == [("Bob", "squat", 2)]
    assert store.players.find("Ada") is None
    assert store.player_admin.restore_player(number) == "Ada"
    assert totals(store) == [("Ada", "squat", 2), ("Bob", "squat", 2)]


def test_who_came_meanwhile_keeps_the_name(store: Store):
    number = store.player_admin.remove(store.players.get_or_create_player("Ada").name)
    store.players.create_player("Ada", "#4da3ff")
    with pytest.raises(RecordsError, match="another Ada"):
        store.player_admin.restore_player(number)


def test_who_trains_is_not_deleted(store: Store):
    store.save(record(status="active", ended=None))
    with pytest.raises(RecordsError, match="training now"):
        store.player_admin.remove("Ada")


def test_after_a_day_it_is_forgotten_for_good(store: Store):
    deleted, kept = record(), record()
    for one in (deleted, kept, record(player="Bob"), record(player="Cy")):
        store.save(one)
    store.discard(deleted.uuid)
    number = store.player_admin.remove("Bob")
    store.player_admin.merge("Cy", into="Ada")
    for days, left in ((0.9, 2), (1.1, 0)):
        with store.database.writing() as db:
            purge_deleted(db, datetime.now(UTC) + timedelta(days=days))
        assert len(store.player_admin.deleted_players()) == left
    assert store.session(deleted.uuid) is None
    assert store.session(kept.uuid) == kept
    assert len(history(store, "Ada")) == 2
    with pytest.raises(RecordsError, match="too late"):
        store.player_admin.restore_player(number)


@pytest.mark.parametrize(("unit", "done"), [("days", 1), ("minutes", 2.0), ("reps", 2)])
def test_a_goal_for_the_week(store: Store, unit: str, done: float):
    assert store.player_admin.goal(store.players.get_or_create_player("Ada").name) is None
    store.player_admin.set_goal("ada", Goal(unit, 5))
    assert store.player_admin.goal("Ada") == Goal(unit, 5)
    for workout, days in (("squat", 0), ("plank", 0), ("squat", -7)):
        begun = NOW.timestamp() + days * 86400 - 60
        store.save(record(workout, started=begun, ended=begun + 60))
    assert weekly_progress(store.history.days("Ada"), unit, NOW.date(), {"plank"}) == done
    store.player_admin.set_goal("Ada", None)
    assert store.player_admin.goal("Ada") is None


@pytest.mark.parametrize(("unit", "amount"), [("days", 8), ("days", 0), ("reps", -1), ("x", 1)])
def test_what_no_week_has_is_no_goal(store: Store, unit: str, amount: int):
    store.players.get_or_create_player("Ada")
    with pytest.raises(RecordsError, match="Choose 1 to"):
        store.player_admin.set_goal("Ada", Goal(unit, amount))


def test_former_names_come_back_with_a_deleted_player(store: Store):
    store.save(record())
    store.player_admin.rename("Ada", "Eve")
    number = store.player_admin.remove("Eve")
    assert store.players.find("Ada") is None  # a former name of somebody who is gone leads nowhere
    assert store.player_admin.restore_player(number) == "Eve"
    assert store.players.find("Ada").name == "Eve"


def test_a_day_later_nobody_can_be_put_back(store: Store):
    number = store.player_admin.remove(store.players.get_or_create_player("Ada").name)
    session = record(player="Bob")
    store.save(session)
    store.discard(session.uuid)
    assert [one.name for one in store.player_admin.deleted_players()] == ["Ada"]
    later = datetime.now(UTC) + timedelta(days=1, minutes=1)
    assert len(store.history.deleted_sessions("Bob")) == 1
    store._now = store.player_admin._now = store.history._now = lambda: later
    assert store.player_admin.deleted_players() == store.history.deleted_sessions("Bob") == []
    with pytest.raises(RecordsError, match="too late"):
        store.player_admin.restore_player(number)
    with pytest.raises(RecordsError, match="too late"):
        store.discard(session.uuid, undo=True)
    store.purge_deleted()
    assert store.session(session.uuid) is None
