"""Broadcasts a station's video to browsers: one reader per picture size, any number of viewers."""

import threading
from collections.abc import Callable, Iterator
from typing import Final

import redis

from hiitpi.live.keys import PICTURE_SIZES, Picture
from hiitpi.live.subscriber import PictureFeed, Subscriber
from hiitpi.system.background_loop import BackgroundLoop

#: Boundary between the parts of a multipart response.
BOUNDARY: Final = b"frame"

#: Headers of a part. X-Seq and X-Encoded are for measuring latency: the frame's number, and when it
#: was encoded, in seconds of this machine's monotonic clock.
PART_HEADERS: Final = (
    b"Content-Type: image/jpeg\r\nContent-Length: %d\r\nX-Seq: %d\r\nX-Encoded: %.4f\r\n\r\n"
)


class VideoBroadcaster:
    """Broadcasts the newest picture of each size; subscribes only while a size has viewers.

    Args:
        source: the station's live data.
        on_viewers: called with the number of viewers of all sizes whenever it changes.
    """

    def __init__(self, source: Subscriber, on_viewers: Callable[[int], None]) -> None:
        self._on_viewers = on_viewers
        self._lock = threading.Lock()
        self._viewers = 0
        self._channels = {size: Channel(source, size) for size in PICTURE_SIZES}

    def add_viewer(self, size: str) -> None:
        """Register a viewer of a picture size (one of `PICTURE_SIZES`)."""
        with self._lock:
            self._viewers += 1
            self._channels[size].add_viewer()
            self._on_viewers(self._viewers)

    def remove_viewer(self, size: str) -> None:
        """Unregister a viewer of a picture size."""
        with self._lock:
            self._viewers -= 1
            self._channels[size].remove_viewer()
            self._on_viewers(self._viewers)

    @property
    def loops(self) -> list[BackgroundLoop]:
        """The background loops, one per picture size."""
        return [channel.loop for channel in self._channels.values()]

    def newest(self, size: str, after: int) -> tuple[int, bytes] | None:
        """Return the newest part of a size without waiting.

        Args:
            size: a picture size with a registered viewer.
            after: version of the last part received; -1 for none.

        Returns:
            The version and the part; None if there is no newer part.
        """
        return self._channels[size].wait_after(after, 0)

    def pictures(self, size: str, timeout: float = 10.0) -> Iterator[bytes]:
        """Yield the parts of a multipart response, each a picture followed by the boundary.

        A slow consumer skips pictures: each part is the newest, and none is yielded twice.

        Args:
            size: a picture size with a registered viewer.
            timeout: seconds without a new picture after which the iterator ends.
        """
        return self._channels[size].pictures(timeout)


class Channel:
    """Reads and broadcasts the pictures of one size.

    Args:
        source: the station's live data.
        size: one of `PICTURE_SIZES`.
    """

    def __init__(self, source: Subscriber, size: str) -> None:
        self._changed = threading.Condition()
        self._newest: bytes | None = None
        self._version = 0  # number of parts so far
        self._viewers = 0
        self._feed = PictureFeed(source, size)
        self.loop = BackgroundLoop(f"video {size}", self._read, expected=(redis.RedisError,))

    def add_viewer(self) -> None:
        """Register a viewer, and start reading if it is the first."""
        with self._changed:
            self._viewers += 1
        self.loop.start()

    def remove_viewer(self) -> None:
        """Unregister a viewer; reading stops when there are none."""
        with self._changed:
            self._viewers -= 1

    def pictures(self, timeout: float) -> Iterator[bytes]:
        """Yield parts; see `VideoBroadcaster.pictures`."""
        version = -1
        while update := self.wait_after(version, timeout):
            version, part = update
            yield part

    def wait_after(self, version: int, timeout: float) -> tuple[int, bytes] | None:
        """Wait for a part with another version than `version`.

        Args:
            version: version of the last part received; -1 for none.
            timeout: seconds to wait; 0 returns immediately.

        Returns:
            The version and the part; None after the timeout.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._newest and self._version != version, timeout)
            if self._newest is None or self._version == version:
                return None
            return self._version, self._newest

    def _read(self) -> bool:
        """Read one picture; return False when there are no viewers."""
        with self._changed:
            watched = self._viewers > 0
            if not watched:
                self._newest = None
        if not watched:
            self._feed.close()
            return False
        picture = self._feed.next(timeout=1.0)
        if picture:
            part = _part(picture)  # built once for all viewers
            with self._changed:
                self._newest = part
                self._version += 1
                self._changed.notify_all()
        return True


def _part(picture: Picture) -> bytes:
    """Return a part that ends with the boundary: browsers show a part when its boundary arrives."""
    headers = PART_HEADERS % (len(picture.jpeg), picture.seq, picture.encoded)
    return b"".join((headers, picture.jpeg, b"\r\n--", BOUNDARY, b"\r\n"))
