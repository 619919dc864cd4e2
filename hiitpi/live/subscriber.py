"""The pages' side of the live data: reads streams, sends commands, subscribes to pictures."""

import logging
from collections.abc import Mapping
from typing import Any

from hiitpi.coach.codec import decode, encode
from hiitpi.coach.messages import Command, HeartRate
from hiitpi.live.keys import (
    HEART_RATE_TTL_MS,
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
    """Reads a station's live data from the caller's own cursors, and sends it commands."""

    def __init__(self, client: Client, station: str) -> None:
        self._redis, self._keys = client, Keys(station)

    def command(self, command: Command) -> None:
        """Send a command to the pipeline.

        Raises:
            redis.RedisError: Redis is unreachable; the command was not sent.
        """
        self._redis.xadd(
            self._keys.commands,
            {MESSAGE_FIELD: encode(command)},
            maxlen=MAX_COMMANDS,
            approximate=True,
        )

    def set_heart_rate(self, bpm: int, zone: int | None) -> None:
        """Tell the pipeline the athlete's heart rate; it is forgotten after a few seconds.

        Args:
            bpm: beats per minute.
            zone: its zone, 0 to 5; None if the athlete's maximum is not known.
        """
        reading = encode(HeartRate(bpm, zone))
        self._redis.set(self._keys.heart_rate, reading, px=HEART_RATE_TTL_MS)

    def save(self) -> None:
        """Ask Redis to save to disk in the background, for example after a login."""
        save(self._redis)

    def session(self) -> dict[str, Any] | None:
        """Return the snapshot of the running session; None if no session is running."""
        return self._json(self._keys.session)

    def status(self) -> dict[str, Any] | None:
        """Return the status of the pipeline; None if it has never published one."""
        return self._json(self._keys.camera)

    def newest_sample(self) -> dict[str, Any] | None:
        """Return the newest sample; None if there is none."""
        entries = self._redis.xrevrange(self._keys.samples, count=1)
        return decode(bytes(entries[0][1][MESSAGE_FIELD])) if entries else None

    def is_online(self) -> bool:
        """Return whether the pipeline sent a heartbeat within `OFFLINE_AFTER_S` seconds."""
        return (
            seconds_since_heartbeat(int(self._redis.pttl(self._keys.heartbeat))) < OFFLINE_AFTER_S
        )

    def recent(self) -> dict[str, list[tuple[bytes, bytes]]]:
        """Return all stored "samples" and "events" as (id, JSON) pairs, oldest first."""
        return {
            name: [
                (bytes(i), bytes(f[MESSAGE_FIELD]))
                for i, f in self._redis.xrange(self._keys.key(name))
            ]
            for name in ("samples", "events")
        }

    def wait(
        self, cursors: Mapping[str, bytes], timeout_s: float, limit: int | None = None
    ) -> dict[str, list[tuple[bytes, bytes]]]:
        """Wait for stream entries after the given cursors.

        Args:
            cursors: id of the last entry read, by stream: "samples", "events" or both.
            timeout_s: seconds to wait for a new entry; 0 returns immediately.
            limit: maximum number of entries per stream; None for no limit.

        Returns:
            The new (id, JSON) pairs by stream, oldest first; streams without new entries are
            left out.
        """
        names = {self._keys.key(name).encode(): name for name in cursors}
        streams = {key: cursors[name] for key, name in names.items()}
        reply = self._redis.xread(streams, limit, int(timeout_s * 1000) or None)
        return {
            names[bytes(key)]: [
                (bytes(entry), bytes(fields[MESSAGE_FIELD])) for entry, fields in entries
            ]
            for key, entries in entries_of(reply)
        }

    def newest(self, name: str) -> bytes:
        """Return the id of the newest entry of "samples" or "events"."""
        return newest_id(self._redis, self._keys.key(name))

    def pictures(self, size: str = "frame") -> "PictureSubscription":
        """Subscribe to the pictures of a size (one of `PICTURE_SIZES`) until closed."""
        return PictureSubscription(self._redis, self._keys.key(size))

    def subscribe_presence(self) -> "PresenceSubscription":
        """Keep the pipeline awake until the returned subscription is closed."""
        return PresenceSubscription(self._redis, self._keys.present)

    def _json(self, key: str) -> dict[str, Any] | None:
        value = self._redis.get(key)
        return None if value is None else decode(bytes(value))


class PresenceSubscription:
    """A subscription that signals the presence of a viewer for as long as it is connected."""

    def __init__(self, client: Client, *channels: str) -> None:
        self._pubsub = client.pubsub(ignore_subscribe_messages=True)
        self._pubsub.subscribe(*channels)
        # Wait for the confirmation: from then on, PUBSUB NUMSUB counts this subscriber.
        self._pubsub.get_message(timeout=CONNECT_TIMEOUT_S)

    def ensure_connected(self) -> None:
        """Detect a lost connection, and reconnect and resubscribe when Redis is reachable.

        Raises:
            redis.RedisError: Redis is still unreachable; call again.
        """
        self._pubsub.get_message(timeout=0)

    def close(self) -> None:
        """Unsubscribe and disconnect."""
        self._pubsub.close()


class PictureSubscription(PresenceSubscription):
    """A subscription to the pictures of a station."""

    def next(self, timeout: float) -> Picture | None:
        """Return the next picture; None after `timeout` seconds."""
        message = self._pubsub.get_message(timeout=timeout)
        if not message:
            return None
        data = bytes(message["data"])
        if len(data) < PICTURE_HEADER.size:
            log.warning("Ignored a picture of %d bytes without a header.", len(data))
            return None
        seq, encoded = PICTURE_HEADER.unpack_from(data)
        return Picture(seq, encoded, data[PICTURE_HEADER.size :])


class PictureFeed:
    """Pictures of one size; subscribes on first use and resubscribes after an error."""

    def __init__(self, source: Subscriber, size: str) -> None:
        self._source, self._size = source, size
        self._subscription: PictureSubscription | None = None

    def next(self, timeout: float) -> Picture | None:
        """Return the next picture; None after `timeout` seconds.

        Raises:
            redis.RedisError: Redis is unreachable; call again later.
        """
        if self._subscription is None:
            self._subscription = self._source.pictures(self._size)
        try:
            return self._subscription.next(timeout)
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        """Unsubscribe until `next` is called again."""
        subscription, self._subscription = self._subscription, None
        if subscription:
            subscription.close()
