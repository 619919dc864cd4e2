"""Reads and creates players."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as DbSession

from hiitpi.records import schema
from hiitpi.records.database import Database
from hiitpi.records.player_names import COLOURS, clean_name, name_key, next_colour


@dataclass(frozen=True, slots=True)
class Player:
    """A player and the colour that represents them in charts."""

    name: str
    colour: str


class PlayerRepository:
    """The players of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Player]:
        """Return all players, sorted by name."""
        query = select(schema.PlayerRow).where(schema.PlayerRow.gone.is_(None))
        with self._database.reading() as db:
            player_rows = db.scalars(query.order_by(schema.PlayerRow.key))
            return [Player(row.name, row.colour) for row in player_rows]

    def find(self, name: str) -> Player | None:
        """Return the player with a current or former name, ignoring case; None if there is none."""
        with self._database.reading() as db:
            row = find_player(db, name)
            return None if row is None else Player(row.name, row.colour)

    def get_or_create_player(self, name: str) -> Player:
        """Return the player with a name, creating it if necessary.

        Raises:
            ValueError: the name is not valid; the message says why.
        """
        with self._database.writing() as db:
            row = get_or_create_player_row(db, name)
            return Player(row.name, row.colour)

    def create_player(self, name: str, colour: str) -> Player:
        """Create a player, even if the name is a former name of another player.

        Args:
            name: the new player's name.
            colour: one of `COLOURS`.

        Raises:
            ValueError: the name is not valid or taken, or the colour is unknown.
        """
        if colour not in COLOURS:
            raise ValueError("Please choose one of the colours.")
        key = name_key(name)
        with self._database.writing() as db:
            existing = db.scalar(select(schema.PlayerRow).where(schema.PlayerRow.key == key))
            if existing:
                raise ValueError(f"{existing.name} already exists: choose the name from the list.")
            alias = db.get(schema.AliasRow, key)
            if alias:
                db.delete(alias)
                db.flush()
            row = get_or_create_player_row(db, name)
            row.colour = colour
            return Player(row.name, row.colour)


def find_player(db: DbSession, name: str) -> schema.PlayerRow | None:
    """Return the row of the player with a current or former name; None if there is none."""
    try:
        key = name_key(name)
    except ValueError:
        return None
    row = db.scalar(select(schema.PlayerRow).where(schema.PlayerRow.key == key))
    if row is None:
        alias = db.get(schema.AliasRow, key)
        row = None if alias is None else db.get(schema.PlayerRow, alias.player_id)
        if row is not None and row.gone is not None:  # an alias of a deleted player
            row = None
    return row


def get_or_create_player_row(db: DbSession, name: str) -> schema.PlayerRow:
    """Return the row of the player with a current or former name, adding it if necessary.

    Raises:
        ValueError: the name is not valid.
    """
    player = find_player(db, name)
    if player is not None:
        return player
    taken = db.scalars(select(schema.PlayerRow.colour).where(schema.PlayerRow.gone.is_(None)))
    player = schema.PlayerRow(
        name=clean_name(name),
        key=name_key(name),
        colour=next_colour(taken),
        created=datetime.now(UTC),
    )
    try:
        with db.begin_nested():
            db.add(player)
    except IntegrityError:  # another process has just created the player
        existing = find_player(db, name)
        if existing is None:
            raise
        return existing
    return player
