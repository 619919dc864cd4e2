"""Renames, merges, deletes and restores players, and stores their weekly goals."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, get_args

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session as DbSession

from hiitpi.errors import RecordsError
from hiitpi.records.daily_stats import rebuild_daily_stats
from hiitpi.records.database import Database
from hiitpi.records.player_names import clean_name, name_key
from hiitpi.records.players import find_player
from hiitpi.records.schema import AliasRow, DailyStats, PlayerRow, RepetitionRow, SessionRow, SetRow

#: How long a deletion can be undone; afterwards the data is deleted permanently.
UNDO_PERIOD: Final = timedelta(days=1)

GoalUnit = Literal["days", "minutes", "reps"]

#: Maximum weekly goal by unit.
GOALS: Final[dict[GoalUnit, int]] = {"days": 7, "minutes": 7 * 24 * 60, "reps": 99_999}


@dataclass(frozen=True, slots=True)
class Goal:
    """A player's goal for each week, Monday to Sunday."""

    unit: GoalUnit
    amount: int


@dataclass(frozen=True, slots=True)
class DeletedPlayer:
    """A player that was deleted, or merged into another, and can still be restored.

    Attributes:
        id: id of the player, for `PlayerAdmin.restore_player`.
        name: the player's name.
        when: when the player was deleted or merged.
    """

    id: int
    name: str
    when: datetime


class PlayerAdmin:
    """Changes the players of one database.

    Args:
        database: the database.
        now: returns the current time with its time zone.
    """

    def __init__(
        self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database, self._now = database, now

    def rename(self, name: str, new: str) -> str:
        """Rename a player; the old name becomes an alias.

        Args:
            name: the player's current name.
            new: the new name.

        Returns:
            The new name as it is stored.

        Raises:
            ValueError: the new name is not valid.
            RecordsError: there is no such player, or another player has the new name.
        """
        clean, key = clean_name(new), name_key(new)
        with self._database.writing() as db:
            player = _player(db, name)
            other = find_player(db, new)
            if other is not None and other.id != player.id:
                raise RecordsError(
                    f"{other.name} has that name: merge the two if they are the same person."
                )
            if key != player.key:
                db.execute(delete(AliasRow).where(AliasRow.key == key))
                db.add(AliasRow(key=player.key, player_id=player.id))
            player.name, player.key = clean, key
            return clean

    def merge(self, name: str, into: str) -> None:
        """Merge a player into another: move all sessions, and make the name an alias.

        Args:
            name: the player to merge; can be restored within `UNDO_PERIOD`.
            into: the player that gets the sessions.

        Raises:
            RecordsError: there is no such player, the two are the same, or the first is training
                now.
        """
        with self._database.writing() as db:
            player, other = _player(db, name), _player(db, into)
            if player.id == other.id:
                raise RecordsError(f"{player.name} is the same player.")
            _require_not_training(db, player)
            of_player = SessionRow.player_id == player.id
            not_merged_before = SessionRow.merged_from.is_(None)
            db.execute(
                update(SessionRow).where(of_player, not_merged_before).values(merged_from=player.id)
            )
            db.execute(update(SessionRow).where(of_player).values(player_id=other.id))
            db.execute(
                update(AliasRow).where(AliasRow.player_id == player.id).values(player_id=other.id)
            )
            key = _soft_delete(player, self._now())
            db.flush()
            db.add(AliasRow(key=key, player_id=other.id))
            rebuild_daily_stats(db, player.id)
            rebuild_daily_stats(db, other.id)

    def remove(self, name: str) -> int:
        """Delete a player with all sessions; can be undone within `UNDO_PERIOD`.

        Returns:
            The id for `restore_player`.

        Raises:
            RecordsError: there is no such player, or the player is training now.
        """
        with self._database.writing() as db:
            player = _player(db, name)
            _require_not_training(db, player)
            _soft_delete(player, self._now())  # the aliases stay, for `restore_player`
            return player.id

    def restore_player(self, number: int) -> str:
        """Undo `remove` or `merge`.

        Args:
            number: id of the player.

        Returns:
            The player's name.

        Raises:
            RecordsError: it is too late, or another player has the name by now.
        """
        with self._database.writing() as db:
            player = db.get(PlayerRow, number)
            if player is None or player.gone is None or player.gone < self._now() - UNDO_PERIOD:
                raise RecordsError("It is too late: that player was deleted permanently.")
            key = name_key(player.name)
            other = db.scalar(select(PlayerRow).where(PlayerRow.key == key))
            if other is not None:
                raise RecordsError(f"There is another {other.name} now: rename that player first.")
            db.execute(delete(AliasRow).where(AliasRow.key == key))
            player.key, player.gone = key, None
            db.flush()
            merged = SessionRow.merged_from == player.id
            holders = db.scalars(select(SessionRow.player_id).where(merged).distinct()).all()
            db.execute(
                update(SessionRow).where(merged).values(player_id=player.id, merged_from=None)
            )
            for player_id in (player.id, *holders):
                rebuild_daily_stats(db, player_id)
            return player.name

    def deleted_players(self) -> list[DeletedPlayer]:
        """Return the players that can be restored, newest first."""
        recent = PlayerRow.gone >= self._now() - UNDO_PERIOD
        query = select(PlayerRow).where(recent).order_by(PlayerRow.gone.desc())
        with self._database.reading() as db:
            return [DeletedPlayer(p.id, p.name, p.gone) for p in db.scalars(query) if p.gone]

    def goal(self, name: str) -> Goal | None:
        """Return the player's weekly goal; None if there is no goal or no such player."""
        with self._database.reading() as db:
            player = find_player(db, name)
            if player is None or player.goal is None or player.goal_unit not in GOALS:
                return None
            return Goal(player.goal_unit, player.goal)

    def set_goal(self, name: str, goal: Goal | None) -> None:
        """Set the player's weekly goal; None removes it.

        Raises:
            RecordsError: the goal is out of range, or there is no such player.
        """
        if goal and (
            goal.unit not in get_args(GoalUnit) or not 1 <= goal.amount <= GOALS[goal.unit]
        ):
            raise RecordsError(f"Choose 1 to {GOALS.get(goal.unit, 0)} {goal.unit} a week.")
        with self._database.writing() as db:
            player = _player(db, name)
            player.goal_unit, player.goal = (goal.unit, goal.amount) if goal else (None, None)


def purge_deleted(db: DbSession, now: datetime) -> None:
    """Permanently delete players and sessions that were deleted before the undo period."""
    before = now - UNDO_PERIOD
    players = select(PlayerRow.id).where(PlayerRow.gone < before)
    expired = or_(SessionRow.gone < before, SessionRow.player_id.in_(players))
    sessions = select(SessionRow.uuid).where(expired)
    db.execute(delete(RepetitionRow).where(RepetitionRow.session_uuid.in_(sessions)))
    db.execute(delete(SetRow).where(SetRow.session_uuid.in_(sessions)))
    db.execute(delete(SessionRow).where(expired))
    merged = SessionRow.merged_from.in_(players)
    db.execute(update(SessionRow).where(merged).values(merged_from=None))
    db.execute(delete(DailyStats).where(DailyStats.player_id.in_(players)))
    db.execute(delete(AliasRow).where(AliasRow.player_id.in_(players)))
    db.execute(delete(PlayerRow).where(PlayerRow.gone < before))


def _player(db: DbSession, name: str) -> PlayerRow:
    player = find_player(db, name)
    if player is None:
        raise RecordsError(f"There is no player called {name}.")
    return player


def _soft_delete(player: PlayerRow, now: datetime) -> str:
    """Mark a player as deleted, free its name, and return the name's key."""
    key, player.key = player.key, f"\x1fgone {player.id}"
    player.gone = now
    return key


def _require_not_training(db: DbSession, player: PlayerRow) -> None:
    running = select(SessionRow.uuid).where(
        SessionRow.player_id == player.id, SessionRow.status == "active", SessionRow.gone.is_(None)
    )
    if db.scalars(running).first() is not None:
        raise RecordsError(f"{player.name} is training now: end that session first.")
