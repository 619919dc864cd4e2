"""The coach's messages over Redis: keys, streams, JSON. It has nothing of its own to say.

Keys of a station, all with the prefix `hiitpi:<station>:`

- `samples`, `events`, `commands`: streams with one field `j`, a message as JSON. Every reader keeps
  its own cursor, so nobody takes a message away from anybody.
- `session`: the summary of the running session as JSON; absent when there is none.
- `camera`: what the trainer says of itself: camera, model, trouble.
- `handled`: id of the last command that the trainer carried out.
- `frame`: a channel, not a key: pictures of the living room are passed on and never stored. The
  number of its subscribers tells the trainer whether anybody watches.
"""

import logging
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import orjson
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from hiitpi.coach.messages import (
    Command,
    Event,
    Repetition,
    Sample,
    SessionRecord,
    SetRecord,
)
from hiitpi.coach.program import parse

log = logging.getLogger(__name__)

#: 30 s of samples at 30 frames/s; a browser that was away for less gets all of them.
SAMPLES: Final = 900
EVENTS: Final = 500
COMMANDS: Final = 100

#: Events kept for a Redis that is away; a session has some 100 a minute.
PENDING: Final = 1000

#: Seconds after which Redis counts as away, and between attempts to reach it again.
PATIENCE: Final = 1.0

FIELD: Final = b"j"

#: A redis.Redis. Its own type hints give every answer as a union over protocols and decoders.
Client = Any

T = TypeVar("T")


@dataclass(frozen=True)
class Keys:
    """The names of one station's keys."""

    station: str

    def __getattr__(self, name: str) -> str:
        return f"hiitpi:{self.station}:{name}"


def connect(url: str) -> Client:
    """A client of the Redis at `url`; it connects when it is first used."""
    return redis.Redis.from_url(
        url, socket_timeout=5, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
    )


def encode(message: Any) -> bytes:
    """A message, or plain data, as JSON."""
    return orjson.dumps(message)


def decode(data: bytes) -> Any:
    """Plain data from JSON."""
    return orjson.loads(data)


def decode_command(data: bytes) -> Command:
    """The command in that JSON.

    Raises:
        ValueError: it is not a command.
    """
    fields = _decoded(data, Command)
    if isinstance(fields, dict) and fields.get("program") is not None:
        fields["program"] = parse(fields["program"])
    return _build(Command, fields)


def decode_record(data: bytes) -> SessionRecord:
    """The session record in that JSON.

    Raises:
        ValueError: it is not a session record.
    """
    fields = _decoded(data, SessionRecord)
    try:
        fields["program"] = parse(fields["program"])
        fields["sets"] = tuple(_build(SetRecord, one) for one in fields["sets"])
        fields["series"] = tuple(
            _build(Repetition, {**rep, "cues": tuple(rep["cues"])}) for rep in fields["series"]
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a SessionRecord: {error!r}") from error
    return _build(SessionRecord, fields)


def _decoded(data: bytes, kind: type) -> Any:
    try:
        return decode(data)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"not a {kind.__name__}: {error}") from error


def _build(kind: type[T], fields: Mapping[str, Any]) -> T:
    try:
        return kind(**fields)
    except TypeError as error:
        raise ValueError(f"not a {kind.__name__}: {error}") from error


@dataclass(frozen=True, slots=True)
class Asked:
    """What the trainer hears when it publishes.

    Attributes:
        commands: new ones, in order.
        watched: whether anybody wants pictures.
    """

    commands: tuple[Command, ...] = ()
    watched: bool = False


class Publisher:
    """The trainer's end. Redis may come and go: nothing here raises because of it.

    Samples that cannot be delivered are dropped, since only the newest matter; events wait.
    """

    def __init__(self, client: Client, station: str) -> None:
        self._redis, self._keys = client, Keys(station)
        self._pending: list[Event] = []
        self._session: bytes | None = None
        self._status: bytes | None = None
        self._cursor: bytes | None = None
        self._dirty = True
        self._retry_at = 0.0

    def say_session(self, summary: Mapping[str, Any] | None) -> None:
        """From now on this is the running session; None: there is none."""
        self._session = None if summary is None else encode(summary)
        self._dirty = True

    def say_status(self, status: Mapping[str, Any]) -> None:
        """From now on this is what the trainer says of itself."""
        self._status = encode(status)
        self._dirty = True

    def publish(self, time: float, sample: Sample | None, events: Iterable[Event] = ()) -> Asked:
        """Deliver what there is and fetch what is asked, in one round trip.

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
            if self._cursor is None:
                self._cursor = self._last_command()
            return self._exchange(sample)
        except redis.RedisError as error:
            log.warning("Redis does not answer (%s); trying again.", error)
            self._retry_at = time + PATIENCE
            self._dirty = True
            return Asked()

    def picture(self, seq: int, jpeg: bytes) -> None:
        """Pass a picture on to whoever watches."""
        try:
            self._redis.publish(self._keys.frame, struct.pack(">Q", seq) + jpeg)
        except redis.RedisError:
            log.debug("A picture was not delivered.", exc_info=True)

    def save(self) -> None:
        """Have Redis write its memory to disk, for instance because a session has ended."""
        _save(self._redis)

    def _exchange(self, sample: Sample | None) -> Asked:
        keys, sent = self._keys, len(self._pending)
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.xread({keys.commands: self._cursor}, count=10)
            pipe.pubsub_numsub(keys.frame)
            if sample:
                pipe.xadd(keys.samples, {FIELD: encode(sample)}, maxlen=SAMPLES, approximate=True)
            for event in self._pending:
                pipe.xadd(keys.events, {FIELD: encode(event)}, maxlen=EVENTS, approximate=True)
            if self._dirty:
                self._announce(pipe)
            answers = pipe.execute()
        self._dirty = False
        del self._pending[:sent]
        commands = self._read(answers[0])
        return Asked(commands, answers[1][0][1] > 0)

    def _announce(self, pipe: Any) -> None:
        for key, value in ((self._keys.session, self._session), (self._keys.camera, self._status)):
            if value is None:
                pipe.delete(key)
            else:
                pipe.set(key, value)

    def _last_command(self) -> bytes:
        handled = self._redis.get(self._keys.handled)
        if handled:
            return bytes(handled)
        newest = self._redis.xrevrange(self._keys.commands, count=1)
        return bytes(newest[0][0]) if newest else b"0"

    def _read(self, answer: Any) -> tuple[Command, ...]:
        commands = []
        for _, entries in _streams(answer):
            for entry, fields in entries:
                self._cursor = entry
                try:
                    commands.append(decode_command(fields[FIELD]))
                except (ValueError, KeyError) as error:
                    log.warning("Ignored what is no command: %s", error)
        if commands and self._cursor:
            self._redis.set(self._keys.handled, self._cursor)
        return tuple(commands)


class Subscriber:
    """A page's end: reads streams from its own cursor, and gives commands."""

    def __init__(self, client: Client, station: str) -> None:
        self._redis, self._keys = client, Keys(station)

    def command(self, command: Command) -> None:
        """Ask the trainer for something.

        Raises:
            redis.RedisError: Redis is away; nothing was asked.
        """
        self._redis.xadd(
            self._keys.commands, {FIELD: encode(command)}, maxlen=COMMANDS, approximate=True
        )

    def save(self) -> None:
        """Have Redis write its memory to disk, for instance because somebody has logged in."""
        _save(self._redis)

    def session(self) -> dict[str, Any] | None:
        """The summary of the running session, or None."""
        return self._json(self._keys.session)

    def status(self) -> dict[str, Any] | None:
        """What the trainer says of itself; None: it never said anything."""
        return self._json(self._keys.camera)

    def recent(self) -> dict[str, list[tuple[bytes, bytes]]]:
        """All samples and events that are still there: (id, JSON), oldest first."""
        return {
            name: [
                (bytes(i), bytes(f[FIELD]))
                for i, f in self._redis.xrange(getattr(self._keys, name))
            ]
            for name in ("samples", "events")
        }

    def wait(
        self, cursors: Mapping[str, bytes], seconds: float
    ) -> dict[str, list[tuple[bytes, bytes]]]:
        """What came after the cursors of "samples" and "events".

        Waits for something to come for so many seconds; 0: does not wait.
        """
        names = {getattr(self._keys, name).encode(): name for name in cursors}
        streams = {key: cursors[name] for key, name in names.items()}
        answer = self._redis.xread(streams, block=int(seconds * 1000) or None)
        return {
            names[bytes(key)]: [(bytes(entry), bytes(fields[FIELD])) for entry, fields in entries]
            for key, entries in _streams(answer)
        }

    def pictures(self) -> "Pictures":
        """Ask for pictures, until the answer is closed."""
        return Pictures(self._redis, self._keys.frame)

    def _json(self, key: str) -> dict[str, Any] | None:
        value = self._redis.get(key)
        return None if value is None else decode(bytes(value))


def _save(client: Client) -> None:
    try:
        client.bgsave()
    except redis.RedisError as error:
        log.info("Redis did not save: %s", error)  # it is saving already, or away


class Pictures:
    """A subscription to the pictures of a station."""

    def __init__(self, client: Client, channel: str) -> None:
        self._pubsub = client.pubsub(ignore_subscribe_messages=True)
        self._pubsub.subscribe(channel)
        self._pubsub.get_message(timeout=PATIENCE)  # the confirmation: from here on it counts

    def next(self, timeout: float) -> tuple[int, bytes] | None:
        """The next picture: (seq, JPEG); None after `timeout` seconds."""
        message = self._pubsub.get_message(timeout=timeout)
        if not message:
            return None
        data = bytes(message["data"])
        return struct.unpack(">Q", data[:8])[0], data[8:]

    def close(self) -> None:
        """Want no more pictures."""
        self._pubsub.close()


def _streams(answer: Any) -> Iterable[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]]:
    """XREAD's answer, a list under RESP2 and a dict of lists of lists under RESP3."""
    if isinstance(answer, dict):
        return [(key, [e for batch in batches for e in batch]) for key, batches in answer.items()]
    return list(answer or ())
