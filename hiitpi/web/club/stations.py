"""The stations that the pages show: the one of this machine and those of the club."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import redis

from hiitpi.live.connection_report import reported_trouble
from hiitpi.live.keys import FINISHED_KEY, STATIONS_KEY, Keys
from hiitpi.live.redis_client import Client, connect, connect_club
from hiitpi.live.subscriber import Subscriber
from hiitpi.settings import Settings
from hiitpi.system.background_loop import BackgroundLoop
from hiitpi.web.live.event_broadcaster import EventBroadcaster
from hiitpi.web.live.video_broadcaster import VideoBroadcaster

#: Messages to whoever sends a station a command.
LIVE_SERVER_AWAY: Final = "The live server is not available. Please try again in a moment."
STATION_OFFLINE: Final = "This station is offline. Please try again when it is connected."

#: Seconds for which the list of station names is cached.
CACHE_S: Final = 2.0


@dataclass(frozen=True)
class Station:
    """A camera with its pipeline.

    Attributes:
        name: its `HIITPI_STATION`.
        bus: reads its session and status, and sends it commands.
        live: broadcasts its live data to browsers.
        video: broadcasts its video to browsers.
    """

    name: str
    bus: Subscriber
    live: EventBroadcaster
    video: VideoBroadcaster


class Stations:
    """The registry of stations. A station's broadcasters are created when it is first requested.

    Args:
        settings: the settings of this machine.
        clock: returns monotonic seconds.

    Attributes:
        local: the Redis of this machine.
        club: the Redis of the club; None if HIITPI_REDIS_URL is not set.
        own: the station of this machine; None if it has no camera.

    Raises:
        LiveError: HIITPI_REDIS_URL is invalid.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self.local = connect(settings.redis(0))
        self.club: Client | None = connect_club(settings) if settings.redis_url else None
        name = settings.own_station
        self.own = _station(name, self.local) if name else None
        self._stations = {self.own.name: self.own} if self.own else {}
        self._names: list[str] = list(self._stations)
        self._names_read_at = -CACHE_S

    @property
    def several(self) -> bool:
        """Whether there are, or may be, stations other than the one of this machine."""
        return self.club is not None or self.own is None or len(self._names) > 1

    def client(self, name: str) -> Client:
        """Return the Redis that has the newest data of a station."""
        if self.club is None or (self.own and name == self.own.name):
            return self.local
        return self.club

    @property
    def loops(self) -> list[BackgroundLoop]:
        """The background loops of all stations that have been requested so far."""
        stations = list(self._stations.values())
        return [loop for s in stations for loop in (s.live.loop, *s.video.loops)]

    def names(self) -> list[str]:
        """Return the names of all stations that reported recently, this machine's first.

        While Redis is unreachable, the last known names are returned.
        """
        if self._clock() - self._names_read_at >= CACHE_S:
            self._names_read_at = self._clock()
            try:
                members = (self.club or self.local).smembers(STATIONS_KEY)
                own = [self.own.name] if self.own else []
                others = sorted(name.decode() for name in members)
                self._names = own + [name for name in others if name not in own]
            except redis.RedisError:
                return self._names
        return self._names

    def get(self, name: str | None) -> Station | None:
        """Return a station by name; without a name, the one of this machine; None if unknown."""
        if not name:
            return self.own
        if name not in self._stations and name in self.names():  # queries Redis: not under the lock
            with self._lock:
                if name not in self._stations:
                    self._stations[name] = _station(name, self.client(name))
        return self._stations.get(name)

    def finished_token(self) -> str:
        """Return an opaque token that changes whenever a session ends at any station.

        Caches of records are valid as long as it stays the same.
        """
        own_token = self.own.live.last_finished if self.own else ""
        try:
            club_token = self.club.get(FINISHED_KEY) if self.club else None
        except redis.RedisError:
            club_token = None
        return f"{own_token}-{(club_token or b'').decode()}"

    def mqtt_error(self) -> str | None:
        """Return what is wrong with the connection to the MQTT broker; "" if nothing is.

        None if its process does not report.

        Raises:
            redis.RedisError: the Redis of this machine is unreachable.
        """
        return reported_trouble(self.local, Keys(self.own.name).mqtt) if self.own else None

    def club_error(self) -> str:
        """Return what is wrong with the connection to the club; "" if nothing is.

        Raises:
            redis.RedisError: the Redis of this machine is unreachable.
        """
        if self.club is None:
            return ""
        reported = reported_trouble(self.local, Keys(self.own.name).club) if self.own else None
        if reported is not None:
            return reported
        try:
            self.club.ping()
        except redis.RedisError as error:
            return f"The club’s Redis does not answer: {error}"
        return ""

    def save(self) -> None:
        """Ask the Redis of this machine to save to disk, so that a login survives a power cut."""
        Subscriber(self.local, "").save()


def _station(name: str, client: Client) -> Station:
    bus = Subscriber(client, name)
    live = EventBroadcaster(bus)
    return Station(name, bus, live, VideoBroadcaster(bus, live.set_viewers))
