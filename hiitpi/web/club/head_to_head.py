"""Head-to-head: several stations, the same program, the same start."""

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

#: Seconds between two looks whether all are ready, and for which is looked; a session that waits
#: for longer ends by itself.
POLL_S: Final = 0.1
MAX_WAIT_S: Final = 600.0

MATCH_ID: Final = re.compile("[0-9a-f]{32}")

#: Seconds in which the first of them must have begun to get ready.
START_TIMEOUT_S: Final = 15.0

#: Seconds for which a match is known beside the database.
MATCH_TTL_S: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class Competitor:
    """Who competes where."""

    station: str
    player: str


@dataclass(frozen=True, slots=True)
class Match:
    """A head-to-head.

    Attributes:
        id: of it, in each of its sessions.
        program: what all do.
        sides: at two stations or more.
        began: seconds since the epoch.
        device: that started it, and may command its sessions.
        off: it was called off.
    """

    id: str
    program: Program
    sides: tuple[Competitor, ...]
    began: float
    device: str
    off: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """One side's result; equal ones share a place.

    Attributes:
        place: 1 for the best.
        side: whose.
        reps: that count.
        seconds: of work.
    """

    place: int
    side: Competitor
    reps: int
    seconds: float


def standings(match: Match, records: Iterable[SessionRecord]) -> list[Standing]:
    """Who is first, of those whose session has ended.

    By repetitions; of those with as many, who needed less time. But where the clock ends the work,
    the time is everybody's, to a frame of the camera, and as many are a draw.
    """
    ended = {record.station: record for record in records if record.status != "active"}
    done = [(side, ended[side.station]) for side in match.sides if side.station in ended]

    def value(one: tuple[Competitor, SessionRecord]) -> tuple[int, float]:
        return -one[1].reps, round(one[1].seconds, 1) if match.program.raced else 0.0

    done.sort(key=value)
    values = [value(one) for one in done]
    return [
        Standing(1 + values.index(value(one)), one[0], one[1].reps, one[1].seconds) for one in done
    ]


class MatchCoordinator:
    """Starts head-to-heads and waits until all are ready.

    Args:
        stations: where they take place.
        wall: seconds since the epoch.
    """

    def __init__(self, stations: Stations, wall: Callable[[], float]) -> None:
        self._stations, self._wall = stations, wall
        self._watched: dict[str, MatchStarter] = {}
        self._lock = threading.Lock()

    def begin(self, program: Program, sides: Sequence[Competitor], device: str) -> Match:
        """Start one: everybody gets ready, and it begins for all when all are.

        Raises:
            ProgramError: it cannot be; the message is for people.
            redis.RedisError: the live server is away.
        """
        self._check(program, sides)
        match = Match(uuid.uuid4().hex, program, tuple(sides), self._wall(), device)
        self._keep(match)
        for side in sides:
            start = Command("start", side.player, program, device=device, match=match.id)
            self._station(side).bus.command(start)
        self.watch(match)
        return match

    def find(self, match: str) -> Match | None:
        """The match of that id; None: there is none, or it was too long ago.

        Raises:
            redis.RedisError: the live server is away.
        """
        data = self._client.get(_key(match)) if MATCH_ID.fullmatch(match) else None
        if data is None:
            return None
        plain = orjson.loads(data)
        sides = tuple(Competitor(**side) for side in plain["sides"])
        return Match(**{**plain, "program": parse(plain["program"]), "sides": sides})

    def is_new(self, match: Match) -> bool:
        """Whether it has just been started: its sessions are still on their way.

        By the clock of the live server, which counts down until it forgets the match: the clocks of
        two stations may differ by hours.

        Raises:
            redis.RedisError: the live server is away.
        """
        left_ms: Any = self._client.pttl(_key(match.id))
        return not match.off and left_ms > (MATCH_TTL_S - START_TIMEOUT_S) * 1000

    def watch(self, match: Match) -> None:
        """Say go when all are ready, unless somebody of this process sees to it already."""
        with self._lock:
            if match.id not in self._watched:
                self._watched[match.id] = MatchStarter(self, match, self._forget)
                self._watched[match.id].loop.start()

    @property
    def loops(self) -> list[BackgroundLoop]:
        """The background loops of those that have not begun yet."""
        with self._lock:
            return [start.loop for start in self._watched.values()]

    def _forget(self, match: Match) -> None:
        with self._lock:
            self._watched.pop(match.id, None)

    def command(self, match: Match, kind: Any) -> None:
        """Ask the same of all sessions of a match: "go", "discard".

        Raises:
            redis.RedisError: the live server is away.
        """
        found = [(side, session) for side in match.sides if (session := self.session(match, side))]
        for side, session in found:
            command = Command(kind, session=session["uuid"], device=match.device)
            self._station(side).bus.command(command)
        if kind == "discard":
            self._keep(replace(match, off=True))

    def _keep(self, match: Match) -> None:
        data = {**asdict(match), "program": match.program.data()}
        self._client.set(_key(match.id), orjson.dumps(data), ex=MATCH_TTL_S)

    def session(self, match: Match, side: Competitor) -> dict[str, Any] | None:
        """The session of one side as it is now; None: it has none of this match.

        Raises:
            redis.RedisError: its live server is away.
            ProgramError: there is no such station.
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
        return self._stations.club or self._stations.mine

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
        if program.limit is None and not all(e.ends for e in program.exercises):
            raise ProgramError(
                "A head-to-head needs an end: choose repetitions, seconds or a program."
            )
        for side in sides:
            if self._station(side).bus.session() is not None:
                raise ProgramError(f"Someone is training at “{side.station}”.")


class MatchStarter:
    """Waits in a background loop until everybody is ready, and says go.

    Args:
        matches: what asks and commands the sessions.
        match: which one.
        done: called when there is nothing to wait for any more.
    """

    def __init__(
        self, matches: MatchCoordinator, match: Match, done: Callable[[Match], None]
    ) -> None:
        self._matches, self._match, self._done = matches, match, done
        self._began, self._known = time.monotonic(), False
        # A station that is not there now, or not yet known here, may be back in a moment.
        away = (redis.RedisError, ProgramError)
        self.loop = BackgroundLoop(f"match {match.id[:8]}", self._turn, expected=away)

    def _turn(self) -> bool:
        waited = time.monotonic() - self._began
        if waited < MAX_WAIT_S and not self._is_decided(waited):
            time.sleep(POLL_S)
            return True
        self._done(self._match)
        return False

    def _is_decided(self, waited: float) -> bool:
        """Whether it has begun, or will not begin."""
        sessions = [self._matches.session(self._match, side) for side in self._match.sides]
        if not any(sessions):
            return self._known or waited > START_TIMEOUT_S  # it is over, or was called off
        self._known = True
        if all(s and s.get("ready") for s in sessions):
            self._matches.command(self._match, "go")
            return True
        # Somebody did not wait for it.
        return any(s and s.get("phase") not in ("position", "countdown") for s in sessions)


def _key(match: str) -> str:
    return f"hiitpi:match:{match}"
