"""Workouts that the house has taught, on a real database."""

from datetime import timedelta

import pytest

from hiitpi.errors import RecordsError
from hiitpi.records import taught_workouts
from hiitpi.records.sessions import Store
from hiitpi.records.taught_workouts import slug_of
from tests.support.session_factory import NOW


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Kettlebell Swings", "taught_kettlebell_swings"),
        ("  Übung -- 1 ", "taught_übung_1"),
        ("深蹲", "taught_深蹲"),
        ("!!!", "taught_workout"),
        ("x" * 60, "taught_" + "x" * 53),
    ],
)
def test_the_slug_is_made_of_the_name(name: str, slug: str):
    assert slug_of(name) == slug
    assert len(slug) <= 60


def test_a_workout_is_kept_once_and_deleted(store: Store):
    taught = store.taught_workouts
    assert taught.add("Swings", "text") == "taught_swings"
    assert taught.texts() == {"taught_swings": "text"}
    with pytest.raises(RecordsError, match="already a workout called SWINGS"):
        taught.add("SWINGS", "other")
    assert taught.delete("taught_swings") == ("Swings", "text")
    assert taught.delete("taught_swings") is None
    assert taught.texts() == {}


def test_there_is_a_limit(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(taught_workouts, "MAX_WORKOUTS", 1)
    store.taught_workouts.add("One", "")
    with pytest.raises(RecordsError, match="Delete one first"):
        store.taught_workouts.add("Two", "")


def test_other_processes_see_each_change_once(store: Store, url: str):
    other = Store(url, now=lambda: NOW + timedelta(seconds=1))
    seen: list[dict[str, str]] = []

    def refresh() -> None:
        store.taught_workouts.refresh(lambda texts: seen.append(dict(texts)) or ["one is wrong"])

    refresh()
    refresh()
    other.taught_workouts.add("One", "1")
    refresh()
    refresh()
    other.taught_workouts.delete("taught_one")
    refresh()
    other.close()
    assert seen == [{}, {"taught_one": "1"}, {}]
