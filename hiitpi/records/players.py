"""Reads and makes players."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Rows

from hiitpi.records import schema
from hiitpi.records.database import Database
from hiitpi.records.player_names import COLOURS, clean_name, name_key, next_colour


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody who trains here, and the colour in which the charts show it."""

    name: str
    colour: str


class PlayerRepository:
    """The players of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Player]:
        """Everybody who has said who they are here, by name."""
        query = select(schema.PlayerRow).where(schema.PlayerRow.gone.is_(None))
        with self._database.reading() as rows:
            found = rows.scalars(query.order_by(schema.PlayerRow.key))
            return [Player(row.name, row.colour) for row in found]

    def find(self, name: str) -> Player | None:
        """The player who has or had that name, whatever the case; None: there is none."""
        with self._database.reading() as rows:
            row = find_player(rows, name)
            return None if row is None else Player(row.name, row.colour)

    def get_or_create_player(self, name: str) -> Player:
        """The player of that name, made if there is none yet.

        Raises:
            ValueError: it cannot be a name; the message says why.
        """
        with self._database.writing() as rows:
            row = player_row(rows, name)
            return Player(row.name, row.colour)

    def create_player(self, name: str, colour: str) -> Player:
        """Make a new player, even if somebody was called so before.

        Raises:
            ValueError: it cannot be a name, somebody has it, or it is no colour of ours.
        """
        if colour not in COLOURS:
            raise ValueError("Please choose one of the colours.")
        key = name_key(name)
        with self._database.writing() as rows:
            known = rows.scalar(select(schema.PlayerRow).where(schema.PlayerRow.key == key))
            if known:
                raise ValueError(
                    f"{known.name} trains here already: choose the name from the list."
                )
            alias = rows.get(schema.AliasRow, key)
            if alias:
                rows.delete(alias)
                rows.flush()
            row = player_row(rows, name)
            row.colour = colour
            return Player(row.name, row.colour)


def find_player(rows: Rows, name: str) -> schema.PlayerRow | None:
    """The row of the player who has that name, or had it; None: nobody, or it is no name."""
    try:
        key = name_key(name)
    except ValueError:
        return None
    row = rows.scalar(select(schema.PlayerRow).where(schema.PlayerRow.key == key))
    if row is None:
        alias = rows.get(schema.AliasRow, key)
        row = None if alias is None else rows.get(schema.PlayerRow, alias.player_id)
        if row is not None and row.gone is not None:  # a former name of somebody who is deleted
            row = None
    return row


def player_row(rows: Rows, name: str) -> schema.PlayerRow:
    """The same, made if there is none yet."""
    player = find_player(rows, name)
    if player is not None:
        return player
    taken = rows.scalars(select(schema.PlayerRow.colour).where(schema.PlayerRow.gone.is_(None)))
    player = schema.PlayerRow(
        name=clean_name(name),
        key=name_key(name),
        colour=next_colour(taken),
        created=datetime.now(UTC),
    )
    try:
        with rows.begin_nested():
            rows.add(player)
    except IntegrityError:  # another process was quicker
        found = find_player(rows, name)
        if found is None:
            raise
        return found
    return player
