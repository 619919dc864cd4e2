"""What belongs to the house: its players and its programs."""

from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session as Database

from hiitpi.coach.program import Program, parse
from hiitpi.errors import RecordsError
from hiitpi.records import schema
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

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def players(self) -> list[Player]:
        """Everybody who has said who they are here, by name."""
        with Database(self._engine) as db:
            rows = db.scalars(select(schema.Player).order_by(schema.Player.key))
            return [Player(row.name, row.colour) for row in rows]

    def player(self, name: str) -> Player | None:
        """The player of that name, whatever the case; None: there is none."""
        with Database(self._engine) as db:
            query = select(schema.Player).where(schema.Player.key == name_key(name))
            row = db.scalar(query)
            return None if row is None else Player(row.name, row.colour)

    def welcome(self, name: str) -> Player:
        """The player of that name, made if there is none yet.

        Raises:
            ValueError: it cannot be a name; the message says why.
        """
        with Database(self._engine) as db, db.begin():
            row = player_row(db, name)
            return Player(row.name, row.colour)

    def introduce(self, name: str, colour: str) -> Player:
        """Make a new player.

        Raises:
            ValueError: it cannot be a name, somebody has it, or it is no colour of ours.
        """
        if colour not in COLOURS:
            raise ValueError("Please choose one of the colours.")
        known = self.player(name)
        if known:
            raise ValueError(f"{known.name} trains here already: choose the name from the list.")
        with Database(self._engine) as db, db.begin():
            row = player_row(db, name)
            row.colour = colour
            return Player(row.name, row.colour)

    def programs(self) -> list[Kept]:
        """The house's own programs, by name."""
        with Database(self._engine) as db:
            rows = db.scalars(select(schema.Program).order_by(schema.Program.key))
            return [Kept(row.id, parse(row.data)) for row in rows]

    def program(self, number: int) -> Program | None:
        """The program of that number; None: there is none."""
        with Database(self._engine) as db:
            row = db.get(schema.Program, number)
            return None if row is None else parse(row.data)

    def keep(self, program: Program, number: int | None = None) -> int:
        """Store a program, or what became of the one of that `number`; return its number.

        Raises:
            RecordsError: another one has that name, or there are too many.
            ValueError: the name cannot be one.
        """
        key = name_key(program.name, longest=60)
        with Database(self._engine) as db, db.begin():
            same = db.scalar(select(schema.Program).where(schema.Program.key == key))
            if same is not None and same.id != number:
                raise RecordsError(f"There is a program called {program.name} already.")
            row = None if number is None else db.get(schema.Program, number)
            if row is None:
                if len(db.scalars(select(schema.Program.id)).all()) >= PROGRAMS:
                    raise RecordsError(f"There are {PROGRAMS} programs. Delete one first.")
                row = schema.Program()
                db.add(row)
            row.key, row.data, row.changed = key, program.data(), datetime.now(UTC)
            db.flush()
            return row.id

    def drop(self, number: int) -> Program | None:
        """Delete a program; return it, so that it can be kept again. None: there is none."""
        with Database(self._engine) as db, db.begin():
            row = db.get(schema.Program, number)
            if row is None:
                return None
            program = parse(row.data)
            db.delete(row)
            return program


def canonical(program: Program) -> str:
    """A program as JSON; equal programs have equal texts."""
    return orjson.dumps(program.data(), option=orjson.OPT_SORT_KEYS).decode()


def player_row(db: Database, name: str) -> schema.Player:
    """The row of the player of that name, made if there is none yet."""
    key = name_key(name)
    player = db.scalar(select(schema.Player).where(schema.Player.key == key))
    if player is None:
        colour = next_colour(db.scalars(select(schema.Player.colour)))
        player = schema.Player(
            name=clean_name(name), key=key, colour=colour, created=datetime.now(UTC)
        )
        db.add(player)
    return player
