"""The stations that these pages show: the camera of this machine, and those of the club."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import redis

from hiitpi.coach.codec import decode
from hiitpi.live.keys import FINISHED_KEY, STATIONS_KEY, Keys
from hiitpi.live.redis_client import Client, connect, connect_club
from hiitpi.live.subscriber import Subscriber
from hiitpi.settings import Settings
from hiitpi.system.background_loop import BackgroundLoop
from hiitpi.web.live.event_broadcaster import EventBroadcaster
from hiitpi.web.live.video_broadcaster import VideoBroadcaster

#: Seconds for which the names are not asked for again.
CACHE_S: Final = 2.0


@dataclass(frozen=True)
class Station:
    """One camera with its trainer.

    Attributes:
        name: `HIITPI_STATION` of it.
        bus: commands, and what is.
        live, video: what browsers follow.
    """

    name: str
    bus: Subscriber
    live: EventBroadcaster
    video: VideoBroadcaster


class Stations:
    """Knows all of them; each costs something when somebody first looks at it.

    Args:
        settings: of this machine.
        clock: monotonic seconds.

    Raises:
        LiveError: HIITPI_REDIS_URL is none.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self.mine = connect(settings.redis(0))
        self.club: Client | None = connect_club(settings) if settings.redis_url else None
        #: The station of this machine; None: it has no camera.
        name = settings.own_station
        self.own = _station(name, self.mine) if name else None
        self._known = {self.own.name: self.own} if self.own else {}
        self._names: list[str] = list(self._known)
        self._asked_at = -CACHE_S

    @property
    def several(self) -> bool:
        """Whether there are others than the one of this machine, or may be."""
        return self.club is not None or self.own is None or len(self._names) > 1

    def client(self, name: str) -> Client:
        """The Redis that has the newest of a station."""
        if self.club is None or (self.own and name == self.own.name):
            return self.mine
        return self.club

    @property
    def loops(self) -> list[BackgroundLoop]:
        """The background loops of all stations that somebody has looked at."""
        known = list(self._known.values())
        return [loop for one in known for loop in (one.live.loop, *one.video.loops)]

    def names(self) -> list[str]:
        """All that have been there lately, this machine's first.

        While the club is away, the last that is known.
        """
        if self._clock() - self._asked_at >= CACHE_S:
            self._asked_at = self._clock()
            try:
                found = (self.club or self.mine).smembers(STATIONS_KEY)
                own = [self.own.name] if self.own else []
                others = sorted(name.decode() for name in found)
                self._names = own + [name for name in others if name not in own]
            except redis.RedisError:
                return self._names
        return self._names

    def get(self, name: str | None) -> Station | None:
        """The station of that name; without one that of this machine. None: there is none."""
        if not name:
            return self.own
        if name not in self._known and name in self.names():  # asks Redis: not with the lock held
            with self._lock:
                if name not in self._known:
                    self._known[name] = _station(name, self.client(name))
        return self._known.get(name)

    def finished(self) -> str:
        """Changes whenever a session has ended, at any station: until then one may cache."""
        here = self.own.live.last_finished if self.own else ""
        try:
            there = self.club.get(FINISHED_KEY) if self.club else None
        except redis.RedisError:
            there = None
        return f"{here}-{(there or b'').decode()}"

    def trouble(self) -> str:
        """What is wrong with the way to the club; "": nothing.

        Raises:
            redis.RedisError: the Redis of this machine is away.
        """
        if self.club is None:
            return ""
        said = self.mine.get(Keys(self.own.name).club) if self.own else None
        if said:  # the relay knows
            return str(decode(said)["trouble"])
        try:
            self.club.ping()
        except redis.RedisError as error:
            return f"The club’s Redis does not answer: {error}"
        return ""

    def save(self) -> None:
        """Have the Redis of this machine write its memory to disk: somebody has logged in."""
        Subscriber(self.mine, "").save()


def _station(name: str, client: Client) -> Station:
    bus = Subscriber(client, name)
    live = EventBroadcaster(bus)
    return Station(name, bus, live, VideoBroadcaster(bus, live.set_viewers))
