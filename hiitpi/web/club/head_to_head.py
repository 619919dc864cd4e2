"""Head-to-head: the same program at several stations, with a simultaneous start."""

import re
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import orjson
import redis

from hiitpi.coach.messages import Command, SessionRecord
from hiitpi.coach.session.program import Program, parse
from hiitpi.errors import ProgramError
from hiitpi.live.redis_client import Client
from hiitpi.records.player_names import clean_name
from hiitpi.system.background_loop import BackgroundLoop
from hiitpi.web.club.stations import Station, Stations

#: Polling interval while waiting until all players are ready, and the longest wait. A session that
#: waits longer ends automatically.
POLL_S: Final = 0.1
MAX_WAIT_S: Final = 600.0

MATCH_ID: Final = re.compile("[0-9a-f]{32}")

#: Seconds within which the first station must have created its session.
START_TIMEOUT_S: Final = 15.0

#: Time to live of a match in Redis; its results stay in the database.
MATCH_TTL_S: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class Competitor:
    """A player at a station in a head-to-head."""

    station: str
    player: str


@dataclass(frozen=True, slots=True)
class Match:
    """A head-to-head.

    Attributes:
        id: 32 hexadecimal digits, also stored in each of its sessions.
        program: the program that everyone does.
        sides: the competitors, at two or more stations.
        began: when it was created, in seconds since the epoch.
        device: the device that created it; only this device may control its sessions.
        off: whether it was cancelled.
    """

    id: str
    program: Program
    sides: tuple[Competitor, ...]
    began: float
    device: str
    off: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A competitor's result.

    Attributes:
        place: 1 for the best; equal results share a place.
        side: the competitor.
        reps: number of counted repetitions.
        seconds: work time.
    """

    place: int
    side: Competitor
    reps: int
    seconds: float


def standings(match: Match, records: Iterable[SessionRecord]) -> list[Standing]:
    """Rank the competitors whose session has ended.

    More repetitions win; with equal repetitions, less work time wins. If the clock ends the work,
    the times differ only by a frame of the camera, so equal repetitions are a draw.

    Args:
        match: the head-to-head.
        records: its sessions, running or ended.

    Returns:
        The results, best first.
    """
    ended = {record.station: record for record in records if record.status != "active"}
    results = [(side, ended[side.station]) for side in match.sides if side.station in ended]

    def rank_key(result: tuple[Competitor, SessionRecord]) -> tuple[int, float]:
        _, record = result
        return -record.reps, round(record.seconds, 1) if match.program.raced else 0.0

    results.sort(key=rank_key)
    keys = [rank_key(result) for result in results]
    return [
        Standing(1 + keys.index(key), side, record.reps, record.seconds)
        for key, (side, record) in zip(keys, results, strict=True)
    ]


class MatchCoordinator:
    """Creates, starts and controls head-to-heads.

    Args:
        stations: the stations where they take place.
        clock: returns seconds since the epoch.
    """

    def __init__(self, stations: Stations, clock: Callable[[], float]) -> None:
        self._stations, self._clock = stations, clock
        self._starters: dict[str, MatchStarter] = {}
        self._lock = threading.Lock()

    def begin(self, program: Program, sides: Sequence[Competitor], device: str) -> Match:
        """Create a head-to-head: all players get ready, and all start when everyone is ready.

        Args:
            program: the program; it must have an end.
            sides: the competitors, at two or more stations.
            device: the device that may control the head-to-head.

        Raises:
            ProgramError: it cannot take place; the message is shown to the user.
            redis.RedisError: Redis is unreachable.
        """
        self._check(program, sides)
        match = Match(uuid.uuid4().hex, program, tuple(sides), self._clock(), device)
        self._store(match)
        for side in sides:
            start = Command("start", side.player, program, device=device, match=match.id)
            self._station(side).bus.command(start)
        self.watch(match)
        return match

    def find(self, match: str) -> Match | None:
        """Return a match by its id; None if the id is unknown or has expired.

        Raises:
            redis.RedisError: Redis is unreachable.
        """
        data = self._client.get(_key(match)) if MATCH_ID.fullmatch(match) else None
        if data is None:
            return None
        fields = orjson.loads(data)
        sides = tuple(Competitor(**side) for side in fields["sides"])
        return Match(**{**fields, "program": parse(fields["program"]), "sides": sides})

    def is_new(self, match: Match) -> bool:
        """Return whether a match was just created, so that its sessions may not exist yet.

        Its age is derived from the remaining TTL of its Redis key, and not from a timestamp,
        because the clocks of two stations may differ by hours.

        Raises:
            redis.RedisError: Redis is unreachable.
        """
        ttl_ms: Any = self._client.pttl(_key(match.id))
        return not match.off and ttl_ms > (MATCH_TTL_S - START_TIMEOUT_S) * 1000

    def watch(self, match: Match) -> None:
        """Start a match when all are ready; does nothing if this process already waits for it."""
        with self._lock:
            if match.id not in self._starters:
                self._starters[match.id] = MatchStarter(self, match, self._unwatch)
                self._starters[match.id].loop.start()

    @property
    def loops(self) -> list[BackgroundLoop]:
        """The background loops of the matches that have not started yet."""
        with self._lock:
            return [starter.loop for starter in self._starters.values()]

    def _unwatch(self, match: Match) -> None:
        with self._lock:
            self._starters.pop(match.id, None)

    def command(self, match: Match, kind: Any) -> None:
        """Send a command to all running sessions of a match.

        Args:
            match: the head-to-head.
            kind: "go", "done" or "discard"; "discard" also cancels the match.

        Raises:
            redis.RedisError: Redis is unreachable.
        """
        running = [(side, session) for side in match.sides
                   if (session := self.session(match, side))]  # fmt: skip
        for side, session in running:
            command = Command(kind, session=session["uuid"], device=match.device)
            self._station(side).bus.command(command)
        if kind == "discard":
            self._store(replace(match, off=True))

    def _store(self, match: Match) -> None:
        data = {**asdict(match), "program": match.program.data()}
        self._client.set(_key(match.id), orjson.dumps(data), ex=MATCH_TTL_S)

    def session(self, match: Match, side: Competitor) -> dict[str, Any] | None:
        """Return a competitor's running session; None if it does not belong to the match.

        Raises:
            redis.RedisError: Redis is unreachable.
            ProgramError: the station is unknown.
        """
        session = self._station(side).bus.session()
        return session if session and session.get("match") == match.id else None

    def _station(self, side: Competitor) -> Station:
        station = self._stations.get(side.station)
        if station is None:
            raise ProgramError(f"There is no station “{side.station}”.")
        return station

    @property
    def _client(self) -> Client:
        return self._stations.club or self._stations.local

    def _check(self, program: Program, sides: Sequence[Competitor]) -> None:
        if len(sides) < 2:
            raise ProgramError("Please choose players at two or more stations.")
        for side in sides:
            try:
                clean_name(side.player)
            except ValueError as error:
                raise ProgramError(str(error)) from None
        if len({side.player for side in sides}) < len(sides):
            raise ProgramError("A player cannot be at two stations at once.")
        if not program.ranked:
            raise ProgramError("A head-to-head is standard or strict, so that it is fair.")
        if program.limit is None and not all(e.ends for e in program.exercises):
            raise ProgramError(
                "A head-to-head needs an end: choose repetitions, seconds or a program."
            )
        for side in sides:
            if self._station(side).bus.session() is not None:
                raise ProgramError(f"Someone is training at “{side.station}”.")


class MatchStarter:
    """Waits in a background loop until all players are ready, and starts the match.

    Args:
        matches: reads and commands the sessions.
        match: the match to start.
        on_decided: called when the match has started or cannot start any more.
    """

    def __init__(
        self, matches: MatchCoordinator, match: Match, on_decided: Callable[[Match], None]
    ) -> None:
        self._matches, self._match, self._on_decided = matches, match, on_decided
        self._created_at, self._has_sessions = time.monotonic(), False
        # A station that is offline, or not yet known to this process, may be back in a moment.
        expected = (redis.RedisError, ProgramError)
        self.loop = BackgroundLoop(f"match {match.id[:8]}", self._step, expected=expected)

    def _step(self) -> bool:
        waited_s = time.monotonic() - self._created_at
        if waited_s < MAX_WAIT_S and not self._is_decided(waited_s):
            time.sleep(POLL_S)
            return True
        self._on_decided(self._match)
        return False

    def _is_decided(self, waited_s: float) -> bool:
        """Start the match if all are ready; return whether it has started or will not start."""
        sessions = [self._matches.session(self._match, side) for side in self._match.sides]
        if not any(sessions):  # it is over, was cancelled, or no station has created a session
            return self._has_sessions or waited_s > START_TIMEOUT_S
        self._has_sessions = True
        if all(s and s.get("ready") for s in sessions):
            self._matches.command(self._match, "go")
            return True
        # A player pressed "Start anyway", so waiting for the others is pointless.
        return any(s and s.get("phase") not in ("position", "countdown") for s in sessions)


def _key(match: str) -> str:
    return f"hiitpi:match:{match}"
