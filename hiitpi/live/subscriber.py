"""A page's end of the live data."""

import logging
from collections.abc import Mapping
from typing import Any

from hiitpi.coach.codec import decode, encode
from hiitpi.coach.messages import Command
from hiitpi.live.keys import (
    MAX_COMMANDS,
    MESSAGE_FIELD,
    OFFLINE_AFTER_S,
    PICTURE_HEADER,
    Keys,
    Picture,
    seconds_since_heartbeat,
)
from hiitpi.live.redis_client import CONNECT_TIMEOUT_S, Client, entries_of, newest_id, save

log = logging.getLogger(__name__)


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
            self._keys.commands,
            {MESSAGE_FIELD: encode(command)},
            maxlen=MAX_COMMANDS,
            approximate=True,
        )

    def save(self) -> None:
        """Have Redis write its memory to disk, for instance because somebody has logged in."""
        save(self._redis)

    def session(self) -> dict[str, Any] | None:
        """The summary of the running session, or None."""
        return self._json(self._keys.session)

    def status(self) -> dict[str, Any] | None:
        """What the trainer says of itself; None: it never said anything."""
        return self._json(self._keys.camera)

    def here(self) -> bool:
        """Whether the trainer has been there in the last seconds."""
        return seconds_since_heartbeat(int(self._redis.pttl(self._keys.here))) < OFFLINE_AFTER_S

    def recent(self) -> dict[str, list[tuple[bytes, bytes]]]:
        """All samples and events that are still there: (id, JSON), oldest first."""
        return {
            name: [
                (bytes(i), bytes(f[MESSAGE_FIELD]))
                for i, f in self._redis.xrange(self._keys.key(name))
            ]
            for name in ("samples", "events")
        }

    def wait(
        self, cursors: Mapping[str, bytes], seconds: float, most: int | None = None
    ) -> dict[str, list[tuple[bytes, bytes]]]:
        """What came after the cursors of "samples" and "events".

        Waits for something to come for so many seconds; 0: does not wait. `most`: of each.
        """
        names = {self._keys.key(name).encode(): name for name in cursors}
        streams = {key: cursors[name] for key, name in names.items()}
        answer = self._redis.xread(streams, most, int(seconds * 1000) or None)
        return {
            names[bytes(key)]: [
                (bytes(entry), bytes(fields[MESSAGE_FIELD])) for entry, fields in entries
            ]
            for key, entries in entries_of(answer)
        }

    def newest(self, name: str) -> bytes:
        """The id of the newest entry of "samples" or "events"."""
        return newest_id(self._redis, self._keys.key(name))

    def pictures(self, size: str = "frame") -> "PictureSubscription":
        """Ask for pictures of a size, one of `SIZES`, until the answer is closed."""
        return PictureSubscription(self._redis, self._keys.key(size))

    def attend(self) -> "PresenceSubscription":
        """Have the trainer stay awake, until the answer is closed."""
        return PresenceSubscription(self._redis, self._keys.present)

    def _json(self, key: str) -> dict[str, Any] | None:
        value = self._redis.get(key)
        return None if value is None else decode(bytes(value))


class PresenceSubscription:
    """A subscription: it says that somebody is there, as long as its connection lives."""

    def __init__(self, client: Client, *channels: str) -> None:
        self._pubsub = client.pubsub(ignore_subscribe_messages=True)
        self._pubsub.subscribe(*channels)
        self._pubsub.get_message(
            timeout=CONNECT_TIMEOUT_S
        )  # the confirmation: from here on it counts

    def ensure_connected(self) -> None:
        """Notice that the connection was cut, and be there again when Redis is.

        Raises:
            redis.RedisError: it is not yet; ask again.
        """
        self._pubsub.get_message(timeout=0)

    def close(self) -> None:
        """Be there no longer."""
        self._pubsub.close()


class PictureSubscription(PresenceSubscription):
    """A subscription to the pictures of a station."""

    def next(self, timeout: float) -> Picture | None:
        """The next picture; None after `timeout` seconds."""
        message = self._pubsub.get_message(timeout=timeout)
        if not message:
            return None
        data = bytes(message["data"])
        if len(data) < PICTURE_HEADER.size:
            log.warning("Ignored a picture of %d bytes: it has no header.", len(data))
            return None
        seq, encoded = PICTURE_HEADER.unpack_from(data)
        return Picture(seq, encoded, data[PICTURE_HEADER.size :])


class PictureFeed:
    """The pictures of one size for a loop: subscribes when first asked, and anew after an error."""

    def __init__(self, source: Subscriber, size: str) -> None:
        self._source, self._size = source, size
        self._open: PictureSubscription | None = None

    def next(self, timeout: float) -> Picture | None:
        """The next picture; None after `timeout` seconds.

        Raises:
            redis.RedisError: Redis is away; ask again later.
        """
        if self._open is None:
            self._open = self._source.pictures(self._size)
        try:
            return self._open.next(timeout)
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        """Unsubscribe, until the next picture is asked for."""
        pictures, self._open = self._open, None
        if pictures:
            pictures.close()
