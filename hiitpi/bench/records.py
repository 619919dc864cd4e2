"""Benchmarks the database: times every query on three years of made-up sessions of a club."""

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import event, insert, text

from hiitpi.coach.session.program import free, tabata
from hiitpi.errors import RecordsError
from hiitpi.records.daily_stats import rebuild_all_daily_stats
from hiitpi.records.player_names import COLOURS
from hiitpi.records.programs import canonical_json
from hiitpi.records.schema import PlayerRow, RepetitionRow, SessionRow, SetRow
from hiitpi.records.sessions import Store

#: Days over which the sessions are spread.
DAYS: Final = 3 * 365

#: Sessions written per batch.
BATCH_SESSIONS: Final = 2000

WORKOUTS: Final = ("jumping_jacks", "squat", "push_up", "burpee", "lunge", "sit_up", "plank")


def fill(store: Store, sessions: int, players: int = 50, seed: int = 1) -> None:
    """Fill an empty database with made-up sessions; the same seed makes the same sessions.

    Args:
        store: the database.
        sessions: number of sessions.
        players: number of players.
        seed: seed of the random numbers.

    Raises:
        RecordsError: the database is not empty.
    """
    rng = random.Random(seed)
    first = datetime.now(UTC) - timedelta(days=DAYS)
    store.migrate()
    with store.database.writing() as db:
        if db.execute(text("SELECT count(*) FROM player")).scalar():
            raise RecordsError("The database is not empty; made-up sessions need an empty one.")
        colours = list(COLOURS)
        db.execute(
            insert(PlayerRow),
            [
                {"id": i + 1, "name": f"Player {i + 1}", "key": f"player {i + 1}",
                 "colour": colours[i % len(colours)], "created": first}
                for i in range(players)
            ],
        )  # fmt: skip
    generator = _sessions(rng, sessions, players, first, store)
    while batch := [session for _, session in zip(range(BATCH_SESSIONS), generator, strict=False)]:
        with store.database.writing() as db:
            for i, table in enumerate((SessionRow, SetRow, RepetitionRow)):
                db.execute(insert(table), [row for session in batch for row in session[i]])
    with store.database.writing() as db:
        rebuild_all_daily_stats(db)
    if store.database.engine.dialect.name == "postgresql":  # do not wait for autovacuum
        with store.database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


def _sessions(
    rng: random.Random, sessions: int, players: int, first: datetime, store: Store
) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]]:
    """Yield the rows of each session: its own, those of its sets, those of its repetitions."""
    for i in range(sessions):
        slug = rng.choice(WORKOUTS)
        sets = rng.choice((1, 1, 1, 8))
        program = tabata(slug) if sets == 8 else free(slug)
        started = first + timedelta(days=DAYS * i / sessions, seconds=rng.uniform(0, 3600))
        uuid = UUID(int=rng.getrandbits(128), version=4)
        counts = [rng.randint(4, 12) for _ in range(sets)]
        seconds, score = 20.0, rng.uniform(60, 100)
        yield (
            [
                {"uuid": uuid, "player_id": i % players + 1, "program": canonical_json(program),
                 "started": started, "ended": started + timedelta(seconds=30 * sets),
                 "day": started.astimezone(store.zone).date(), "status": "finished",
                 "reps": sum(counts), "attempts": 1, "seconds": seconds * sets,
                 "pace": sum(counts) * 1.5 / sets, "score": score, "sway": None,
                 "station": "home", "model": "blazepose", "device": ""}
            ],
            [
                {"session_uuid": uuid, "number": n + 1, "workout": slug, "round": n + 1,
                 "began": 30.0 * n, "seconds": seconds, "reps": reps, "attempts": 0,
                 "score": score, "sway": None, "corrected": None}
                for n, reps in enumerate(counts)
            ],
            [
                {"session_uuid": uuid, "number": n + 1, "time": 2.0 * n, "duration": 1.5,
                 "range_of_motion": 0.9, "symmetry": 1.0, "score": score, "cues": [],
                 "set": 1}
                for n in range(counts[0])
            ],
        )  # fmt: skip


def measure(store: Store, rounds: int) -> list[dict[str, Any]]:
    """Measure each query: median and worst time in milliseconds, and the query plans."""
    today = datetime.now(UTC).astimezone(store.zone).date()
    name = "Player 7"
    session = store.history.sessions(name, limit=1)[0][0]
    month = today - timedelta(days=29)
    return [
        _timed(store, query, run, rounds)
        for query, run in _queries(store, name, session, today, month)
    ]


def _queries(
    store: Store, name: str, session: Any, today: date, month: date
) -> tuple[tuple[str, Callable[[], object]], ...]:
    sessions = store.history.sessions
    return (
        ("leaderboard, today", lambda: store.leaderboard.totals(today)),
        ("leaderboard, 30 days", lambda: store.leaderboard.totals(month)),
        ("leaderboard, all time", lambda: store.leaderboard.totals(None)),
        ("leaderboard, streaks", lambda: store.leaderboard.streaks(today)),
        ("history: every day", lambda: store.history.days(name)),
        ("history: newest sessions", lambda: sessions(name)),
        ("history: page 40", lambda: sessions(name, offset=1000)),
        ("history: by reps", lambda: sessions(name, sort="reps")),
        ("history: one workout", lambda: sessions(name, workout="squat", since=month)),
        ("session", lambda: store.session(session.uuid)),
        ("summary: best", lambda: store.best(session)),
        ("summary: bests before", lambda: store.history.previous_bests(session)),
        ("players", store.players.all),
    )


def _timed(store: Store, query: str, run: Callable[[], object], rounds: int) -> dict[str, Any]:
    statements: list[tuple[str, Any]] = []

    def listen(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        statements.append((statement, values))

    engine = store.database.engine
    event.listen(engine, "before_cursor_execute", listen)
    run()
    event.remove(engine, "before_cursor_execute", listen)
    times_ms = []
    for _ in range(rounds):
        began = time.perf_counter()
        run()
        times_ms.append((time.perf_counter() - began) * 1000)
    return {
        "query": query,
        "median_ms": round(statistics.median(times_ms), 2),
        "worst_ms": round(max(times_ms), 2),
        "plans": [
            _plan(store, statement, values)
            for statement, values in statements
            if statement.lstrip().startswith("SELECT")
        ],
    }


def _plan(store: Store, statement: str, values: Any) -> list[str]:
    sqlite = store.database.engine.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN (COSTS OFF) "
    with store.database.engine.connect() as connection:
        rows = connection.exec_driver_sql(explain + statement, values)
        return [str(row[-1]) for row in rows]


def report(figures: list[dict[str, Any]], plans: bool) -> str:
    """Format the results of `measure` as a table.

    Args:
        figures: the results.
        plans: whether to add the query plans.
    """
    lines = [f"{'query':<28} {'median':>9} {'worst':>9}"]
    for row in figures:
        lines.append(f"{row['query']:<28} {row['median_ms']:>6.1f} ms {row['worst_ms']:>6.1f} ms")
        if plans:
            lines += [f"    {line}" for plan in row["plans"] for line in plan]
    return "\n".join(lines)


def bench(
    url: str | None, sessions: int, rounds: int, log: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Fill a database and measure its queries.

    Args:
        url: URL of an empty database; None for a temporary SQLite database.
        sessions: number of made-up sessions.
        rounds: number of times each query is run.
        log: called with a line of progress.

    Returns:
        The results of `measure`.
    """
    with tempfile.TemporaryDirectory() as folder:
        store = Store(url or f"sqlite:///{Path(folder) / 'bench.sqlite'}")
        try:
            log(f"Generating {sessions} sessions…")
            began = time.perf_counter()
            fill(store, sessions)
            log(f"Generated in {time.perf_counter() - began:.0f} s.")
            return measure(store, rounds)
        finally:
            store.close()
