"""Redis clients, and helpers for the ids and entries of Redis streams."""

import logging
from collections.abc import Iterable
from typing import Any, Final

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from hiitpi.errors import LiveError
from hiitpi.settings import Settings

log = logging.getLogger(__name__)

#: Timeout of a connection attempt, and interval between reconnection attempts.
CONNECT_TIMEOUT_S: Final = 1.0

#: Timeout for a reply of the club's Redis.
CLUB_TIMEOUT_S: Final = 3.0

#: A redis.Redis; Any, because its type hints make every reply a union over protocols and decoders.
Client = Any

#: A stream entry's id: milliseconds, and a sequence number within the millisecond.
Id = tuple[int, int]
FIRST_ID: Final = b"0-0"


def connect(url: str, timeout: float = 5.0) -> Client:
    """Return a client for the Redis at `url`; it connects when it is first used.

    Args:
        url: a redis://, rediss:// or unix:// URL.
        timeout: seconds to wait for a reply; longer than any blocking read.
    """
    return redis.Redis.from_url(
        url,
        socket_timeout=timeout,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
    )


def connect_club(settings: Settings) -> Client:
    """Return a client for the Redis that the club shares.

    Raises:
        LiveError: HIITPI_REDIS_URL is not a Redis URL.
    """
    try:
        return connect(settings.redis_url or "", CLUB_TIMEOUT_S)
    except ValueError as error:
        raise LiveError(
            f"HIITPI_REDIS_URL is invalid: {error}. Example: redis://:password@host:6379/0."
        ) from error


def save(client: Client) -> None:
    """Ask Redis to write its memory to disk in the background."""
    try:
        client.bgsave()
    except redis.RedisError as error:
        log.info("Redis did not save: %s", error)  # already saving, or unreachable


def entry_id(text: bytes) -> Id:
    """Parse a stream entry's id.

    Raises:
        ValueError: it is not an id.
    """
    milliseconds, _, number = text.partition(b"-")
    return int(milliseconds), int(number or 0)


def newest_id(client: Client, stream: str) -> bytes:
    """Return the id of a stream's newest entry; `FIRST_ID` when the stream is empty."""
    newest = client.xrevrange(stream, count=1)
    return bytes(newest[0][0]) if newest else FIRST_ID


def entries_of(reply: Any) -> Iterable[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]]:
    """Return the entries of each stream in an XREAD reply.

    The reply is a list under RESP2, and a dict of lists of lists under RESP3.
    """
    if isinstance(reply, dict):
        return [(key, [e for batch in batches for e in batch]) for key, batches in reply.items()]
    return list(reply or ())
