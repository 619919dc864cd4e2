"""The pipeline's side of the live data: publishes messages and polls for commands."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import redis

from hiitpi.coach.codec import decode_command, decode_heart_rate, encode
from hiitpi.coach.messages import Command, Event, HeartRate, Sample
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

#: Events buffered while Redis is unreachable; a session produces about 100 a minute.
MAX_PENDING_EVENTS: Final = 1000

#: Interval between polls for commands and subscribers while samples are published.
POLL_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class PollResult:
    """Result of polling Redis for commands, subscribers and the heart rate.

    Attributes:
        commands: new commands, in order.
        watched: picture sizes that have subscribers.
        present: whether live data or pictures have any subscriber.
        heart_rate: the athlete's heart rate; None without a strap.
    """

    commands: tuple[Command, ...] = ()
    watched: frozenset[str] = frozenset()
    present: bool = False
    heart_rate: HeartRate | None = None


class Publisher:
    """Publishes the pipeline's samples, events, status and pictures, and polls for commands.

    Redis outages never raise: the publisher reconnects with a delay. Samples that cannot be
    delivered are dropped, since only the newest matter; events are buffered.
    """

    def __init__(self, client: Client, station: str) -> None:
        self._redis, self._keys = client, Keys(station)
        self._channels = tuple(self._keys.key(name) for name in (*PICTURE_SIZES, "present"))
        self._pending: list[Event] = []
        self._session: bytes | None = None
        self._status: bytes | None = None
        self._cursor: bytes | None = None
        self._disconnected = self._dirty = True
        self._connection = PipelinedConnection(client)
        self._retry_at = self._next_poll_at = self._next_heartbeat_at = 0.0
        self._last_poll = PollResult()

    def set_session(self, summary: Mapping[str, Any] | None) -> None:
        """Set the snapshot of the running session, sent with the next poll; None: no session."""
        self._session = None if summary is None else encode(summary)
        self._dirty = True

    def set_status(self, status: Mapping[str, Any]) -> None:
        """Set the status of the pipeline, sent with the next poll."""
        self._status = encode(status)
        self._dirty = True

    def publish(
        self, time: float, sample: Sample | None, events: Iterable[Event] = ()
    ) -> PollResult:
        """Publish a sample and events and poll for commands, in one round trip.

        Args:
            time: monotonic seconds.
            sample: sample of the frame just analysed; None to poll without publishing one.
            events: new events, in order.

        Returns:
            The new commands and current subscribers; empty while Redis is unreachable.
        """
        self._pending.extend(events)
        del self._pending[:-MAX_PENDING_EVENTS]
        if time < self._retry_at:
            return PollResult()
        try:
            if self._disconnected:
                self._cursor, self._disconnected = self._find_cursor(), False
            return self._exchange(time, sample)
        except redis.RedisError as error:
            log.warning("Redis is unreachable (%s); retrying.", error)
            self._retry_at = time + CONNECT_TIMEOUT_S
            self._dirty = self._disconnected = True
            self._next_heartbeat_at = 0.0
            self._connection.close()
            return PollResult()

    def publish_picture(self, size: str, seq: int, encoded: float, jpeg: bytes) -> None:
        """Publish a picture to its subscribers.

        Args:
            size: one of `PICTURE_SIZES`.
            seq: frame number.
            encoded: monotonic seconds when it was encoded.
            jpeg: JPEG data.
        """
        try:
            self._redis.publish(self._keys.key(size), PICTURE_HEADER.pack(seq, encoded) + jpeg)
        except redis.RedisError:
            log.debug("Dropped a picture.", exc_info=True)

    def save(self) -> None:
        """Ask Redis to save to disk in the background, for example after a session has ended."""
        save(self._redis)

    def _exchange(self, time: float, sample: Sample | None) -> PollResult:
        """Send what is due; read the replies only if a poll is due or a write must be confirmed."""
        writes = [xadd_command(self._keys.samples, MAX_SAMPLES, sample)] if sample else []
        writes += [xadd_command(self._keys.events, MAX_EVENTS, event) for event in self._pending]
        if self._dirty:
            writes += self._state_commands()
        if time >= self._next_heartbeat_at:
            self._next_heartbeat_at = time + HEARTBEAT_S
            writes += presence_commands(self._keys)
        sent = len(self._pending)
        polled_recently = self._next_poll_at - POLL_S <= time < self._next_poll_at
        if sample and polled_recently and not sent and not self._dirty:
            self._connection.send(*writes)
            return replace(self._last_poll, commands=())
        reads: tuple[RedisCommand, ...] = (
            ("XREAD", "COUNT", 10, "STREAMS", self._keys.commands, self._cursor),
            ("PUBSUB", "NUMSUB", *self._channels),
            ("GET", self._keys.heart_rate),
        )
        *_, commands, counts, heart_rate = self._connection.ask(*writes, *reads)
        self._dirty = False
        del self._pending[:sent]
        self._next_poll_at = time + POLL_S
        watched = frozenset(s for s, n in zip(PICTURE_SIZES, counts[1::2], strict=False) if n)
        self._last_poll = PollResult(
            self._parse_commands(commands),
            watched,
            any(counts[1::2]),
            _parse_heart_rate(heart_rate),
        )
        return self._last_poll

    def _state_commands(self) -> list[RedisCommand]:
        """Return the commands that write the session snapshot and the status."""
        values = ((self._keys.session, self._session), (self._keys.camera, self._status))
        return [("DEL", key) if value is None else ("SET", key, value) for key, value in values]

    def _find_cursor(self) -> bytes:
        """Return the id after which to read commands, at start-up and after a reconnect."""
        handled = bytes(self._redis.get(self._keys.handled) or b"")
        newest = newest_id(self._redis, self._keys.commands)
        if self._cursor is None:  # skip commands that were sent before any pipeline was running
            return handled or newest
        if entry_id(newest) < entry_id(self._cursor):  # Redis lost the stream; its clock went back
            return handled or FIRST_ID
        return self._cursor

    def _parse_commands(self, reply: Any) -> tuple[Command, ...]:
        """Return the commands in an XREAD reply (pairs under RESP2, a dict under RESP3).

        Moves the cursor past them and stores it as `handled`.
        """
        commands = []
        for entry, fields in next(iter(dict(reply or {}).values()), ()):
            self._cursor = entry
            try:
                commands.append(
                    decode_command(dict(zip(*[iter(fields)] * 2, strict=True))[MESSAGE_FIELD])
                )
            except (ValueError, KeyError) as error:
                log.warning("Ignored an invalid command: %s", error)
        if commands and self._cursor:
            self._redis.set(self._keys.handled, self._cursor)
        return tuple(commands)


def _parse_heart_rate(reply: Any) -> HeartRate | None:
    """Return the heart rate in the reply of a GET; None if there is none, or it is not valid."""
    try:
        return None if reply is None else decode_heart_rate(bytes(reply))
    except ValueError as error:
        log.warning("Ignored an invalid heart rate: %s", error)
        return None


def presence_commands(keys: Keys) -> list[RedisCommand]:
    """Return the Redis commands that register a station and write its heartbeat."""
    return [("SADD", STATIONS_KEY, keys.station), ("SET", keys.heartbeat, 1, "EX", PRESENCE_TTL_S)]


def xadd_command(stream: str, max_length: int, message: Sample | Event) -> RedisCommand:
    """Return the XADD command for a message; the stream is trimmed to about `max_length`."""
    return "XADD", stream, "MAXLEN", "~", max_length, "*", MESSAGE_FIELD, encode(message)
