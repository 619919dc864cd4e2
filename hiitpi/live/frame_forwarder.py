"""Forwards a station's pictures to the club's Redis."""

import redis

from hiitpi.live.keys import PICTURE_HEADER, Keys
from hiitpi.live.redis_client import CONNECT_TIMEOUT_S, Client
from hiitpi.live.subscriber import PictureFeed, Subscriber
from hiitpi.system.background_loop import BackgroundLoop


class FrameForwarder:
    """Forwards pictures of one size in a background loop, dropping all but the newest.

    Args:
        source: subscriber to the station's own Redis.
        club: client of the club's Redis.
        keys: key names of the station.
        size: one of `PICTURE_SIZES`.
    """

    def __init__(self, source: Subscriber, club: Client, keys: Keys, size: str) -> None:
        self._feed, self._club = PictureFeed(source, size), club
        self._channel = keys.key(size)
        self._closed = False
        self.loop = BackgroundLoop("frame forwarder", self._forward, expected=(redis.RedisError,))
        self.loop.start()

    def close(self) -> None:
        """Stop forwarding."""
        self._closed = True

    def _forward(self) -> bool:
        """Forward one picture; return False once closed."""
        if self._closed:
            self._feed.close()
            return False
        picture = self._feed.next(timeout=CONNECT_TIMEOUT_S)
        while picture and (newer := self._feed.next(timeout=0)):
            picture = newer  # drop the backlog that built up while the previous one was sent
        if picture:
            header = PICTURE_HEADER.pack(picture.seq, picture.encoded)
            self._club.publish(self._channel, header + picture.jpeg)
        return True
