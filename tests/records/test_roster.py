from datetime import UTC, datetime, timedelta

import pytest

from hiitpi.errors import RecordsError
from hiitpi.records.diary import this_week
from hiitpi.records.roster import Goal, forget
from hiitpi.records.store import Store
from tests.records.book import NOW, history, record, totals


def names(store: Store) -> list[str]:
    return [player.name for player in store.house.players()]


def test_renaming_keeps_everything_and_the_old_name_leads_there(store: Store):
    store.save(record())
    assert store.roster.rename("ada", " Ada L. ") == "Ada L."
    store.save(record())  # a device that still has the old name
    assert names(store) == ["Ada L."]
    assert len(history(store, "Ada L.")) == 2
    assert store.house.player("ADA").name == "Ada L."
    assert store.roster.rename("Ada L.", "ada l.") == "ada l."


def test_a_name_that_somebody_has_is_refused(store: Store):
    for name in ("Ada", "Bob"):
        store.house.welcome(name)
    with pytest.raises(RecordsError, match="Bob has that name"):
        store.roster.rename("Ada", "BOB")
    with pytest.raises(RecordsError, match="Nobody"):
        store.roster.rename("Cy", "Dee")
    with pytest.raises(ValueError, match="enter a name"):
        store.roster.rename("Ada", " ")


def test_a_name_that_is_free_again_can_be_taken(store: Store):
    store.house.welcome("Ada")
    store.roster.rename("Ada", "Eve")
    store.house.introduce("Ada", "#4da3ff")
    assert names(store) == ["Ada", "Eve"]


def test_merging_and_undoing_it(store: Store):
    for player in ("Ada", "Bob", "Bob"):
        store.save(record(player=player))
    store.roster.merge("bob", into="Ada")
    assert names(store) == ["Ada"]
    assert totals(store) == [("Ada", "squat", 6)]
    assert len(history(store, "Bob")) == 3  # he is Ada now
    (gone,) = store.roster.gone()
    assert store.roster.put_back(gone.id) == "Bob"
    assert totals(store) == [("Ada", "squat", 2), ("Bob", "squat", 4)]
    with pytest.raises(RecordsError, match="same player"):
        store.roster.merge("Bob", "bob")


def test_deleting_and_undoing_it(store: Store):
    for player in ("Ada", "Bob"):
        store.save(record(player=player))
    number = store.roster.remove("Ada")
    assert names(store) == ["Bob"]
    assert totals(store) == [("Bob", "squat", 2)]
    assert store.house.player("Ada") is None
    assert store.roster.put_back(number) == "Ada"
    assert totals(store) == [("Ada", "squat", 2), ("Bob", "squat", 2)]


def test_who_came_meanwhile_keeps_the_name(store: Store):
    number = store.roster.remove(store.house.welcome("Ada").name)
    store.house.introduce("Ada", "#4da3ff")
    with pytest.raises(RecordsError, match="another Ada"):
        store.roster.put_back(number)


def test_who_trains_is_not_deleted(store: Store):
    store.save(record(status="active", ended=None))
    with pytest.raises(RecordsError, match="training now"):
        store.roster.remove("Ada")


def test_after_a_day_it_is_forgotten_for_good(store: Store):
    deleted, kept = record(), record()
    for one in (deleted, kept, record(player="Bob"), record(player="Cy")):
        store.save(one)
    store.discard(deleted.uuid)
    number = store.roster.remove("Bob")
    store.roster.merge("Cy", into="Ada")
    for days, left in ((0.9, 2), (1.1, 0)):
        with store.database.writing() as rows:
            forget(rows, datetime.now(UTC) + timedelta(days=days))
        assert len(store.roster.gone()) == left
    assert store.session(deleted.uuid) is None
    assert store.session(kept.uuid) == kept
    assert len(history(store, "Ada")) == 2
    with pytest.raises(RecordsError, match="too late"):
        store.roster.put_back(number)


@pytest.mark.parametrize(("unit", "done"), [("days", 1), ("minutes", 2.0), ("reps", 2)])
def test_a_goal_for_the_week(store: Store, unit: str, done: float):
    assert store.roster.goal(store.house.welcome("Ada").name) is None
    store.roster.set_goal("ada", Goal(unit, 5))
    assert store.roster.goal("Ada") == Goal(unit, 5)
    for workout, days in (("squat", 0), ("plank", 0), ("squat", -7)):
        begun = NOW.timestamp() + days * 86400 - 60
        store.save(record(workout, started=begun, ended=begun + 60))
    assert this_week(store.diary.days("Ada"), unit, NOW.date(), {"plank"}) == done
    store.roster.set_goal("Ada", None)
    assert store.roster.goal("Ada") is None


@pytest.mark.parametrize(("unit", "amount"), [("days", 8), ("days", 0), ("reps", -1), ("x", 1)])
def test_what_no_week_has_is_no_goal(store: Store, unit: str, amount: int):
    store.house.welcome("Ada")
    with pytest.raises(RecordsError, match="A week has"):
        store.roster.set_goal("Ada", Goal(unit, amount))


def test_former_names_come_back_with_a_deleted_player(store: Store):
    store.save(record())
    store.roster.rename("Ada", "Eve")
    number = store.roster.remove("Eve")
    assert store.house.player("Ada") is None  # a former name of somebody who is gone leads nowhere
    assert store.roster.put_back(number) == "Eve"
    assert store.house.player("Ada").name == "Eve"


def test_a_day_later_nobody_can_be_put_back(store: Store):
    number = store.roster.remove(store.house.welcome("Ada").name)
    session = record(player="Bob")
    store.save(session)
    store.discard(session.uuid)
    assert [one.name for one in store.roster.gone()] == ["Ada"]
    later = datetime.now(UTC) + timedelta(days=1, minutes=1)
    assert len(store.diary.gone("Bob")) == 1
    store._now = store.roster._now = store.diary._now = lambda: later
    assert store.roster.gone() == store.diary.gone("Bob") == []
    with pytest.raises(RecordsError, match="too late"):
        store.roster.put_back(number)
    with pytest.raises(RecordsError, match="too late"):
        store.discard(session.uuid, undo=True)
    store.forget()
    assert store.session(session.uuid) is None
