"""One reader of the live data for all browsers of this process."""

import logging
import math
import statistics
import threading
import time
from collections import deque
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal

import orjson
import redis

from hiitpi.live.keys import MAX_EVENTS, MAX_SAMPLES
from hiitpi.live.redis_client import FIRST_ID, Id, entry_id
from hiitpi.live.subscriber import PresenceSubscription, Subscriber
from hiitpi.system.background_loop import BackgroundLoop

log = logging.getLogger(__name__)

Kind = Literal["samples", "events", "session", "status", "server", "viewers"]

#: Seconds: how long a read waits, and how often the session and the status are looked at.
READ_TIMEOUT_S: Final = 1.0
POLL_S: Final = 0.5

#: Seconds that a browser waits for the first read of a process that has just started.
FIRST_READ_TIMEOUT_S: Final = 3.0

#: Messages kept: everything the streams hold, and what changes beside them.
MAX_ENTRIES: Final = MAX_SAMPLES + MAX_EVENTS + 100

#: A browser that comes new gets samples of this many frames, so that its graph is not empty.
BACKLOG_SAMPLES: Final = 300

#: After so many seconds without a sample the trainer is silent.
SILENT_AFTER_S: Final = 3.0

#: A comment is sent after so many quiet seconds: it finds out whether the browser is still there.
HEARTBEAT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One live message: its number in this process, what it is, its id in Redis, and JSON."""

    number: int
    kind: Kind
    id: Id
    data: bytes


@dataclass(frozen=True, slots=True)
class PipelineStats:
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


class EventBroadcaster:
    """Reads the streams once and lets any number of browsers follow, each at its own pace."""

    def __init__(self, source: Subscriber) -> None:
        self._source = source
        self._log: deque[Entry] = deque(maxlen=MAX_ENTRIES)
        self._next = 0
        self._news = threading.Condition()
        self._now: dict[Kind, bytes] = {
            "session": b"null", "status": b"null", "server": b"true", "viewers": b"0",
        }  # fmt: skip
        self._cursors = {"samples": FIRST_ID, "events": FIRST_ID}
        self._lost = True
        self._awake_since = math.inf  # since when the trainer's camera is on; inf: it is not
        self._read_once = threading.Event()
        self._looked = -math.inf
        self._attending = threading.Lock()
        self.loop = BackgroundLoop("live data", self._turn, expected=(redis.RedisError,))
        self._sampled = -math.inf  # when the last sample came
        self._followers = 0
        self._attendance: PresenceSubscription | None = None  # as long as there are followers
        self.last_finished = ""  # the event's id: whoever shows records may cache until it changes

    def start(self) -> None:
        """Begin to read, once; every page that needs it calls this."""
        self.loop.start()

    def follow(self, last: str | None) -> Generator[bytes]:
        """Server-Sent Events, each a batch of everything new; never ends by itself.

        Args:
            last: the browser's Last-Event-ID: only what came after it is sent. None: a new browser.
        """
        self.start()
        reached = _parse_ids(last or "")
        self._attend(1)
        self._read_once.wait(
            FIRST_READ_TIMEOUT_S
        )  # what is there is what this browser may have had
        try:
            cursor, batch = self._begin(reached if last else None)
            yield b"retry: 1000\n\n"
            while True:
                yield _event(batch, reached) if batch else b": still here\n\n"
                cursor, batch = self._wait_beyond(cursor)
        finally:
            self._attend(-1)

    @property
    def young(self) -> bool:
        """Whether it has read, or the camera has been awake, for too short to have figures."""
        return time.monotonic() - self._awake_since < SILENT_AFTER_S

    def status(self) -> dict[str, Any] | None:
        """The trainer's status as it was last read; None: there was none."""
        with self._news:
            data = self._now["status"]
        status: dict[str, Any] | None = orjson.loads(data)
        return status

    def set_viewers(self, number: int) -> None:
        """From now on so many watch the video."""
        self._set("viewers", b"%d" % number)

    def stats(self) -> PipelineStats:
        """How the trainer does; nothing but zeros when it has been silent."""
        with self._news:
            if time.monotonic() - self._sampled > SILENT_AFTER_S:
                return PipelineStats()
            recent = [e.data for e in self._log if e.kind == "samples"][-BACKLOG_SAMPLES:]
        samples = _in_a_row([orjson.loads(data) for data in recent])
        if len(samples) < 2:
            return PipelineStats()
        seconds = samples[-1]["time"] - samples[0]["time"]
        given = samples[-1]["seq"] - samples[0]["seq"]
        if seconds <= 0 or given <= 0:  # the camera was opened anew
            return PipelineStats()
        return PipelineStats(
            rate=(len(samples) - 1) / seconds,
            camera_rate=given / seconds,
            inference_ms=statistics.median(s["inference_ms"] for s in samples),
            dropped=max(0.0, 1 - (len(samples) - 1) / given),
        )

    def _wait_beyond(self, cursor: int) -> tuple[int, list[Entry]]:
        with self._news:
            self._news.wait_for(lambda: self._next > cursor, HEARTBEAT_S)
            newest = islice(reversed(self._log), self._next - cursor)
            return self._next, list(newest)[::-1]

    def _attend(self, change: int) -> None:
        """The trainer stays awake as long as somebody follows."""
        with self._attending:
            self._followers += change
            try:
                if not self._followers and self._attendance:
                    self._attendance.close()
                    self._attendance = None
                elif self._followers and not self._attendance:
                    self._attendance = self._source.subscribe_presence()
            except redis.RedisError as error:
                log.info("Could not subscribe to wake the camera: %s", error)

    def _begin(self, after: Mapping[str, Id] | None) -> tuple[int, list[Entry]]:
        """Where a browser starts, and what it gets at once: what is, and what it missed."""
        with self._news:
            entries = [e for e in self._log if e.kind in ("samples", "events")]
            if after is None:
                samples = [e for e in entries if e.kind == "samples"][-BACKLOG_SAMPLES:]
                entries = samples + [e for e in entries if e.kind == "events"]
            else:
                entries = [e for e in entries if e.id > after[e.kind]]
            state = [Entry(0, kind, (0, 0), data) for kind, data in self._now.items()]
            return self._next, state + entries

    def _turn(self) -> None:
        try:
            self._read()
        except redis.RedisError:
            self._set("server", b"false")
            with self._attending:
                self._attendance = None  # it went with its connection
            self._lost = True
            raise

    def _read(self) -> None:
        patience = READ_TIMEOUT_S
        if self._lost:
            self._find_cursors()
            self._lost, patience = False, 0.0
            self._attend(0)
        self._take(got := self._source.wait(self._cursors, patience))
        self._read_once.set()
        now = time.monotonic()
        if got.get("events") or now - self._looked >= POLL_S:
            self._looked = now
            session, status = self._source.session(), self._source.status()
            if status and not status.get("trouble") and not self._source.is_online():
                status = None  # what it said last of its camera is not so any more
            # The trainer tells what happened before it changes what is; so must we.
            self._take(self._source.wait(self._cursors, 0))
            self._set("server", b"true")
            self._set("session", orjson.dumps(session))
            self._set("status", orjson.dumps(status))
            awake = status is not None and status.get("state") == "on"
            self._awake_since = min(self._awake_since, now) if awake else math.inf

    def _find_cursors(self) -> None:
        """From where to read, at the start and when Redis comes back: it may have begun anew."""
        for name, cursor in self._cursors.items():
            if entry_id(self._source.newest(name)) < entry_id(cursor):
                self._cursors[name] = FIRST_ID

    def _take(self, got: Mapping[str, list[tuple[bytes, bytes]]]) -> None:
        with self._news:
            for name, entries in got.items():
                kind: Kind = "samples" if name == "samples" else "events"
                for entry, data in entries:
                    self._add(kind, entry_id(entry), data)
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


def _in_a_row(samples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The last ones without a break: a camera that was opened anew numbers its frames anew."""
    first = len(samples) - 1
    while first > 0:
        before, after = samples[first - 1], samples[first]
        if (
            before["seq"] >= after["seq"]
            or not 0 <= after["time"] - before["time"] < SILENT_AFTER_S
        ):
            break
        first -= 1
    return samples[max(first, 0) :]


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


def _parse_ids(text: str) -> dict[str, Id]:
    """The two ids of a Last-Event-ID; what is not one means the beginning."""
    ids = {"samples": (0, 0), "events": (0, 0)}
    for name, part in zip(ids, text.split("_"), strict=False):
        try:
            ids[name] = entry_id(part.encode())
        except ValueError:
            if text:
                log.info("Ignored the Last-Event-ID %r.", text[:80])
    return ids
