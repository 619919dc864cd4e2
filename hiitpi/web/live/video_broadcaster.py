"""The video for all browsers of this process: one reader for each size, any number of viewers."""

import threading
from collections.abc import Callable, Iterator
from typing import Final

import redis

from hiitpi.live.keys import PICTURE_SIZES, Picture
from hiitpi.live.subscriber import PictureFeed, Subscriber
from hiitpi.system.background_loop import BackgroundLoop

#: Between the parts of a multipart answer.
BOUNDARY: Final = b"frame"

#: What a part begins with. The last two are for whoever measures: number of the frame, and when it
#: was encoded, in seconds of this machine's monotonic clock.
HEADERS: Final = (
    b"Content-Type: image/jpeg\r\nContent-Length: %d\r\nX-Seq: %d\r\nX-Encoded: %.4f\r\n\r\n"
)


class VideoBroadcaster:
    """Fans the newest picture out; asks for pictures only as long as somebody watches.

    Args:
        source: where pictures come from.
        tell: called with the number of viewers when it changes.
    """

    def __init__(self, source: Subscriber, tell: Callable[[int], None]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._viewers = 0
        self._channels = {size: Channel(source, size) for size in PICTURE_SIZES}

    def enter(self, size: str) -> None:
        """Become a viewer of a size."""
        with self._lock:
            self._viewers += 1
            self._channels[size].enter()
            self._tell(self._viewers)

    def leave(self, size: str) -> None:
        """Watch no longer."""
        with self._lock:
            self._viewers -= 1
            self._channels[size].leave()
            self._tell(self._viewers)

    @property
    def loops(self) -> list[BackgroundLoop]:
        """Its background loops."""
        return [channel.loop for channel in self._channels.values()]

    def newest(self, size: str, after: int) -> tuple[int, bytes] | None:
        """The newest part and its turn, for a viewer; None: it is still that of turn `after`."""
        return self._channels[size].wait_after(after, 0)

    def pictures(self, size: str, timeout: float = 10.0) -> Iterator[bytes]:
        """Parts of a multipart answer, each a picture and the boundary that ends it.

        The newest picture only, never one twice; ends after `timeout` seconds without one.
        """
        return self._channels[size].pictures(timeout)


class Channel:
    """The pictures of one size."""

    def __init__(self, source: Subscriber, size: str) -> None:
        self._fresh = threading.Condition()
        self._newest: bytes | None = None
        self._turn = 0
        self._viewers = 0
        self._feed = PictureFeed(source, size)
        self.loop = BackgroundLoop(f"video {size}", self._pass_on, expected=(redis.RedisError,))

    def enter(self) -> None:
        """One more watches."""
        with self._fresh:
            self._viewers += 1
        self.loop.start()

    def leave(self) -> None:
        """One fewer watches."""
        with self._fresh:
            self._viewers -= 1

    def pictures(self, timeout: float) -> Iterator[bytes]:
        """See `VideoHub.pictures`."""
        turn = -1
        while got := self.wait_after(turn, timeout):
            turn, part = got
            yield part

    def wait_after(self, turn: int, timeout: float) -> tuple[int, bytes] | None:
        """The newest part and its turn, when it is another one than `turn`."""
        with self._fresh:
            self._fresh.wait_for(lambda: self._newest and self._turn != turn, timeout)
            if self._newest is None or self._turn == turn:
                return None
            return self._turn, self._newest

    def _pass_on(self) -> bool:
        with self._fresh:
            watched = self._viewers > 0
            if not watched:
                self._newest = None
        if not watched:
            self._feed.close()
            return False
        got = self._feed.next(timeout=1.0)
        if got:
            part = _part(got)  # made once for all who watch
            with self._fresh:
                self._newest = part
                self._turn += 1
                self._fresh.notify_all()
        return True


def _part(picture: Picture) -> bytes:
    """A browser shows a part when it sees the next boundary, so each part brings its own end."""
    about = HEADERS % (len(picture.jpeg), picture.seq, picture.encoded)
    return b"".join((about, picture.jpeg, b"\r\n--", BOUNDARY, b"\r\n"))
