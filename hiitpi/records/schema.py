"""The database tables (SQLAlchemy models). Times are stored in UTC, days as local days."""

from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    JSON,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC; SQLite stores no time zone, so it is added again on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Convert a Python value for the database."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Convert a database value to Python."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class SmallNumbers(TypeDecorator[tuple[int, ...]]):
    """Numbers from 0 to 255, one byte each; NULL for none."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: tuple[int, ...] | None, dialect: Dialect) -> Any:
        """Convert a Python value for the database."""
        return bytes(value) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[int, ...]:
        """Convert a database value to Python."""
        return tuple(value or b"")


class Base(DeclarativeBase):
    """Base class of all tables."""


#: Options of the tables that belong to this house's connections rather than to its records: they
#: are not part of a backup, and a restore leaves them alone. Otherwise it would bring revoked
#: tokens back, and send messages again. Ids are not reused, so that nothing that was meant for a
#: deleted row reaches another one.
_CONNECTIONS: Final[dict[str, Any]] = {"info": {"backup": False}, "sqlite_autoincrement": True}


_NO_REUSED_IDS: Final[dict[str, Any]] = {"sqlite_autoincrement": True}


class PlayerRow(Base):
    """A player.

    Attributes:
        key: normalised name; equivalent names have equal keys.
        gone: when the player was deleted or merged into another; NULL for an active player. The
            row is purged after the undo period.
        goal_unit: unit of the weekly goal.
        goal: weekly goal.
        streak: length of the last streak, in days; derived from the daily statistics.
        longest_streak: length of the longest streak, in days; derived likewise.
        last_day: last local training day; derived likewise.
        birth_year: with the next three, what `hiitpi.coach.heart_rate.Body` needs; NULL where the
            player has not said it.
    """

    __tablename__ = "player"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(120), unique=True)
    colour: Mapped[str] = mapped_column(String(7))
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    gone: Mapped[datetime | None] = mapped_column(UtcDateTime)
    goal_unit: Mapped[str | None] = mapped_column(String(8))
    goal: Mapped[int | None]
    streak: Mapped[int] = mapped_column(default=0)
    longest_streak: Mapped[int] = mapped_column(default=0)
    last_day: Mapped[date | None] = mapped_column(Date)
    birth_year: Mapped[int | None]
    sex: Mapped[str | None] = mapped_column(String(6))
    weight_kg: Mapped[float | None] = mapped_column(Float(53))
    max_heart_rate: Mapped[int | None]


class AliasRow(Base):
    """A former name of a player that was renamed or merged; it still finds the player."""

    __tablename__ = "alias"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    player_id: Mapped[int] = mapped_column(ForeignKey("player.id"))


class ProgramRow(Base):
    """A program of the household.

    Attributes:
        key: normalised name.
        data: input of `hiitpi.coach.session.program.parse`.
    """

    __tablename__ = "program"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    changed: Mapped[datetime] = mapped_column(UtcDateTime)


class SessionRow(Base):
    """A training session.

    `reps`, `attempts`, `seconds`, `pace`, `score` and `sway` are derived from the sets, and stored
    so that tables can be sorted by them.

    Attributes:
        program: canonical JSON; sessions of equal programs have equal texts.
        day: local day on which the session started, at its station.
        ended: NULL while the session is running.
        gone: when the session was discarded or deleted; NULL otherwise. The row is purged after
            the undo period.
        merged_from: id of the player who owned the session before a merge.
        strictness: how strictly repetitions were judged; also part of the program.
    """

    __tablename__ = "session"

    uuid: Mapped[UUID] = mapped_column(primary_key=True)
    player_id: Mapped[int] = mapped_column(ForeignKey("player.id"))
    program: Mapped[str] = mapped_column(Text)
    started: Mapped[datetime] = mapped_column(UtcDateTime)
    day: Mapped[date] = mapped_column(Date)
    ended: Mapped[datetime | None] = mapped_column(UtcDateTime)
    gone: Mapped[datetime | None] = mapped_column(UtcDateTime)
    merged_from: Mapped[int | None]
    status: Mapped[str] = mapped_column(String(12))
    reps: Mapped[int]
    attempts: Mapped[int]
    seconds: Mapped[float] = mapped_column(Float(53), default=0.0)
    pace: Mapped[float] = mapped_column(Float(53))
    score: Mapped[float | None] = mapped_column(Float(53))
    sway: Mapped[float | None] = mapped_column(Float(53))
    station: Mapped[str] = mapped_column(String(30))
    model: Mapped[str] = mapped_column(String(60))
    device: Mapped[str] = mapped_column(String(40))
    match: Mapped[str] = mapped_column(String(40), default="")
    strictness: Mapped[str] = mapped_column(String(8), default="standard")

    player: Mapped[PlayerRow] = relationship()
    sets: Mapped[list["SetRow"]] = relationship(
        order_by="SetRow.number", cascade="all, delete-orphan"
    )
    series: Mapped[list["RepetitionRow"]] = relationship(
        order_by="RepetitionRow.number", cascade="all, delete-orphan"
    )

    __table_args__ = (
        Index("session_player_started", "player_id", "started"),
        Index("session_player_day", "player_id", "day"),
        Index("session_gone", "gone"),
        Index("session_station_status", "station", "status"),
        Index("session_match", "match"),
    )


class SetRow(Base):
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
    scoring: Mapped[int]
    recognised: Mapped[str | None] = mapped_column(String(60))
    heart_rates: Mapped[tuple[int, ...]] = mapped_column(SmallNumbers, nullable=True)


class RepetitionRow(Base):
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


class DailyStats(Base):
    """Sums and bests of a player's sets of one workout on one local day.

    Derived from the sessions by `hiitpi.records.daily_stats`; makes queries over three years as
    fast as queries over a week. Bests are those of sessions that rank (see
    `daily_stats.RANKED_SESSIONS`).

    Attributes:
        unranked: repetitions of sessions that do not rank, which `reps` includes.
    """

    __tablename__ = "tally"

    player_id: Mapped[int] = mapped_column(ForeignKey("player.id"), primary_key=True)
    workout: Mapped[str] = mapped_column(String(60), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    sessions: Mapped[int]
    sets: Mapped[int]
    reps: Mapped[int]
    seconds: Mapped[float] = mapped_column(Float(53))
    scored: Mapped[int]
    score: Mapped[float | None] = mapped_column(Float(53))
    best_set: Mapped[int]
    best_pace: Mapped[float | None] = mapped_column(Float(53))
    best_score: Mapped[float | None] = mapped_column(Float(53))
    unranked: Mapped[int] = mapped_column(default=0)

    __table_args__ = (Index("tally_day", "day"), {"sqlite_with_rowid": False})


class ChallengeRow(Base):
    """A challenge of the house: who does most repetitions of a workout in some days?

    Attributes:
        first: first local day that counts.
        last: last local day that counts.
        settled: when its winner was announced; NULL until then.
    """

    __tablename__ = "challenge"
    __table_args__ = _NO_REUSED_IDS  # an old page must not end another challenge

    id: Mapped[int] = mapped_column(primary_key=True)
    workout: Mapped[str] = mapped_column(String(60))
    first: Mapped[date] = mapped_column(Date)
    last: Mapped[date] = mapped_column(Date)
    settled: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WebhookRow(Base):
    """An address that is told about sessions.

    Attributes:
        secret: key of the signatures, as shown to the person who added the address.
        disabled: why nothing is sent any more; "" while it is in use.
    """

    __tablename__ = "webhook"
    __table_args__ = _CONNECTIONS

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(String(80))
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled: Mapped[str] = mapped_column(String(200), default="")


class DeliveryRow(Base):
    """A message to a webhook; those of one webhook are sent in the order of their ids.

    Attributes:
        key: identifies the message to its receiver, however often it is sent.
        kind: what happened.
        body: the message, as JSON; "" once it was accepted or given up.
        station: name of the station that sends it.
        attempts: how often it was sent.
        next_try: when to send it again; NULL once it was accepted or given up.
        accepted: whether the receiver has accepted it.
        result: the receiver's last answer, or why there was none.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = _CONNECTIONS

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"), index=True)
    key: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(Text)
    station: Mapped[str] = mapped_column(String(60))
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted: Mapped[bool] = mapped_column(default=False)
    result: Mapped[str] = mapped_column(String(200), default="")
    webhook: Mapped[WebhookRow] = relationship()


class ApiTokenRow(Base):
    """A token with which a script uses the API.

    Attributes:
        hash: SHA-256 of the token, in hexadecimal; the token itself is not stored.
        scope: "read" or "control".
        last_used: when it was last used, to the hour.
    """

    __tablename__ = "api_token"
    __table_args__ = _CONNECTIONS

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    scope: Mapped[str] = mapped_column(String(8))
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used: Mapped[datetime | None] = mapped_column(UtcDateTime)
