"""Pictures on their way to a club."""

import redis

from hiitpi.live.keys import PICTURE_HEADER, Keys
from hiitpi.live.redis_client import CONNECT_TIMEOUT_S, Client
from hiitpi.live.subscriber import PictureFeed, Subscriber
from hiitpi.system.background_loop import BackgroundLoop


class FrameForwarder:
    """Passes the pictures of one size on, in a background loop; the newest only."""

    def __init__(self, source: Subscriber, club: Client, keys: Keys, size: str) -> None:
        self._feed, self._club = PictureFeed(source, size), club
        self._channel = keys.key(size)
        self._closed = False
        self.loop = BackgroundLoop("painter", self._forward, expected=(redis.RedisError,))
        self.loop.start()

    def close(self) -> None:
        """Pass nothing more on."""
        self._closed = True

    def _forward(self) -> bool:
        if self._closed:
            self._feed.close()
            return False
        picture = self._feed.next(timeout=CONNECT_TIMEOUT_S)
        while picture and (newer := self._feed.next(timeout=0)):
            picture = newer  # what came while the last one was under way is old
        if picture:
            head = PICTURE_HEADER.pack(picture.seq, picture.encoded)
            self._club.publish(self._channel, head + picture.jpeg)
        return True
