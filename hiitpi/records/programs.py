"""Reads and writes the house's own programs."""

from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from sqlalchemy import select

from hiitpi.coach.session.program import Program, parse
from hiitpi.errors import RecordsError
from hiitpi.records import schema
from hiitpi.records.database import Database
from hiitpi.records.player_names import name_key

#: Programs that a house may keep.
MAX_PROGRAMS = 200


@dataclass(frozen=True, slots=True)
class StoredProgram:
    """A program of the house, by its number."""

    id: int
    program: Program


class ProgramRepository:
    """The programs of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[StoredProgram]:
        """The house's own programs, by name."""
        with self._database.reading() as rows:
            found = rows.scalars(select(schema.ProgramRow).order_by(schema.ProgramRow.key))
            return [StoredProgram(row.id, parse(row.data)) for row in found]

    def get(self, number: int) -> Program | None:
        """The program of that number; None: there is none."""
        with self._database.reading() as rows:
            row = rows.get(schema.ProgramRow, number)
            return None if row is None else parse(row.data)

    def save(self, program: Program, number: int | None = None) -> int:
        """Store a program, or what became of the one of that `number`; return its number.

        Raises:
            RecordsError: another one has that name, or there are too many.
            ValueError: the name cannot be one.
        """
        key = name_key(program.name, longest=60)
        with self._database.writing() as rows:
            same = rows.scalar(select(schema.ProgramRow).where(schema.ProgramRow.key == key))
            if same is not None and same.id != number:
                raise RecordsError(f"There is a program called {program.name} already.")
            row = None if number is None else rows.get(schema.ProgramRow, number)
            if row is None:
                if len(rows.scalars(select(schema.ProgramRow.id)).all()) >= MAX_PROGRAMS:
                    raise RecordsError(f"There are {MAX_PROGRAMS} programs. Delete one first.")
                row = schema.ProgramRow()
                rows.add(row)
            row.key, row.data, row.changed = key, program.data(), datetime.now(UTC)
            rows.flush()
            return row.id

    def delete(self, number: int) -> Program | None:
        """Delete a program; return it, so that it can be kept again. None: there is none."""
        with self._database.writing() as rows:
            row = rows.get(schema.ProgramRow, number)
            if row is None:
                return None
            program = parse(row.data)
            rows.delete(row)
            return program


def canonical(program: Program) -> str:
    """A program as JSON; equal programs have equal texts."""
    return orjson.dumps(program.data(), option=orjson.OPT_SORT_KEYS).decode()
