"""Creation of players: names and colours."""

import pytest

from hiitpi.records.player_names import COLOURS
from hiitpi.records.players import Player, PlayerRepository
from hiitpi.records.sessions import Store


@pytest.fixture
def players(store: Store) -> PlayerRepository:
    return store.players


def test_a_player_is_created_once_with_a_colour(players: PlayerRepository):
    ada = players.create_player("  Ada ", "#4da3ff")
    assert (
        ada
        == Player("Ada", "#4da3ff")
        == players.find("ADA")
        == players.get_or_create_player("ada")
    )
    assert players.all() == [ada]


def test_a_name_already_taken_is_refused(players: PlayerRepository):
    players.create_player("Ada", "#4da3ff")
    with pytest.raises(ValueError, match="Ada already exists"):
        players.create_player("aDA", "#3ddc84")


@pytest.mark.parametrize(("name", "colour"), [("", "#4da3ff"), ("a" * 41, "#4da3ff"), ("Ada", "")])
def test_an_invalid_name_or_colour_is_refused(players: PlayerRepository, name: str, colour: str):
    with pytest.raises(ValueError, match=r"name|colour"):
        players.create_player(name, colour)
    assert players.all() == []


def test_colours_differ_until_all_are_used(players: PlayerRepository):
    created = [players.get_or_create_player(f"player {i}") for i in range(len(COLOURS) + 1)]
    assert {p.colour for p in created} == set(COLOURS)
