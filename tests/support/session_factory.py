"""Factories of sessions, for tests of the database."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from hiitpi.coach.messages import SCORING_VERSION, Repetition, SessionRecord, SetRecord
from hiitpi.coach.session.program import free
from hiitpi.records.leaderboard import Total
from hiitpi.records.sessions import Store

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def rep(number: int) -> Repetition:
    """Return the repetition with a number, with a cue."""
    return Repetition(number, number * 1.5, 1.0, 0.9, 1.0, 90.0 + number, ("Hands higher",))


def record(workout: str = "squat", reps: int = 2, **changes: object) -> SessionRecord:
    """Return a session that has just ended: one minute of one workout.

    Args:
        workout: slug of the workout.
        reps: repetitions of its only set; the series has at most two.
        changes: further fields of the record.
    """
    template = SessionRecord(
        uuid=str(uuid4()),
        player="Ada",
        program=free(workout),
        started=NOW.timestamp() - 60,
        ended=NOW.timestamp(),
        status="finished",
        station="home",
        model="blazepose",
        device="tablet",
        sets=(SetRecord(1, workout, 1, 0.0, 60.0, reps, 1, 91.5, 1.5, scoring=SCORING_VERSION),),
        series=tuple(rep(i + 1) for i in range(min(reps, 2))),
    )
    return replace(template, **changes)


def history(store: Store, name: str) -> list[SessionRecord]:
    """Return a player's sessions, without their series."""
    return store.history.sessions(name, limit=500)[0]


def totals(store: Store) -> list[tuple[str, str, int]]:
    """Return (player, workout, repetitions) of the all-time leaderboard, sorted."""

    def short(total: Total) -> tuple[str, str, int]:
        return total.player, total.workout, total.reps

    return sorted(short(total) for total in store.leaderboard.totals(None))
