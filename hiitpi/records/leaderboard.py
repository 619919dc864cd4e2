"""The leaderboard: totals and streaks of all players, and their ranking by any measure.

Gentle sessions do not rank. They count for streaks, since a day of training is one.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from sqlalchemy import func, select

from hiitpi.records.database import Database
from hiitpi.records.local_days import current_streak
from hiitpi.records.schema import DailyStats, PlayerRow

Measure = Literal["reps", "set", "pace", "score", "plank", "streak"]

PLANK: Final = "plank"


@dataclass(frozen=True, slots=True)
class Total:
    """A player's sums and bests at one workout over a period.

    Attributes:
        player: the player's name.
        workout: slug of the workout.
        reps: repetitions (seconds, for a hold).
        best_set: most repetitions of a set.
        best_pace: highest pace of a set, in repetitions per 30 s.
        best_score: highest mean form score of a set, 0 to 100.
    """

    player: str
    workout: str
    reps: int
    best_set: int
    best_pace: float | None
    best_score: float | None


@dataclass(frozen=True, slots=True)
class Streak:
    """A player's current and longest streak, in days."""

    player: str
    now: int
    longest: int


@dataclass(frozen=True, slots=True)
class Place:
    """A row of the leaderboard.

    Attributes:
        rank: 1 is the best; equal values share a rank and the next is skipped (1, 1, 3).
        player: the player's name.
        value: the value that determines the rank.
        parts: for "reps", the value by workout; otherwise the workout that gave the value, if any.
        note: additional text.
    """

    rank: int
    player: str
    value: float
    parts: dict[str, float]
    note: str = ""


class Leaderboard:
    """Reads the leaderboard data of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def totals(self, since: date | None, until: date | None = None) -> list[Total]:
        """Return sums and bests by player and workout.

        Args:
            since: first local day; None for all time.
            until: last local day; None for no limit. Pass today, so that sessions dated in the
                future by a wrong clock do not lead forever.
        """
        # "+ 0" keeps SQLite from choosing the primary key, which would scan all three years.
        player_id = DailyStats.player_id if since is None else DailyStats.player_id + 0
        query = select(
            player_id,
            DailyStats.workout,
            func.sum(DailyStats.reps - DailyStats.unranked),
            func.max(DailyStats.best_set),
            func.max(DailyStats.best_pace),
            func.max(DailyStats.best_score),
        ).group_by(player_id, DailyStats.workout)
        if since is not None:
            query = query.where(DailyStats.day >= since)
        if until is not None:
            query = query.where(DailyStats.day <= until)
        active_players = select(PlayerRow.id, PlayerRow.name).where(PlayerRow.gone.is_(None))
        with self._database.reading() as db:
            names = {number: name for number, name in db.execute(active_players)}
            totals = db.execute(query).all()
        return [
            Total(names[player], workout, int(reps), best, pace, score)
            for player, workout, reps, best, pace, score in totals
            if player in names
        ]

    def streaks(self, today: date) -> list[Streak]:
        """Return the streaks of all players who have ever trained."""
        query = select(PlayerRow).where(PlayerRow.gone.is_(None), PlayerRow.last_day.is_not(None))
        with self._database.reading() as db:
            return [
                Streak(p.name, current_streak(p.streak, p.last_day, today), p.longest_streak)
                for p in db.scalars(query)
            ]


def rank(
    totals: Iterable[Total],
    measure: Measure,
    workout: str | None = None,
    holds: Collection[str] = (),
) -> list[Place]:
    """Rank the players by any measure except "streak".

    Args:
        totals: totals of a period.
        measure: what to rank by.
        workout: only this workout; None for all.
        holds: slugs of workouts counted in seconds; they are not comparable with repetitions, and
            are left out unless selected by `workout`.
    """
    if measure == "plank":
        workout, measure = PLANK, "set"
    values: dict[str, dict[str, float]] = {}
    for total in totals:
        value = {
            "reps": total.reps,
            "set": total.best_set,
            "pace": total.best_pace,
            "score": total.best_score,
        }[measure]
        included = total.workout == workout if workout else total.workout not in holds
        if included and value:
            values.setdefault(total.player, {})[total.workout] = value
    if measure == "reps":
        return _places((name, sum(parts.values()), parts, "") for name, parts in values.items())
    best = {name: max(parts, key=lambda slug: parts[slug]) for name, parts in values.items()}
    return _places(
        (name, values[name][slug], {slug: values[name][slug]}, "") for name, slug in best.items()
    )


def rank_streaks(streaks: Iterable[Streak], all_time: bool) -> list[Place]:
    """Rank the players by streak, leaving out zeros.

    Args:
        streaks: streaks of the players.
        all_time: rank by the longest streak instead of the current one.
    """
    if all_time:
        return _places((s.player, s.longest, {}, "") for s in streaks if s.longest)
    return _places((s.player, s.now, {}, f"longest {s.longest}") for s in streaks if s.now)


def _places(values: Iterable[tuple[str, float, dict[str, float], str]]) -> list[Place]:
    """Sort (player, value, parts, note) by value and assign ranks."""
    ordered = sorted(values, key=lambda value: (-value[1], value[0].casefold()))
    places: list[Place] = []
    for i, (player, value, parts, note) in enumerate(ordered, 1):
        tied = places and places[-1].value == value
        places.append(Place(places[-1].rank if tied else i, player, value, parts, note))
    return places
