"""The tables. Times are UTC; days are the business of whoever shows them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Moment(TypeDecorator[datetime]):
    """An aware datetime in UTC; SQLite keeps no zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To the database."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables."""


class Player(Base):
    """Somebody who trains. `key` is the name without regard to case: equal names, one player."""

    __tablename__ = "player"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(120), unique=True)
    colour: Mapped[str] = mapped_column(String(7))
    created: Mapped[datetime] = mapped_column(Moment)


class Program(Base):
    """A program of the house's own; `data` is what `hiitpi.coach.program.parse` takes."""

    __tablename__ = "program"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    changed: Mapped[datetime] = mapped_column(Moment)


class Session(Base):
    """A training session; `ended` is NULL while it runs.

    `program` is canonical JSON: sessions of equal programs have equal texts. `reps`, `pace`,
    `score` and `sway` follow from the sets, and are kept for those who sum many sessions up.
    """

    __tablename__ = "session"

    uuid: Mapped[UUID] = mapped_column(primary_key=True)
    player_id: Mapped[int] = mapped_column(ForeignKey("player.id"))
    program: Mapped[str] = mapped_column(Text)
    started: Mapped[datetime] = mapped_column(Moment)
    ended: Mapped[datetime | None] = mapped_column(Moment)
    status: Mapped[str] = mapped_column(String(12))
    reps: Mapped[int]
    attempts: Mapped[int]
    pace: Mapped[float] = mapped_column(Float(53))
    score: Mapped[float | None] = mapped_column(Float(53))
    sway: Mapped[float | None] = mapped_column(Float(53))
    station: Mapped[str] = mapped_column(String(30))
    model: Mapped[str] = mapped_column(String(60))
    device: Mapped[str] = mapped_column(String(40))

    player: Mapped[Player] = relationship()
    sets: Mapped[list["WorkoutSet"]] = relationship(
        order_by="WorkoutSet.number", cascade="all, delete-orphan"
    )
    series: Mapped[list["Repetition"]] = relationship(
        order_by="Repetition.number", cascade="all, delete-orphan"
    )

    __table_args__ = (
        Index("session_ended", "ended"),
        Index("session_player_ended", "player_id", "ended"),
        Index("session_station_status", "station", "status"),
    )


class WorkoutSet(Base):
    """One set of a session; see `hiitpi.coach.messages.SetRecord`."""

    __tablename__ = "workout_set"

    session_uuid: Mapped[UUID] = mapped_column(ForeignKey("session.uuid"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    workout: Mapped[str] = mapped_column(String(60))
    round: Mapped[int]
    began: Mapped[float] = mapped_column(Float(53))
    seconds: Mapped[float] = mapped_column(Float(53))
    reps: Mapped[int]
    attempts: Mapped[int]
    score: Mapped[float | None] = mapped_column(Float(53))
    sway: Mapped[float | None] = mapped_column(Float(53))
    corrected: Mapped[int | None]


class Repetition(Base):
    """One counted repetition of a session; see `hiitpi.coach.messages.Repetition`."""

    __tablename__ = "repetition"

    session_uuid: Mapped[UUID] = mapped_column(ForeignKey("session.uuid"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    time: Mapped[float] = mapped_column(Float(53))
    duration: Mapped[float] = mapped_column(Float(53))
    range_of_motion: Mapped[float] = mapped_column(Float(53))
    symmetry: Mapped[float] = mapped_column(Float(53))
    score: Mapped[float] = mapped_column(Float(53))
    cues: Mapped[list[str]] = mapped_column(JSON)
    set: Mapped[int] = mapped_column("set_number")
