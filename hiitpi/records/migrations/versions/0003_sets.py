"""Sessions have a program and sets; the house has programs; players have a colour.

Revision ID: 0003
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLOURS = (
    "#3ddc84", "#4da3ff", "#ffb020", "#c79bff", "#5fd7e8", "#ff8fab",
    "#d9e021", "#ff7f50", "#9db2c8", "#b5835a", "#7f7fff", "#2fa58a",
)  # fmt: skip


def upgrade() -> None:
    """Every session so far was free training of one workout: one set, without a clock."""
    op.create_table(
        "program",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(120), nullable=False, unique=True),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "workout_set",
        sa.Column("session_uuid", sa.Uuid, sa.ForeignKey("session.uuid"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("workout", sa.String(60), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("began", sa.Float(53), nullable=False),
        sa.Column("seconds", sa.Float(53), nullable=False),
        sa.Column("reps", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("score", sa.Float(53)),
        sa.Column("sway", sa.Float(53)),
        sa.Column("corrected", sa.Integer),
    )
    op.execute(
        "INSERT INTO workout_set"
        " (session_uuid, number, workout, round, began, seconds, reps, attempts, score, sway)"
        " SELECT uuid, 1, workout, 1, 0.0,"
        " CASE WHEN pace > 0 THEN reps * 30.0 / pace ELSE 0.0 END, reps, attempts, score, sway"
        " FROM session"
    )
    op.add_column("session", sa.Column("program", sa.Text, nullable=False, server_default=""))
    op.add_column("session", sa.Column("device", sa.String(40), nullable=False, server_default=""))
    _name_programs()
    op.drop_column("session", "workout")
    column = sa.Column("set_number", sa.Integer, nullable=False, server_default="1")
    op.add_column("repetition", column)
    op.add_column("player", sa.Column("colour", sa.String(7), nullable=False, server_default=""))
    _give_colours()


def _name_programs() -> None:
    session = sa.table("session", sa.column("workout"), sa.column("program"))
    connection = op.get_bind()
    for (workout,) in connection.execute(sa.select(session.c.workout).distinct()).all():
        program = {
            "exercises": [{"rest": 0.0, "workout": workout}],
            "name": "Free training",
            "round_rest": 0.0,
            "rounds": 1,
        }
        text = json.dumps(program, separators=(",", ":"))
        connection.execute(
            session.update().where(session.c.workout == workout).values(program=text)
        )


def _give_colours() -> None:
    player = sa.table("player", sa.column("id"), sa.column("colour"))
    connection = op.get_bind()
    ids = connection.execute(sa.select(player.c.id).order_by(player.c.id)).scalars().all()
    for i, number in enumerate(ids):
        colour = COLOURS[i % len(COLOURS)]
        connection.execute(player.update().where(player.c.id == number).values(colour=colour))
