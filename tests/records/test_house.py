from dataclasses import replace

import pytest

from hiitpi.coach.program import SHIPPED, free
from hiitpi.errors import RecordsError
from hiitpi.records.house import House, Player
from hiitpi.records.players import COLOURS
from hiitpi.records.store import Store


@pytest.fixture
def house(store: Store) -> House:
    return store.house


def test_a_player_is_made_once_with_a_colour(house: House):
    ada = house.introduce("  Ada ", "#4da3ff")
    assert ada == Player("Ada", "#4da3ff") == house.player("ADA") == house.welcome("ada")
    assert house.players() == [ada]


def test_a_name_that_somebody_has_is_refused(house: House):
    house.introduce("Ada", "#4da3ff")
    with pytest.raises(ValueError, match="Ada trains here already"):
        house.introduce("aDA", "#3ddc84")


@pytest.mark.parametrize(("name", "colour"), [("", "#4da3ff"), ("a" * 41, "#4da3ff"), ("Ada", "")])
def test_what_is_no_player_is_refused(house: House, name: str, colour: str):
    with pytest.raises(ValueError, match=r"name|colour"):
        house.introduce(name, colour)
    assert house.players() == []


def test_colours_differ_as_long_as_there_are_any(house: House):
    players = [house.welcome(f"player {i}") for i in range(len(COLOURS) + 1)]
    assert {p.colour for p in players} == set(COLOURS)


def test_programs_are_kept_changed_and_dropped(house: House):
    number = house.keep(SHIPPED[0])
    other = house.keep(replace(SHIPPED[1], name="Zum Aufwärmen 😀"))
    assert [kept.program for kept in house.programs()] == [
        SHIPPED[0],
        replace(SHIPPED[1], name="Zum Aufwärmen 😀"),
    ]
    assert house.keep(replace(SHIPPED[4], name="Another"), number) == number
    assert house.program(number) == replace(SHIPPED[4], name="Another")
    assert house.drop(other) == replace(SHIPPED[1], name="Zum Aufwärmen 😀")
    assert house.drop(other) is None
    assert house.program(other) is None


def test_two_programs_of_one_name_are_refused(house: House):
    house.keep(SHIPPED[0])
    with pytest.raises(RecordsError, match="already"):
        house.keep(replace(SHIPPED[1], name=SHIPPED[0].name.upper()))


def test_there_is_an_end_to_programs(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hiitpi.records.house.PROGRAMS", 3)
    for i in range(3):
        house.keep(replace(free("squat"), name=f"p{i}"))
    with pytest.raises(RecordsError, match="Delete one"):
        house.keep(replace(free("squat"), name="one more"))
