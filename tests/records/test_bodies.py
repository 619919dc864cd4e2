"""What players say about themselves."""

from dataclasses import replace

import pytest

from hiitpi.coach.heart_rate import Body
from hiitpi.errors import RecordsError
from hiitpi.records.sessions import Store

ADA = Body(1986, "female", 61.5, 188)


def test_it_is_stored_replaced_and_forgotten(store: Store):
    store.players.create_player("Ada", "#4da3ff")
    assert store.bodies.get("Ada") == Body()
    store.bodies.set("Ada", ADA)
    assert store.bodies.get("ADA") == ADA
    assert store.bodies.highest_heart_rate("Ada") == 188
    store.bodies.set("Ada", replace(ADA, max_heart_rate=None))
    year = store._now().year
    assert store.bodies.highest_heart_rate("Ada") == round(208 - 0.7 * (year - 1986))
    store.bodies.set("Ada", Body())
    assert store.bodies.get("Ada") == Body()


def test_a_stranger_has_said_nothing(store: Store):
    assert store.bodies.get("Nobody") == Body()
    assert store.bodies.highest_heart_rate("Nobody") is None
    with pytest.raises(RecordsError, match="no player called Nobody"):
        store.bodies.set("Nobody", ADA)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (Body(birth_year=1815), "year of birth cannot be 1815"),
        (Body(birth_year=2200), "year of birth cannot be 2200"),
        (Body(weight_kg=615), "weight cannot be 615 kg: enter 15 to 300"),
        (Body(weight_kg=float("nan")), "weight cannot be nan"),
        (Body(max_heart_rate=99), "maximum heart rate cannot be 99"),
        (Body(max_heart_rate=10**30), "maximum heart rate cannot be"),
    ],
)
def test_a_typing_mistake_is_refused(store: Store, body: Body, words: str):
    store.players.create_player("Ada", "#4da3ff")
    store.bodies.set("Ada", ADA)
    with pytest.raises(RecordsError, match=words):
        store.bodies.set("Ada", body)
    assert store.bodies.get("Ada") == ADA
