"""One reader of the live data for all browsers of this process."""

import logging
import math
import statistics
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import orjson
import redis

from hiitpi.live.bus import EVENTS, SAMPLES, Pictures, Subscriber

log = logging.getLogger(__name__)

#: A stream entry's id: milliseconds, and a number within them.
Id = tuple[int, int]
Kind = Literal["samples", "events", "session", "status", "server"]

#: Seconds: how long a read waits, how often the session and the status are looked at, and how long
#: until a Redis that is away is asked again.
WAIT: Final = 1.0
LOOK: Final = 0.5
RETRY: Final = 0.5

#: Messages kept: everything the streams hold, and what changes beside them.
KEPT: Final = SAMPLES + EVENTS + 100

#: A browser that comes new gets samples of this many frames, so that its graph is not empty.
GLIMPSE: Final = 300

#: After so many seconds without a sample the trainer is silent.
SILENT: Final = 3.0

#: A comment is sent after so many quiet seconds: it finds out whether the browser is still there.
HEARTBEAT: Final = 10.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One live message: its number in this process, what it is, its id in Redis, and JSON."""

    number: int
    kind: Kind
    id: Id
    data: bytes


@dataclass(frozen=True, slots=True)
class Figures:
    """How the trainer has been doing in the last seconds.

    Attributes:
        rate: frames analysed a second.
        camera_rate: frames that the camera gave a second.
        inference_ms: median time of the pose engine.
        dropped: part of the camera's frames that were not analysed, 0..1.
    """

    rate: float = 0.0
    camera_rate: float = 0.0
    inference_ms: float = 0.0
    dropped: float = 0.0


class LiveHub:
    """Reads the streams once and lets any number of browsers follow, each at its own pace."""

    def __init__(self, source: Subscriber) -> None:
        self._source = source
        self._log: deque[Entry] = deque(maxlen=KEPT)
        self._next = 0
        self._news = threading.Condition()
        self._now: dict[Kind, bytes] = {"session": b"null", "status": b"null", "server": b"true"}
        self._cursors: dict[str, bytes] = {}
        self._looked = -math.inf
        self._started = threading.Lock()
        self._thread: threading.Thread | None = None
        self._sampled = -math.inf  # when the last sample came
        self.last_finished = ""  # the event's id: whoever shows records may cache until it changes

    def start(self) -> None:
        """Begin to read, once; every page that needs it calls this."""
        with self._started:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="live", daemon=True)
                self._thread.start()

    def follow(self, last: str | None) -> Iterator[bytes]:
        """Server-Sent Events, each a batch of everything new; never ends by itself.

        Args:
            last: the browser's Last-Event-ID: only what came after it is sent. None: a new browser.
        """
        self.start()
        reached = _parse_ids(last or "")
        cursor, batch = self._begin(reached if last else None)
        yield b"retry: 1000\n\n"
        while True:
            yield _event(batch, reached) if batch else b": still here\n\n"
            cursor, batch = self._wait_beyond(cursor)

    def figures(self) -> Figures:
        """How the trainer does; nothing but zeros when it has been silent."""
        with self._news:
            if time.monotonic() - self._sampled > SILENT:
                return Figures()
            recent = [e.data for e in self._log if e.kind == "samples"][-GLIMPSE:]
        samples = [orjson.loads(data) for data in recent]
        if len(samples) < 2:
            return Figures()
        seconds = samples[-1]["time"] - samples[0]["time"]
        given = samples[-1]["seq"] - samples[0]["seq"]
        if seconds <= 0 or given <= 0:  # the camera was opened anew
            return Figures()
        return Figures(
            rate=(len(samples) - 1) / seconds,
            camera_rate=given / seconds,
            inference_ms=statistics.median(s["inference_ms"] for s in samples),
            dropped=max(0.0, 1 - (len(samples) - 1) / given),
        )

    def _wait_beyond(self, cursor: int) -> tuple[int, list[Entry]]:
        with self._news:
            self._news.wait_for(lambda: self._next > cursor, HEARTBEAT)
            return self._next, [e for e in self._log if e.number >= cursor]

    def _begin(self, after: Mapping[str, Id] | None) -> tuple[int, list[Entry]]:
        """Where a browser starts, and what it gets at once: what is, and what it missed."""
        with self._news:
            entries = [e for e in self._log if e.kind in ("samples", "events")]
            if after is None:
                samples = [e for e in entries if e.kind == "samples"][-GLIMPSE:]
                entries = samples + [e for e in entries if e.kind == "events"]
            else:
                entries = [e for e in entries if e.id > after[e.kind]]
            state = [Entry(0, kind, (0, 0), data) for kind, data in self._now.items()]
            return self._next, state + entries

    def _run(self) -> None:
        while True:
            try:
                self._read()
            except redis.RedisError as error:
                log.info("Redis is away: %s", error)
                self._set("server", b"false")
                time.sleep(RETRY)

    def _read(self) -> None:
        if self._cursors:
            got = self._source.wait(self._cursors, WAIT)
        else:
            got = self._source.recent()
            self._cursors = {"samples": b"0-1", "events": b"0-1"}
        self._take(got)
        now = time.monotonic()
        if got.get("events") or now - self._looked >= LOOK:
            self._looked = now
            session, status = self._source.session(), self._source.status()
            # The trainer tells what happened before it changes what is; so must we.
            self._take(self._source.wait(self._cursors, 0))
            self._set("server", b"true")
            self._set("session", orjson.dumps(session))
            self._set("status", orjson.dumps(status))

    def _take(self, got: Mapping[str, list[tuple[bytes, bytes]]]) -> None:
        with self._news:
            for name, entries in got.items():
                kind: Kind = "samples" if name == "samples" else "events"
                for entry, data in entries:
                    self._add(kind, _parse_id(entry), data)
                    if kind == "events" and b'"kind":"finished"' in data:
                        self.last_finished = entry.decode()
                if entries:
                    self._cursors[name] = entries[-1][0]
                    if kind == "samples":
                        self._sampled = time.monotonic()
            self._news.notify_all()

    def _set(self, kind: Kind, data: bytes) -> None:
        with self._news:
            if self._now[kind] != data:
                self._now[kind] = data
                self._add(kind, (0, 0), data)
                self._news.notify_all()

    def _add(self, kind: Kind, entry: Id, data: bytes) -> None:
        self._log.append(Entry(self._next, kind, entry, data))
        self._next += 1


class VideoHub:
    """Fans the newest picture out; asks for pictures only as long as somebody watches."""

    def __init__(self, source: Subscriber) -> None:
        self._source = source
        self._fresh = threading.Condition()
        self._newest: tuple[int, bytes] | None = None
        self._turn = 0
        self._viewers = 0
        self._thread: threading.Thread | None = None

    @property
    def viewers(self) -> int:
        """How many watch."""
        return self._viewers

    def enter(self, most: int) -> bool:
        """Become a viewer; False when `most` watch already."""
        with self._fresh:
            if self._viewers >= most:
                return False
            self._viewers += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="video", daemon=True)
                self._thread.start()
            return True

    def leave(self) -> None:
        """Watch no longer."""
        with self._fresh:
            self._viewers -= 1

    def pictures(self, timeout: float = 10.0) -> Iterator[bytes]:
        """Pictures as they come, the newest only, never one twice; ends after `timeout` without."""
        turn = -1
        while got := self._wait_after(turn, timeout):
            turn, picture = got
            yield picture

    def _wait_after(self, turn: int, timeout: float) -> tuple[int, bytes] | None:
        with self._fresh:
            self._fresh.wait_for(lambda: self._newest and self._turn != turn, timeout)
            if self._newest is None or self._turn == turn:
                return None
            return self._turn, self._newest[1]

    def _run(self) -> None:
        while True:
            try:
                pictures = self._source.pictures()
            except redis.RedisError:
                time.sleep(RETRY)
                if self._nobody():
                    return
                continue
            try:
                if self._pass_on(pictures):
                    return
            except redis.RedisError:
                time.sleep(RETRY)
            finally:
                pictures.close()

    def _pass_on(self, pictures: Pictures) -> bool:
        while not self._nobody():
            got = pictures.next(timeout=1.0)
            if got:
                with self._fresh:
                    self._newest = got
                    self._turn += 1
                    self._fresh.notify_all()
        return True

    def _nobody(self) -> bool:
        with self._fresh:
            if self._viewers:
                return False
            self._thread, self._newest = None, None
            return True


def _event(entries: list[Entry], reached: dict[str, Id]) -> bytes:
    """One Server-Sent Event; its id says how far both streams have been read by this browser."""
    parts: dict[str, Any] = {"samples": [], "events": []}
    for entry in entries:
        if entry.kind in ("samples", "events"):
            parts[entry.kind].append(orjson.Fragment(entry.data))
            reached[entry.kind] = entry.id
        else:
            parts[entry.kind] = orjson.Fragment(entry.data)
    ids = "_".join(f"{reached[kind][0]}-{reached[kind][1]}" for kind in ("samples", "events"))
    return f"id: {ids}\ndata: ".encode() + orjson.dumps(parts) + b"\n\n"


def _parse_id(text: bytes) -> Id:
    milliseconds, _, number = text.partition(b"-")
    return int(milliseconds), int(number or 0)


def _parse_ids(text: str) -> dict[str, Id]:
    """The two ids of a Last-Event-ID; what is not one means the beginning."""
    ids = {"samples": (0, 0), "events": (0, 0)}
    for name, part in zip(ids, text.split("_"), strict=False):
        try:
            ids[name] = _parse_id(part.encode())
        except ValueError:
            if text:
                log.info("Ignored the Last-Event-ID %r.", text[:80])
    return ids
