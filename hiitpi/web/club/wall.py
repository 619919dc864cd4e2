"""What every station is at, for all who look at the wall: the newest only, ten times a second."""

import logging
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import suppress
from typing import Any, Final

import orjson
import redis

from hiitpi.live.keys import (
    MESSAGE_FIELD,
    OFFLINE_AFTER_S,
    STATIONS_KEY,
    Keys,
    seconds_since_heartbeat,
)
from hiitpi.live.redis_client import Client
from hiitpi.live.subscriber import PresenceSubscription
from hiitpi.system.background_loop import BackgroundLoop
from hiitpi.web.club.stations import Station, Stations

log = logging.getLogger(__name__)

#: Seconds between two looks, and between two pictures of a station.
POLL_S: Final = 0.1

#: After so many quiet seconds something is sent all the same, to find out who has gone.
HEARTBEAT_S: Final = 10.0

#: What of a sample is shown.
SHOWN: Final = ("reps", "total", "attempts", "pace", "score", "phase", "left", "spent")

#: A station of which nothing is known.
ABSENT: Final[dict[str, Any]] = {"here": False, "away": None}

#: A part without a picture.
NOTHING: Final = b"X-Station: \r\nContent-Length: 0\r\n\r\n\r\n--frame\r\n"


class Wall:
    """Looks at all stations as long as somebody looks at it."""

    def __init__(self, stations: Stations) -> None:
        self._stations = stations
        self._news = threading.Condition()
        self._turn = 0
        self._state: dict[str, tuple[int, bytes]] = {}  # by station: since which turn, and JSON
        self._followers = 0
        self._presence = Presence(stations)
        self.loop = BackgroundLoop("wall", self._turn_once, expected=(redis.RedisError,))

    def follow(self) -> Generator[bytes]:
        """Server-Sent Events: the stations that have changed, by name; None: one is forgotten."""
        with self._news:
            self._followers += 1
        self.loop.start()
        try:
            yield b"retry: 1000\n\n"
            turn = 0
            while True:
                turn, changed = self._wait_beyond(turn)
                parts = {n: orjson.Fragment(data) for n, data in changed.items()}
                yield b"data: " + orjson.dumps(parts) + b"\n\n" if parts else b": still here\n\n"
        finally:
            with self._news:
                self._followers -= 1

    def pictures(self, names: Sequence[str]) -> Generator[bytes]:
        """Parts of a multipart answer: each station's newest small picture, ten times a second."""
        stations = [one for name in names if (one := self._stations.get(name))]
        for one in stations:
            one.video.enter("small")
        try:
            yield b"--frame\r\n"
            yield from _in_turn(stations)
        finally:
            for one in stations:
                one.video.leave("small")

    def look(self) -> dict[str, dict[str, Any]]:
        """What each station is at, now."""
        names = self._stations.names()
        found: dict[str, dict[str, Any]] = {}
        for client in dict.fromkeys(self._stations.client(name) for name in names):
            here = [name for name in names if self._stations.client(name) is client]
            try:
                found |= _look(client, here)
            except redis.RedisError as error:
                log.debug("Could not list the stations: %s", error)
                found |= {name: ABSENT for name in here}
        own = self._stations.own
        if own and own.name not in found:  # it has not started yet
            found[own.name] = ABSENT
        return {name: found[name] for name in names if name in found}

    def _wait_beyond(self, turn: int) -> tuple[int, dict[str, bytes]]:
        """The stations that have changed since that turn, and the turn now."""
        with self._news:
            self._news.wait_for(lambda: self._turn > turn, HEARTBEAT_S)
            changed = {n: data for n, (at, data) in self._state.items() if at > turn}
            return self._turn, changed

    def _turn_once(self) -> bool:
        with self._news:
            watched = self._followers > 0
            if not watched:
                self._state = {}
        if not watched:
            self._presence.close()
            return False
        self._take({name: orjson.dumps(is_at) for name, is_at in self.look().items()})
        with suppress(redis.RedisError):
            self._presence.keep()
        time.sleep(POLL_S)
        return True

    def _take(self, seen: dict[str, bytes]) -> None:
        with self._news:
            seen |= {name: b"null" for name in self._state if name not in seen}
            turn = self._turn + 1
            changed = {
                n: (turn, d) for n, d in seen.items() if self._state.get(n, (0, b""))[1] != d
            }
            if changed:
                self._state |= changed
                self._turn = turn
                self._news.notify_all()


class Presence:
    """Has all trainers stay awake, whichever there are."""

    def __init__(self, stations: Stations) -> None:
        self._stations = stations
        self._names: frozenset[str] = frozenset()
        self._made: list[PresenceSubscription] = []

    def keep(self) -> None:
        """Be there for new ones, too, and again where a connection was cut.

        Raises:
            redis.RedisError: one is away; call it again.
        """
        names = frozenset(self._stations.names())
        if names == self._names:
            for one in self._made:
                one.ensure_connected()
            return
        self.close()
        channels: dict[Client, list[str]] = {}
        for name in names:
            channels.setdefault(self._stations.client(name), []).append(Keys(name).present)
        for client, those in channels.items():
            self._made.append(PresenceSubscription(client, *those))
        self._names = names

    def close(self) -> None:
        """Be there no longer."""
        self._names = frozenset()
        while self._made:
            with suppress(redis.RedisError):
                self._made.pop().close()


def _in_turn(stations: Sequence[Station]) -> Generator[bytes]:
    turns = [-1] * len(stations)
    sent_at = time.monotonic()
    while True:
        time.sleep(POLL_S)
        parts = []
        for i, one in enumerate(stations):
            got = one.video.newest("small", turns[i])
            if got:
                turns[i], part = got
                parts.append(b"X-Station: %b\r\n%b" % (one.name.encode(), part))
        if not parts and time.monotonic() - sent_at > HEARTBEAT_S:
            parts.append(NOTHING)
        if parts:
            sent_at = time.monotonic()
            yield b"".join(parts)


def _look(client: Client, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    with client.pipeline(transaction=False) as line:
        for name in names:
            keys = Keys(name)
            line.pttl(keys.heartbeat)
            line.get(keys.session)
            line.get(keys.camera)
            line.xrevrange(keys.samples, count=1)
        answers = line.execute()
        found = {}
        for i, name in enumerate(names):
            left, session, status, samples = answers[4 * i : 4 * i + 4]
            away = seconds_since_heartbeat(left)
            if left < 0:  # it has not been there for a week
                line.srem(STATIONS_KEY, name)
                continue
            found[name] = {
                "here": away < OFFLINE_AFTER_S,
                "away": None if away < OFFLINE_AFTER_S else round(away),
                "session": _session(session),
                "status": _plain(status),
                "sample": _sample(samples),
            }
        line.execute()
    return found


def _session(data: bytes | None) -> dict[str, Any] | None:
    """What the wall shows of a session's summary."""
    session = _plain(data)
    return session and {name: value for name, value in session.items() if name != "bands"}


def _sample(entries: Any) -> dict[str, Any] | None:
    sample = _plain(entries[0][1].get(MESSAGE_FIELD)) if entries else None
    return sample and {name: sample.get(name) for name in SHOWN}


def _plain(data: bytes | None) -> dict[str, Any] | None:
    """What a station has written; None: nothing, or nothing that this version knows how to read."""
    try:
        value = None if data is None else orjson.loads(data)
    except orjson.JSONDecodeError:
        value = None
    return value if isinstance(value, dict) else None
