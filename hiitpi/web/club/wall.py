"""Broadcasts the current state of every station to the browsers that show the wall."""

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

#: Polling interval of the stations' state, and interval between two pictures of a station.
POLL_S: Final = 0.1

#: Seconds without a change after which something is sent anyway, to detect disconnected browsers.
HEARTBEAT_S: Final = 10.0

#: Fields of a sample that the wall shows.
SAMPLE_FIELDS: Final = ("reps", "total", "attempts", "pace", "score", "phase", "left", "spent")

#: State of a station that has never reported or whose Redis is unreachable.
UNKNOWN_STATE: Final[dict[str, Any]] = {"here": False, "away": None}

#: A part without a picture, sent as a heartbeat.
EMPTY_PART: Final = b"X-Station: \r\nContent-Length: 0\r\n\r\n\r\n--frame\r\n"


class Wall:
    """Polls all stations while browsers follow, and broadcasts what has changed.

    Args:
        stations: the stations to poll.
    """

    def __init__(self, stations: Stations) -> None:
        self._stations = stations
        self._changed = threading.Condition()
        self._version = 0  # incremented with every change
        self._states: dict[str, tuple[int, bytes]] = {}  # by station: version of the change, JSON
        self._followers = 0
        self._presence = StationsPresence(stations)
        self.loop = BackgroundLoop("wall", self._step, expected=(redis.RedisError,))

    def follow(self) -> Generator[bytes]:
        """Yield Server-Sent Events until closed.

        The data of an event is an object with the states of the changed stations by name; null
        means that a station was removed.
        """
        with self._changed:
            self._followers += 1
        self.loop.start()
        try:
            yield b"retry: 1000\n\n"
            version = 0
            while True:
                version, changes = self._wait_for_changes(version)
                data = {name: orjson.Fragment(state) for name, state in changes.items()}
                yield b"data: " + orjson.dumps(data) + b"\n\n" if data else b": still here\n\n"
        finally:
            with self._changed:
                self._followers -= 1

    def pictures(self, names: Sequence[str]) -> Generator[bytes]:
        """Yield parts of a multipart response: new small pictures of the named stations.

        Each station sends at most ten pictures a second. Unknown names are ignored.
        """
        stations = [station for name in names if (station := self._stations.get(name))]
        for station in stations:
            station.video.add_viewer("small")
        try:
            yield b"--frame\r\n"
            yield from _picture_parts(stations)
        finally:
            for station in stations:
                station.video.remove_viewer("small")

    def states(self) -> dict[str, dict[str, Any]]:
        """Read the current state of all stations.

        Returns:
            By station name: `here` (whether it is online), `away` (seconds since its last
            heartbeat; None if it is online or has never reported), `session`, `status` and
            `sample`. The last three are missing if the station's Redis is unreachable.
        """
        names = self._stations.names()
        states: dict[str, dict[str, Any]] = {}
        for client in dict.fromkeys(self._stations.client(name) for name in names):
            client_names = [name for name in names if self._stations.client(name) is client]
            try:
                states |= _read_states(client, client_names)
            except redis.RedisError as error:
                log.debug("Could not read the state of stations: %s", error)
                states |= {name: UNKNOWN_STATE for name in client_names}
        own = self._stations.own
        if own and own.name not in states:  # it has not started yet
            states[own.name] = UNKNOWN_STATE
        return {name: states[name] for name in names if name in states}

    def _wait_for_changes(self, version: int) -> tuple[int, dict[str, bytes]]:
        """Wait for changes after `version`; return the new version and the changed states."""
        with self._changed:
            self._changed.wait_for(lambda: self._version > version, HEARTBEAT_S)
            changes = {
                name: state
                for name, (changed_in, state) in self._states.items()
                if changed_in > version
            }
            return self._version, changes

    def _step(self) -> bool:
        """Poll once; return False when there are no followers."""
        with self._changed:
            watched = self._followers > 0
            if not watched:
                self._states = {}
        if not watched:
            self._presence.close()
            return False
        self._update({name: orjson.dumps(state) for name, state in self.states().items()})
        with suppress(redis.RedisError):
            self._presence.ensure_subscribed()
        time.sleep(POLL_S)
        return True

    def _update(self, states: dict[str, bytes]) -> None:
        """Store the states that have changed, and wake up the followers."""
        with self._changed:
            states |= {name: b"null" for name in self._states if name not in states}
            version = self._version + 1
            changes = {
                name: (version, state)
                for name, state in states.items()
                if self._states.get(name, (0, b""))[1] != state
            }
            if changes:
                self._states |= changes
                self._version = version
                self._changed.notify_all()


class StationsPresence:
    """Keeps the pipelines of all stations awake by subscribing to their presence channels.

    Args:
        stations: the stations, whose names may change at any time.
    """

    def __init__(self, stations: Stations) -> None:
        self._stations = stations
        self._names: frozenset[str] = frozenset()
        self._subscriptions: list[PresenceSubscription] = []

    def ensure_subscribed(self) -> None:
        """Subscribe to new stations, and reconnect lost connections.

        Raises:
            redis.RedisError: Redis is unreachable; call again.
        """
        names = frozenset(self._stations.names())
        if names == self._names:
            for subscription in self._subscriptions:
                subscription.ensure_connected()
            return
        self.close()
        channels: dict[Client, list[str]] = {}
        for name in names:
            channels.setdefault(self._stations.client(name), []).append(Keys(name).present)
        for client, client_channels in channels.items():
            self._subscriptions.append(PresenceSubscription(client, *client_channels))
        self._names = names

    def close(self) -> None:
        """Unsubscribe from all stations."""
        self._names = frozenset()
        while self._subscriptions:
            with suppress(redis.RedisError):
                self._subscriptions.pop().close()


def _picture_parts(stations: Sequence[Station]) -> Generator[bytes]:
    versions = [-1] * len(stations)
    sent_at = time.monotonic()
    while True:
        time.sleep(POLL_S)
        parts = []
        for i, station in enumerate(stations):
            update = station.video.newest("small", versions[i])
            if update:
                versions[i], part = update
                parts.append(b"X-Station: %b\r\n%b" % (station.name.encode(), part))
        if not parts and time.monotonic() - sent_at > HEARTBEAT_S:
            parts.append(EMPTY_PART)
        if parts:
            sent_at = time.monotonic()
            yield b"".join(parts)


def _read_states(client: Client, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Read the states of stations that share a Redis, and remove expired ones from its list."""
    with client.pipeline(transaction=False) as pipeline:
        for name in names:
            keys = Keys(name)
            pipeline.pttl(keys.heartbeat)
            pipeline.get(keys.session)
            pipeline.get(keys.camera)
            pipeline.xrevrange(keys.samples, count=1)
        replies = pipeline.execute()
        states = {}
        for i, name in enumerate(names):
            ttl_ms, session, status, samples = replies[4 * i : 4 * i + 4]
            away_s = seconds_since_heartbeat(ttl_ms)
            if ttl_ms < 0:  # the heartbeat key has expired: offline for `PRESENCE_TTL_S`, a week
                pipeline.srem(STATIONS_KEY, name)
                continue
            states[name] = {
                "here": away_s < OFFLINE_AFTER_S,
                "away": None if away_s < OFFLINE_AFTER_S else round(away_s),
                "session": _session(session),
                "status": _decode_object(status),
                "sample": _sample(samples),
            }
        pipeline.execute()
    return states


def _session(data: bytes | None) -> dict[str, Any] | None:
    """Return a session's snapshot without its bands, which the wall does not show."""
    session = _decode_object(data)
    return session and {name: value for name, value in session.items() if name != "bands"}


def _sample(entries: Any) -> dict[str, Any] | None:
    """Return the shown fields of the newest sample in a reply to XREVRANGE."""
    sample = _decode_object(entries[0][1].get(MESSAGE_FIELD)) if entries else None
    return sample and {name: sample.get(name) for name in SAMPLE_FIELDS}


def _decode_object(data: bytes | None) -> dict[str, Any] | None:
    """Return a JSON object; None if it is missing or invalid, as from another version's station."""
    try:
        value = None if data is None else orjson.loads(data)
    except orjson.JSONDecodeError:
        value = None
    return value if isinstance(value, dict) else None
