"""The trainer's end of the live data."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import redis

from hiitpi.coach.codec import decode_command, encode
from hiitpi.coach.messages import Command, Event, Sample
from hiitpi.live.keys import (
    HEARTBEAT_S,
    MAX_EVENTS,
    MAX_SAMPLES,
    MESSAGE_FIELD,
    PICTURE_HEADER,
    PICTURE_SIZES,
    PRESENCE_TTL_S,
    STATIONS_KEY,
    Keys,
)
from hiitpi.live.pipelined_connection import PipelinedConnection, RedisCommand
from hiitpi.live.redis_client import CONNECT_TIMEOUT_S, FIRST_ID, Client, entry_id, newest_id, save

log = logging.getLogger(__name__)

#: Events kept for a Redis that is away; a session has some 100 a minute.
MAX_PENDING_EVENTS: Final = 1000

#: Seconds between two looks for commands and for who watches, while samples are published.
POLL_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class PollResult:
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
        self._channels = tuple(self._keys.key(name) for name in (*PICTURE_SIZES, "present"))
        self._pending: list[Event] = []
        self._session: bytes | None = None
        self._status: bytes | None = None
        self._cursor: bytes | None = None
        self._lost = self._dirty = True
        self._line = PipelinedConnection(client)
        self._retry_at = self._listen_at = self._sign_at = 0.0
        self._heard = PollResult()

    def set_session(self, summary: Mapping[str, Any] | None) -> None:
        """From now on this is the running session; None: there is none."""
        self._session = None if summary is None else encode(summary)
        self._dirty = True

    def set_status(self, status: Mapping[str, Any]) -> None:
        """From now on this is what the trainer says of itself."""
        self._status = encode(status)
        self._dirty = True

    def publish(
        self, time: float, sample: Sample | None, events: Iterable[Event] = ()
    ) -> PollResult:
        """Deliver what there is and hear what is asked, in one round trip.

        Args:
            time: monotonic seconds.
            sample: of the frame just analysed; None: there was none, this is only to listen.
            events: in order.
        """
        self._pending.extend(events)
        del self._pending[:-MAX_PENDING_EVENTS]
        if time < self._retry_at:
            return PollResult()
        try:
            if self._lost:
                self._cursor, self._lost = self._find_cursor(), False
            return self._exchange(time, sample)
        except redis.RedisError as error:
            log.warning("Redis does not answer (%s); trying again.", error)
            self._retry_at = time + CONNECT_TIMEOUT_S
            self._dirty = self._lost = True
            self._sign_at = 0.0
            self._line.close()
            return PollResult()

    def picture(self, size: str, seq: int, encoded: float, jpeg: bytes) -> None:
        """Pass a picture on to whoever watches.

        Args:
            size: one of `PICTURE_SIZES`.
            seq: number of the frame.
            encoded: when it was, monotonic seconds.
            jpeg: the picture.
        """
        try:
            self._redis.publish(self._keys.key(size), PICTURE_HEADER.pack(seq, encoded) + jpeg)
        except redis.RedisError:
            log.debug("A picture was not delivered.", exc_info=True)

    def save(self) -> None:
        """Have Redis write its memory to disk, for instance because a session has ended."""
        save(self._redis)

    def _exchange(self, time: float, sample: Sample | None) -> PollResult:
        says = [add(self._keys.samples, MAX_SAMPLES, sample)] if sample else []
        says += [add(self._keys.events, MAX_EVENTS, event) for event in self._pending]
        if self._dirty:
            says += self._announced()
        if time >= self._sign_at:
            self._sign_at = time + HEARTBEAT_S
            says += presence_commands(self._keys)
        sent = len(self._pending)
        listened = self._listen_at - POLL_S <= time < self._listen_at
        if sample and listened and not sent and not self._dirty:
            self._line.send(*says)
            return PollResult((), self._heard.watched, self._heard.present)
        hears: tuple[RedisCommand, RedisCommand] = (
            ("XREAD", "COUNT", 10, "STREAMS", self._keys.commands, self._cursor),
            ("PUBSUB", "NUMSUB", *self._channels),
        )
        *_, commands, counts = self._line.ask(*says, *hears)
        self._dirty = False
        del self._pending[:sent]
        self._listen_at = time + POLL_S
        watched = frozenset(s for s, n in zip(PICTURE_SIZES, counts[1::2], strict=False) if n)
        self._heard = PollResult(self._read(commands), watched, any(counts[1::2]))
        return self._heard

    def _announced(self) -> list[RedisCommand]:
        both = ((self._keys.session, self._session), (self._keys.camera, self._status))
        return [("DEL", key) if value is None else ("SET", key, value) for key, value in both]

    def _find_cursor(self) -> bytes:
        """From where to read commands, at the start and when Redis comes back."""
        handled = bytes(self._redis.get(self._keys.handled) or b"")
        newest = newest_id(self._redis, self._keys.commands)
        if self._cursor is None:  # what was asked before anybody was here to hear it is not meant
            return handled or newest
        if entry_id(newest) < entry_id(self._cursor):  # it has begun anew, and the clock went back
            return handled or FIRST_ID
        return self._cursor

    def _read(self, answer: Any) -> tuple[Command, ...]:
        """The commands in XREAD's answer, of pairs under RESP2 and a dict under RESP3."""
        commands = []
        for entry, fields in next(iter(dict(answer or {}).values()), ()):
            self._cursor = entry
            try:
                commands.append(
                    decode_command(dict(zip(*[iter(fields)] * 2, strict=True))[MESSAGE_FIELD])
                )
            except (ValueError, KeyError) as error:
                log.warning("Ignored what is no command: %s", error)
        if commands and self._cursor:
            self._redis.set(self._keys.handled, self._cursor)
        return tuple(commands)


def presence_commands(keys: Keys) -> list[RedisCommand]:
    """The commands that say that a station is there."""
    return [("SADD", STATIONS_KEY, keys.station), ("SET", keys.here, 1, "EX", PRESENCE_TTL_S)]


def add(stream: str, most: int, message: Sample | Event) -> RedisCommand:
    """The command that adds a message to a stream of about so many."""
    return "XADD", stream, "MAXLEN", "~", most, "*", MESSAGE_FIELD, encode(message)
