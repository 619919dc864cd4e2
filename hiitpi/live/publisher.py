"""The trainer's end of the live data."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import redis

from hiitpi.coach.messages import Command, Event, Sample
from hiitpi.live.bus import (
    EVENTS,
    FIELD,
    HEAD,
    KNOWN,
    LOWEST,
    PATIENCE,
    SAMPLES,
    SIGN,
    SIZES,
    STATIONS,
    Client,
    Keys,
    decode_command,
    encode,
    entry_id,
    newest_id,
    save,
)
from hiitpi.live.line import Line, Words

log = logging.getLogger(__name__)

#: Events kept for a Redis that is away; a session has some 100 a minute.
PENDING: Final = 1000

#: Seconds between two looks for commands and for who watches, while samples are published.
LISTEN: Final = 0.1


@dataclass(frozen=True, slots=True)
class Asked:
    """What the trainer hears when it publishes.

    Attributes:
        commands: new ones, in order.
        watched: the sizes in which somebody wants pictures.
        present: whether anybody wants live data or pictures.
    """

    commands: tuple[Command, ...] = ()
    watched: frozenset[str] = frozenset()
    present: bool = False


class Publisher:
    """The trainer's end. Redis may come and go: nothing here raises because of it.

    Samples that cannot be delivered are dropped, since only the newest matter; events wait.
    """

    def __init__(self, client: Client, station: str) -> None:
        self._redis, self._keys = client, Keys(station)
        self._channels = tuple(getattr(self._keys, name) for name in (*SIZES, "present"))
        self._pending: list[Event] = []
        self._session: bytes | None = None
        self._status: bytes | None = None
        self._cursor: bytes | None = None
        self._lost = self._dirty = True
        self._line = Line(client)
        self._retry_at = self._listen_at = self._sign_at = 0.0
        self._heard = Asked()

    def say_session(self, summary: Mapping[str, Any] | None) -> None:
        """From now on this is the running session; None: there is none."""
        self._session = None if summary is None else encode(summary)
        self._dirty = True

    def say_status(self, status: Mapping[str, Any]) -> None:
        """From now on this is what the trainer says of itself."""
        self._status = encode(status)
        self._dirty = True

    def publish(self, time: float, sample: Sample | None, events: Iterable[Event] = ()) -> Asked:
        """Deliver what there is and hear what is asked, in one round trip.

        Args:
            time: monotonic seconds.
            sample: of the frame just analysed; None: there was none, this is only to listen.
            events: in order.
        """
        self._pending.extend(events)
        del self._pending[:-PENDING]
        if time < self._retry_at:
            return Asked()
        try:
            if self._lost:
                self._cursor, self._lost = self._find_cursor(), False
            return self._exchange(time, sample)
        except redis.RedisError as error:
            log.warning("Redis does not answer (%s); trying again.", error)
            self._retry_at = time + PATIENCE
            self._dirty = self._lost = True
            self._sign_at = 0.0
            self._line.close()
            return Asked()

    def picture(self, size: str, seq: int, encoded: float, jpeg: bytes) -> None:
        """Pass a picture on to whoever watches.

        Args:
            size: one of `SIZES`.
            seq: number of the frame.
            encoded: when it was, monotonic seconds.
            jpeg: the picture.
        """
        try:
            self._redis.publish(getattr(self._keys, size), HEAD.pack(seq, encoded) + jpeg)
        except redis.RedisError:
            log.debug("A picture was not delivered.", exc_info=True)

    def save(self) -> None:
        """Have Redis write its memory to disk, for instance because a session has ended."""
        save(self._redis)

    def _exchange(self, time: float, sample: Sample | None) -> Asked:
        says = [add(self._keys.samples, SAMPLES, sample)] if sample else []
        says += [add(self._keys.events, EVENTS, event) for event in self._pending]
        if self._dirty:
            says += self._announced()
        if time >= self._sign_at:
            self._sign_at = time + SIGN
            says += here(self._keys)
        sent = len(self._pending)
        listened = self._listen_at - LISTEN <= time < self._listen_at
        if sample and listened and not sent and not self._dirty:
            self._line.send(*says)
            return Asked((), self._heard.watched, self._heard.present)
        hears: tuple[Words, Words] = (
            ("XREAD", "COUNT", 10, "STREAMS", self._keys.commands, self._cursor),
            ("PUBSUB", "NUMSUB", *self._channels),
        )
        *_, commands, counts = self._line.ask(*says, *hears)
        self._dirty = False
        del self._pending[:sent]
        self._listen_at = time + LISTEN
        watched = frozenset(s for s, n in zip(SIZES, counts[1::2], strict=False) if n)
        self._heard = Asked(self._read(commands), watched, any(counts[1::2]))
        return self._heard

    def _announced(self) -> list[Words]:
        both = ((self._keys.session, self._session), (self._keys.camera, self._status))
        return [("DEL", key) if value is None else ("SET", key, value) for key, value in both]

    def _find_cursor(self) -> bytes:
        """From where to read commands, at the start and when Redis comes back."""
        handled = bytes(self._redis.get(self._keys.handled) or b"")
        newest = newest_id(self._redis, self._keys.commands)
        if self._cursor is None:  # what was asked before anybody was here to hear it is not meant
            return handled or newest
        if entry_id(newest) < entry_id(self._cursor):  # it has begun anew, and the clock went back
            return handled or LOWEST
        return self._cursor

    def _read(self, answer: Any) -> tuple[Command, ...]:
        """The commands in XREAD's answer, of pairs under RESP2 and a dict under RESP3."""
        commands = []
        for entry, fields in next(iter(dict(answer or {}).values()), ()):
            self._cursor = entry
            try:
                commands.append(decode_command(dict(zip(*[iter(fields)] * 2, strict=True))[FIELD]))
            except (ValueError, KeyError) as error:
                log.warning("Ignored what is no command: %s", error)
        if commands and self._cursor:
            self._redis.set(self._keys.handled, self._cursor)
        return tuple(commands)


def here(keys: Keys) -> list[Words]:
    """The commands that say that a station is there."""
    return [("SADD", STATIONS, keys.station), ("SET", keys.here, 1, "EX", KNOWN)]


def add(stream: str, most: int, message: Sample | Event) -> Words:
    """The command that adds a message to a stream of about so many."""
    return "XADD", stream, "MAXLEN", "~", most, "*", FIELD, encode(message)
