"""Reads and writes the household's own programs."""

from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from sqlalchemy import select

from hiitpi.coach.session.program import Program, parse
from hiitpi.errors import RecordsError
from hiitpi.records import schema
from hiitpi.records.database import Database
from hiitpi.records.player_names import name_key

#: Maximum number of stored programs.
MAX_PROGRAMS = 200

MAX_NAME_CHARS = 60


@dataclass(frozen=True, slots=True)
class StoredProgram:
    """A stored program and its id."""

    id: int
    program: Program


class ProgramRepository:
    """The programs of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[StoredProgram]:
        """Return all stored programs, sorted by name."""
        with self._database.reading() as db:
            program_rows = db.scalars(select(schema.ProgramRow).order_by(schema.ProgramRow.key))
            return [StoredProgram(row.id, parse(row.data)) for row in program_rows]

    def get(self, number: int) -> Program | None:
        """Return a program by id; None if there is none."""
        with self._database.reading() as db:
            row = db.get(schema.ProgramRow, number)
            return None if row is None else parse(row.data)

    def save(self, program: Program, number: int | None = None) -> int:
        """Insert or update a program.

        Args:
            program: the program.
            number: id of the program to update; None, or an unknown id, inserts a new one.

        Returns:
            The id of the stored program.

        Raises:
            RecordsError: another program has that name, or there are too many programs.
            ValueError: the name is not valid.
        """
        key = name_key(program.name, max_chars=MAX_NAME_CHARS)
        with self._database.writing() as db:
            namesake = db.scalar(select(schema.ProgramRow).where(schema.ProgramRow.key == key))
            if namesake is not None and namesake.id != number:
                raise RecordsError(f"There is already a program called {program.name}.")
            row = None if number is None else db.get(schema.ProgramRow, number)
            if row is None:
                if len(db.scalars(select(schema.ProgramRow.id)).all()) >= MAX_PROGRAMS:
                    raise RecordsError(f"There are {MAX_PROGRAMS} programs. Delete one first.")
                row = schema.ProgramRow()
                db.add(row)
            row.key, row.data, row.changed = key, program.data(), datetime.now(UTC)
            db.flush()
            return row.id

    def delete(self, number: int) -> Program | None:
        """Delete a program and return it, so that it can be saved again; None if there is none."""
        with self._database.writing() as db:
            row = db.get(schema.ProgramRow, number)
            if row is None:
                return None
            program = parse(row.data)
            db.delete(row)
            return program


def canonical_json(program: Program) -> str:
    """Return a program as JSON with sorted keys, so that equal programs have equal texts."""
    return orjson.dumps(program.data(), option=orjson.OPT_SORT_KEYS).decode()
