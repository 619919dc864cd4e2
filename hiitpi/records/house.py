"""What belongs to the house: its players and its programs."""

from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Rows

from hiitpi.coach.program import Program, parse
from hiitpi.errors import RecordsError
from hiitpi.records import schema
from hiitpi.records.database import Database
from hiitpi.records.players import COLOURS, clean_name, name_key, next_colour

#: Programs that a house may keep.
PROGRAMS = 200


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody who trains here, and the colour in which the charts show it."""

    name: str
    colour: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A program of the house, by its number."""

    id: int
    program: Program


class House:
    """Players and programs of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def players(self) -> list[Player]:
        """Everybody who has said who they are here, by name."""
        query = select(schema.Player).where(schema.Player.gone.is_(None))
        with self._database.reading() as rows:
            found = rows.scalars(query.order_by(schema.Player.key))
            return [Player(row.name, row.colour) for row in found]

    def player(self, name: str) -> Player | None:
        """The player who has or had that name, whatever the case; None: there is none."""
        with self._database.reading() as rows:
            row = find_player(rows, name)
            return None if row is None else Player(row.name, row.colour)

    def welcome(self, name: str) -> Player:
        """The player of that name, made if there is none yet.

        Raises:
            ValueError: it cannot be a name; the message says why.
        """
        with self._database.writing() as rows:
            row = player_row(rows, name)
            return Player(row.name, row.colour)

    def introduce(self, name: str, colour: str) -> Player:
        """Make a new player, even if somebody was called so before.

        Raises:
            ValueError: it cannot be a name, somebody has it, or it is no colour of ours.
        """
        if colour not in COLOURS:
            raise ValueError("Please choose one of the colours.")
        key = name_key(name)
        with self._database.writing() as rows:
            known = rows.scalar(select(schema.Player).where(schema.Player.key == key))
            if known:
                raise ValueError(
                    f"{known.name} trains here already: choose the name from the list."
                )
            alias = rows.get(schema.Alias, key)
            if alias:
                rows.delete(alias)
                rows.flush()
            row = player_row(rows, name)
            row.colour = colour
            return Player(row.name, row.colour)

    def programs(self) -> list[Kept]:
        """The house's own programs, by name."""
        with self._database.reading() as rows:
            found = rows.scalars(select(schema.Program).order_by(schema.Program.key))
            return [Kept(row.id, parse(row.data)) for row in found]

    def program(self, number: int) -> Program | None:
        """The program of that number; None: there is none."""
        with self._database.reading() as rows:
            row = rows.get(schema.Program, number)
            return None if row is None else parse(row.data)

    def keep(self, program: Program, number: int | None = None) -> int:
        """Store a program, or what became of the one of that `number`; return its number.

        Raises:
            RecordsError: another one has that name, or there are too many.
            ValueError: the name cannot be one.
        """
        key = name_key(program.name, longest=60)
        with self._database.writing() as rows:
            same = rows.scalar(select(schema.Program).where(schema.Program.key == key))
            if same is not None and same.id != number:
                raise RecordsError(f"There is a program called {program.name} already.")
            row = None if number is None else rows.get(schema.Program, number)
            if row is None:
                if len(rows.scalars(select(schema.Program.id)).all()) >= PROGRAMS:
                    raise RecordsError(f"There are {PROGRAMS} programs. Delete one first.")
                row = schema.Program()
                rows.add(row)
            row.key, row.data, row.changed = key, program.data(), datetime.now(UTC)
            rows.flush()
            return row.id

    def drop(self, number: int) -> Program | None:
        """Delete a program; return it, so that it can be kept again. None: there is none."""
        with self._database.writing() as rows:
            row = rows.get(schema.Program, number)
            if row is None:
                return None
            program = parse(row.data)
            rows.delete(row)
            return program


def canonical(program: Program) -> str:
    """A program as JSON; equal programs have equal texts."""
    return orjson.dumps(program.data(), option=orjson.OPT_SORT_KEYS).decode()


def find_player(rows: Rows, name: str) -> schema.Player | None:
    """The row of the player who has that name, or had it; None: nobody, or it is no name."""
    try:
        key = name_key(name)
    except ValueError:
        return None
    row = rows.scalar(select(schema.Player).where(schema.Player.key == key))
    if row is None:
        alias = rows.get(schema.Alias, key)
        row = None if alias is None else rows.get(schema.Player, alias.player_id)
        if row is not None and row.gone is not None:  # a former name of somebody who is deleted
            row = None
    return row


def player_row(rows: Rows, name: str) -> schema.Player:
    """The same, made if there is none yet."""
    player = find_player(rows, name)
    if player is not None:
        return player
    taken = rows.scalars(select(schema.Player.colour).where(schema.Player.gone.is_(None)))
    player = schema.Player(
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
