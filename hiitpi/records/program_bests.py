"""A player's best in a program, regardless of the program's name."""

from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session as DbSession

from hiitpi.coach.messages import SessionRecord
from hiitpi.coach.session.program import Program
from hiitpi.records import schema
from hiitpi.records.daily_stats import COUNTED_SESSIONS
from hiitpi.records.players import find_player


@dataclass(frozen=True, slots=True)
class Best:
    """The best results of a player in a program.

    Attributes:
        reps: most repetitions of a session.
        pace: highest pace, in repetitions per 30 s.
    """

    reps: int
    pace: float


def program_best(db: DbSession, record: SessionRecord) -> Best | None:
    """Return the best of the player's other sessions of an equal program; None if there are none.

    Args:
        db: a transaction.
        record: the session whose player and program to look for.
    """
    player = find_player(db, record.player)
    if player is None:
        return None
    query = select(func.max(schema.SessionRow.reps), func.max(schema.SessionRow.pace)).where(
        schema.SessionRow.program.in_(_same_programs(db, player.id, record.program)),
        schema.SessionRow.player_id == player.id,
        schema.SessionRow.uuid != UUID(record.uuid),
        COUNTED_SESSIONS,
    )
    reps, pace = db.execute(query).one()
    return None if reps is None else Best(reps, pace)


def _same_programs(db: DbSession, player: int, program: Program) -> list[str]:
    """Return the JSON of a player's programs that equal `program`, ignoring the name."""
    query = (
        select(schema.SessionRow.program).where(schema.SessionRow.player_id == player).distinct()
    )
    wanted = {**program.data(), "name": ""}
    return [text for text in db.scalars(query) if {**orjson.loads(text), "name": ""} == wanted]
