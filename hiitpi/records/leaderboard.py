"""The leaderboard: one query over the tally, and who is first by which measure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from sqlalchemy import func, select

from hiitpi.records.database import Database
from hiitpi.records.local_days import current
from hiitpi.records.schema import DailyStats, PlayerRow

Measure = Literal["reps", "set", "pace", "score", "plank", "streak"]

PLANK: Final = "plank"


@dataclass(frozen=True, slots=True)
class Total:
    """What one player did at one workout in a period."""

    player: str
    workout: str
    reps: int
    best_set: int
    best_pace: float | None
    best_score: float | None


@dataclass(frozen=True, slots=True)
class Streak:
    """A player's days in a row: now, and ever."""

    player: str
    now: int
    longest: int


@dataclass(frozen=True, slots=True)
class Place:
    """A row of the leaderboard.

    Attributes:
        rank: 1 is the best; equal values share one, and the next is left out (1, 1, 3).
        player: name.
        value: by which it is ranked.
        parts: of "reps", by workout; otherwise the one workout it was reached at, if any.
        note: more words.
    """

    rank: int
    player: str
    value: float
    parts: dict[str, float]
    note: str = ""


class Leaderboard:
    """The leaderboard of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def totals(self, since: date | None, until: date | None = None) -> list[Total]:
        """Sums and bests by player and workout.

        Args:
            since: the first local day; None: all.
            until: the last one, today: a clock that was wrong once must not lead for ever. None:
                all.
        """
        # With a bare column SQLite would read all three years, because they lie in that order.
        player_id = DailyStats.player_id if since is None else DailyStats.player_id + 0
        query = select(
            player_id,
            DailyStats.workout,
            func.sum(DailyStats.reps),
            func.max(DailyStats.best_set),
            func.max(DailyStats.best_pace),
            func.max(DailyStats.best_score),
        ).group_by(player_id, DailyStats.workout)
        if since is not None:
            query = query.where(DailyStats.day >= since)
        if until is not None:
            query = query.where(DailyStats.day <= until)
        present = select(PlayerRow.id, PlayerRow.name).where(PlayerRow.gone.is_(None))
        with self._database.reading() as rows:
            names = {number: name for number, name in rows.execute(present)}
            found = rows.execute(query).all()
        return [
            Total(names[player], workout, int(reps), best, pace, score)
            for player, workout, reps, best, pace, score in found
            if player in names
        ]

    def streaks(self, today: date) -> list[Streak]:
        """The days in a row of everybody who has trained."""
        query = select(PlayerRow).where(PlayerRow.gone.is_(None), PlayerRow.last_day.is_not(None))
        with self._database.reading() as rows:
            return [
                Streak(p.name, current(p.streak, p.last_day, today), p.longest_streak)
                for p in rows.scalars(query)
            ]


def rank(
    totals: Iterable[Total],
    measure: Measure,
    workout: str | None = None,
    holds: Collection[str] = (),
) -> list[Place]:
    """The places by any measure but "streak".

    Args:
        totals: of a period.
        measure: by what.
        workout: only this one; None: all.
        holds: workouts counted in seconds: no repetitions, and not put beside any.
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
        fits = total.workout == workout if workout else total.workout not in holds
        if fits and value:
            values.setdefault(total.player, {})[total.workout] = value
    if measure == "reps":
        return _placed((name, sum(parts.values()), parts, "") for name, parts in values.items())
    best = {name: max(parts, key=lambda slug: parts[slug]) for name, parts in values.items()}
    return _placed(
        (name, values[name][slug], {slug: values[name][slug]}, "") for name, slug in best.items()
    )


def rank_streaks(streaks: Iterable[Streak], ever: bool) -> list[Place]:
    """The places by days in a row: those that still live, or the longest `ever`."""
    return _placed(
        (one.player, one.longest if ever else one.now, {}, "" if ever else f"longest {one.longest}")
        for one in streaks
        if (one.longest if ever else one.now)
    )


def _placed(values: Iterable[tuple[str, float, dict[str, float], str]]) -> list[Place]:
    ordered = sorted(values, key=lambda value: (-value[1], value[0].casefold()))
    places: list[Place] = []
    for i, (player, value, parts, note) in enumerate(ordered, 1):
        shared = places and places[-1].value == value
        places.append(Place(places[-1].rank if shared else i, player, value, parts, note))
    return places
