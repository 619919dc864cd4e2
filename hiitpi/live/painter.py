"""Pictures on their way to a club."""

import logging
import threading

import redis

from hiitpi.live.bus import HEAD, PATIENCE, Client, Keys
from hiitpi.live.subscriber import Pictures, Subscriber

log = logging.getLogger(__name__)


class Painter:
    """Passes the pictures of one size on, on a thread of its own; the newest only."""

    def __init__(self, source: Subscriber, club: Client, keys: Keys, size: str) -> None:
        self._source, self._club, self._size = source, club, size
        self._channel = getattr(keys, size)
        self._closed = threading.Event()
        threading.Thread(target=self._run, name="painter", daemon=True).start()

    def close(self) -> None:
        """Pass nothing more on."""
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                pictures = self._source.pictures(self._size)
                try:
                    self._pass_on(pictures)
                finally:
                    pictures.close()
            except redis.RedisError as error:
                log.debug("A picture was not passed on: %s", error)
                self._closed.wait(PATIENCE)

    def _pass_on(self, pictures: Pictures) -> None:
        while not self._closed.is_set():
            picture = pictures.next(timeout=PATIENCE)
            while picture and (newer := pictures.next(timeout=0)):
                picture = newer  # what came while the last one was under way is old
            if picture:
                head = HEAD.pack(picture.seq, picture.encoded)
                self._club.publish(self._channel, head + picture.jpeg)
