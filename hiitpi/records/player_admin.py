"""What a player may do with itself: another name, one out of two, a goal, and going away."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, get_args

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session as Rows

from hiitpi.errors import RecordsError
from hiitpi.records.daily_stats import rebuild_daily_stats
from hiitpi.records.database import Database
from hiitpi.records.player_names import clean_name, name_key
from hiitpi.records.players import find_player
from hiitpi.records.schema import AliasRow, DailyStats, PlayerRow, RepetitionRow, SessionRow, SetRow

#: How long what was deleted can be put back; then it is forgotten for good.
UNDO_PERIOD: Final = timedelta(days=1)

GoalUnit = Literal["days", "minutes", "reps"]

#: The most that a week has of each.
GOALS: Final[dict[GoalUnit, int]] = {"days": 7, "minutes": 7 * 24 * 60, "reps": 99_999}


@dataclass(frozen=True, slots=True)
class Goal:
    """What a player wants to reach in a week, Monday to Sunday."""

    unit: GoalUnit
    amount: int


@dataclass(frozen=True, slots=True)
class DeletedPlayer:
    """A player that was deleted, or merged into another, and can be put back."""

    id: int
    name: str
    when: datetime


class PlayerAdmin:
    """The players of a database."""

    def __init__(
        self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database, self._now = database, now

    def rename(self, name: str, new: str) -> str:
        """Give a player another name; the old one still leads there. Returns the new one.

        Raises:
            ValueError: it cannot be a name.
            RecordsError: there is no such player, or another one is called so.
        """
        clean, key = clean_name(new), name_key(new)
        with self._database.writing() as rows:
            player = _player(rows, name)
            other = find_player(rows, new)
            if other is not None and other.id != player.id:
                raise RecordsError(f"{other.name} has that name: merge the two, if they are one.")
            if key != player.key:
                rows.execute(delete(AliasRow).where(AliasRow.key == key))
                rows.add(AliasRow(key=player.key, player_id=player.id))
            player.name, player.key = clean, key
            return clean

    def merge(self, name: str, into: str) -> None:
        """Make two players one: everything becomes that of `into`, and so does the name.

        Raises:
            RecordsError: there is no such player, or they are the same.
        """
        with self._database.writing() as rows:
            player, other = _player(rows, name), _player(rows, into)
            if player.id == other.id:
                raise RecordsError(f"{player.name} is the same player.")
            _not_training(rows, player)
            moved = SessionRow.player_id == player.id
            rows.execute(update(SessionRow).where(moved, SessionRow.merged_from.is_(None)).values(
                merged_from=player.id
            ))  # fmt: skip
            rows.execute(update(SessionRow).where(moved).values(player_id=other.id))
            rows.execute(
                update(AliasRow).where(AliasRow.player_id == player.id).values(player_id=other.id)
            )
            key = _soft_delete(player, self._now())
            rows.flush()
            rows.add(AliasRow(key=key, player_id=other.id))
            rebuild_daily_stats(rows, player.id)
            rebuild_daily_stats(rows, other.id)

    def remove(self, name: str) -> int:
        """Delete a player with all sessions; returns the number by which it can be put back.

        Raises:
            RecordsError: there is no such player, or it is training now.
        """
        with self._database.writing() as rows:
            player = _player(rows, name)
            _not_training(rows, player)
            _soft_delete(
                player, self._now()
            )  # its former names stay, so that they can be put back too
            return player.id

    def restore_player(self, number: int) -> str:
        """Undo `remove` or `merge`; returns the player's name.

        Raises:
            RecordsError: it is too late, or another one is called so by now.
        """
        with self._database.writing() as rows:
            player = rows.get(PlayerRow, number)
            if player is None or player.gone is None or player.gone < self._now() - UNDO_PERIOD:
                raise RecordsError("It is too late: that player has been forgotten.")
            key = name_key(player.name)
            other = rows.scalar(select(PlayerRow).where(PlayerRow.key == key))
            if other is not None:
                raise RecordsError(f"There is another {other.name} by now: rename that one first.")
            rows.execute(delete(AliasRow).where(AliasRow.key == key))
            player.key, player.gone = key, None
            rows.flush()
            mine = SessionRow.merged_from == player.id
            now_of = rows.scalars(select(SessionRow.player_id).where(mine).distinct()).all()
            rows.execute(
                update(SessionRow).where(mine).values(player_id=player.id, merged_from=None)
            )
            for changed in (player.id, *now_of):
                rebuild_daily_stats(rows, changed)
            return player.name

    def gone(self) -> list[DeletedPlayer]:
        """Who can be put back, newest first."""
        recent = PlayerRow.gone >= self._now() - UNDO_PERIOD
        query = select(PlayerRow).where(recent).order_by(PlayerRow.gone.desc())
        with self._database.reading() as rows:
            return [DeletedPlayer(p.id, p.name, p.gone) for p in rows.scalars(query) if p.gone]

    def goal(self, name: str) -> Goal | None:
        """What the player wants to reach in a week; None: nothing was set."""
        with self._database.reading() as rows:
            player = find_player(rows, name)
            if player is None or player.goal is None or player.goal_unit not in GOALS:
                return None
            return Goal(player.goal_unit, player.goal)

    def set_goal(self, name: str, goal: Goal | None) -> None:
        """Set it, or None: no goal.

        Raises:
            RecordsError: no week has so much, or there is no such player.
        """
        if goal and (
            goal.unit not in get_args(GoalUnit) or not 1 <= goal.amount <= GOALS[goal.unit]
        ):
            raise RecordsError(f"A week has 1 to {GOALS.get(goal.unit, 0)} {goal.unit}.")
        with self._database.writing() as rows:
            player = _player(rows, name)
            player.goal_unit, player.goal = (goal.unit, goal.amount) if goal else (None, None)


def purge_deleted(rows: Rows, now: datetime) -> None:
    """Delete for good what went away too long ago to be put back."""
    before = now - UNDO_PERIOD
    players = select(PlayerRow.id).where(PlayerRow.gone < before)
    old = or_(SessionRow.gone < before, SessionRow.player_id.in_(players))
    sessions = select(SessionRow.uuid).where(old)
    rows.execute(delete(RepetitionRow).where(RepetitionRow.session_uuid.in_(sessions)))
    rows.execute(delete(SetRow).where(SetRow.session_uuid.in_(sessions)))
    rows.execute(delete(SessionRow).where(old))
    merged = SessionRow.merged_from.in_(players)
    rows.execute(update(SessionRow).where(merged).values(merged_from=None))
    rows.execute(delete(DailyStats).where(DailyStats.player_id.in_(players)))
    rows.execute(delete(AliasRow).where(AliasRow.player_id.in_(players)))
    rows.execute(delete(PlayerRow).where(PlayerRow.gone < before))


def _player(rows: Rows, name: str) -> PlayerRow:
    player = find_player(rows, name)
    if player is None:
        raise RecordsError(f"Nobody is called {name} here.")
    return player


def _soft_delete(player: PlayerRow, now: datetime) -> str:
    """Mark as gone; the name is free from now on. Returns its key."""
    key, player.key = player.key, f"\x1fgone {player.id}"
    player.gone = now
    return key


def _not_training(rows: Rows, player: PlayerRow) -> None:
    running = select(SessionRow.uuid).where(
        SessionRow.player_id == player.id, SessionRow.status == "active", SessionRow.gone.is_(None)
    )
    if rows.scalars(running).first() is not None:
        raise RecordsError(f"{player.name} is training now: end that first.")
