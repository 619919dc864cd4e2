"""The coach's messages over Redis: keys, streams, JSON. It has nothing of its own to say.

Keys of a station, all with the prefix `hiitpi:<station>:`

- `samples`, `events`, `commands`: streams with one field `j`, a message as JSON. Every reader keeps
  its own cursor, so nobody takes a message away from anybody.
- `session`: the summary of the running session as JSON; absent when there is none.
- `camera`: what the trainer says of itself: camera, model, trouble.
- `handled`: id of the last command that the trainer carried out.
- `frame`, `small`: channels, not keys: pictures of the living room, in two sizes, are passed on and
  never stored. The number of subscribers tells the trainer which of them somebody watches.
- `present`: a channel on which nothing is ever said: who subscribes wants live data, so the trainer
  stays awake.
- `here`: written once a second while the trainer works; it ends by itself `KNOWN` seconds after
  that, so what is left of it tells how long the station has been away, by Redis' clock alone.
- `club`: what the way to the club's Redis says of itself; and of `hiitpi.live.relay`, there:
  `relayed`, how far it has got, and `owner`, whose name this is; here: `fetched`, likewise.

And one key of all stations, `STATIONS`: the set of their names.
"""

import logging
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import orjson
import redis
from pydantic import TypeAdapter, ValidationError
from redis.backoff import NoBackoff
from redis.retry import Retry

from hiitpi.coach.messages import Command, SessionRecord
from hiitpi.errors import ProgramError

log = logging.getLogger(__name__)

#: 30 s of samples at 30 frames/s; a browser that was away for less gets all of them.
SAMPLES: Final = 900
EVENTS: Final = 500
COMMANDS: Final = 100

#: The set of all stations' names.
STATIONS: Final = "hiitpi:stations"

#: Seconds for which a station is remembered, after which one that says nothing counts as away, and
#: between two signs of life.
KNOWN: Final = 7 * 24 * 3600
GONE: Final = 5.0
SIGN: Final = 1.0

#: Sizes of the pictures, each with a channel of its own.
SIZES: Final = ("frame", "small")

#: Seconds after which Redis counts as away, and between attempts to reach it again.
PATIENCE: Final = 1.0

FIELD: Final = b"j"

#: What a picture begins with: number of the frame, and when it was encoded.
HEAD: Final = struct.Struct(">Qd")

#: A redis.Redis. Its own type hints give every answer as a union over protocols and decoders.
Client = Any

#: A stream entry's id: milliseconds, and a number within them.
Id = tuple[int, int]
LOWEST: Final = b"0-0"

T = TypeVar("T")


@dataclass(frozen=True)
class Keys:
    """The names of one station's keys."""

    station: str

    def __getattr__(self, name: str) -> str:
        return f"hiitpi:{self.station}:{name}"


def connect(url: str, timeout: float = 5.0) -> Client:
    """A client of the Redis at `url`, which connects when it is first used.

    `timeout`: seconds that it waits for an answer, longer than any read that is meant to wait.
    """
    return redis.Redis.from_url(
        url, socket_timeout=timeout, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
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
    return _validated(_COMMAND, _decoded(data, Command))


def decode_record(data: bytes) -> SessionRecord:
    """The session record in that JSON.

    Raises:
        ValueError: it is not a session record.
    """
    return _validated(_RECORD, _decoded(data, SessionRecord))


def _decoded(data: bytes, kind: type) -> Any:
    try:
        return decode(data)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"not a {kind.__name__}: {error}") from error


#: What enters a process is checked here. Fields that this version does not know are left out.
_COMMAND: Final = TypeAdapter(Command)
_RECORD: Final = TypeAdapter(SessionRecord)


def _validated(kind: TypeAdapter[T], plain: Any) -> T:
    try:
        return kind.validate_python(plain)
    except (ValidationError, ProgramError) as error:
        raise ValueError(f"not what was expected: {error}") from error


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG, the number of its frame, and when it was encoded, monotonic seconds."""

    seq: int
    encoded: float
    jpeg: bytes


def silent_for(left: int) -> float:
    """Seconds since a station was there, by the milliseconds that its key `here` has left."""
    return KNOWN - left / 1000


def save(client: Client) -> None:
    """Have Redis write its memory to disk."""
    try:
        client.bgsave()
    except redis.RedisError as error:
        log.info("Redis did not save: %s", error)  # it is saving already, or away


def entry_id(text: bytes) -> Id:
    """A stream entry's id.

    Raises:
        ValueError: it is none.
    """
    milliseconds, _, number = text.partition(b"-")
    return int(milliseconds), int(number or 0)


def newest_id(client: Client, stream: str) -> bytes:
    """The id of the newest entry of a stream; the lowest there is when it has none."""
    newest = client.xrevrange(stream, count=1)
    return bytes(newest[0][0]) if newest else LOWEST


def entries_of(answer: Any) -> Iterable[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]]:
    """The entries of each stream in XREAD's answer.

    That is a list under RESP2, and a dict of lists of lists under RESP3.
    """
    if isinstance(answer, dict):
        return [(key, [e for batch in batches for e in batch]) for key, batches in answer.items()]
    return list(answer or ())
