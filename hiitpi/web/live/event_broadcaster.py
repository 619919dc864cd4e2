"""Broadcasts a station's live data to browsers: one reader of Redis, any number of followers."""

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

#: Seconds for which a read of the streams waits, and polling interval of the session and status.
READ_TIMEOUT_S: Final = 1.0
POLL_S: Final = 0.5

#: Seconds for which a new follower waits for the first read after the process has started.
FIRST_READ_TIMEOUT_S: Final = 3.0

#: Maximum number of buffered messages: the contents of the streams, plus 100 changes of state.
MAX_ENTRIES: Final = MAX_SAMPLES + MAX_EVENTS + 100

#: Number of past samples that a new browser gets, so that its graph is not empty.
BACKLOG_SAMPLES: Final = 300

#: Seconds without a sample after which the pipeline counts as silent.
SILENT_AFTER_S: Final = 3.0

#: Seconds without a message after which a comment is sent, to detect disconnected browsers.
HEARTBEAT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A buffered message.

    Attributes:
        number: sequence number in this process.
        kind: "samples" or "events": an entry of that stream; otherwise the state that changed.
        id: id of the stream entry in Redis; (0, 0) for a state.
        data: the message as JSON.
    """

    number: int
    kind: Kind
    id: Id
    data: bytes


@dataclass(frozen=True, slots=True)
class PipelineStats:
    """Performance of the pipeline over the last `BACKLOG_SAMPLES` samples.

    Attributes:
        rate: analysed frames per second.
        camera_rate: frames per second that the camera delivered.
        inference_ms: median inference time of the pose engine, in milliseconds.
        dropped: fraction of the camera's frames that were not analysed, 0..1.
    """

    rate: float = 0.0
    camera_rate: float = 0.0
    inference_ms: float = 0.0
    dropped: float = 0.0


class EventBroadcaster:
    """Reads the streams once for any number of followers, each of which has its own cursor.

    Args:
        subscriber: the station's live data.

    Attributes:
        loop: the background loop that reads.
        last_finished: id of the last "finished" event. Caches of records are valid until it
            changes.
    """

    def __init__(self, subscriber: Subscriber) -> None:
        self._subscriber = subscriber
        self._entries: deque[Entry] = deque(maxlen=MAX_ENTRIES)
        self._next_number = 0
        self._changed = threading.Condition()
        self._state: dict[Kind, bytes] = {
            "session": b"null", "status": b"null", "server": b"true", "viewers": b"0",
        }  # fmt: skip
        self._cursors = {"samples": FIRST_ID, "events": FIRST_ID}
        self._disconnected = True
        self._camera_on_since = math.inf  # monotonic seconds; inf while the camera is off
        self._first_read = threading.Event()
        self._polled_at = -math.inf
        self._presence_lock = threading.Lock()
        self.loop = BackgroundLoop("live data", self._step, expected=(redis.RedisError,))
        self._last_sample_at = -math.inf
        self._follower_count = 0
        self._presence: PresenceSubscription | None = None  # held while there are followers
        self.last_finished = ""

    def start(self) -> None:
        """Start reading; does nothing if it is already running. Every page that needs it does."""
        self.loop.start()

    def follow(self, last_id: str | None) -> Generator[bytes]:
        """Yield Server-Sent Events, each a batch of all new messages, until closed.

        Args:
            last_id: the browser's Last-Event-ID: only later messages are sent. None for a new
                browser, which gets the backlog.
        """
        self.start()
        last_ids = _parse_ids(last_id or "")
        self._update_presence(1)
        # Only the buffered entries are filtered by the browser's last id, and later ones are sent
        # as they come. So the buffer must be filled first, or a browser that reconnects after a
        # restart of this process would get again what it already has.
        self._first_read.wait(FIRST_READ_TIMEOUT_S)
        try:
            cursor, batch = self._initial_batch(last_ids if last_id else None)
            yield b"retry: 1000\n\n"
            while True:
                yield _event(batch, last_ids) if batch else b": still here\n\n"
                cursor, batch = self._wait_after(cursor)
        finally:
            self._update_presence(-1)

    @property
    def warming_up(self) -> bool:
        """Whether the camera has been on, or this has been reading, too briefly for statistics."""
        return time.monotonic() - self._camera_on_since < SILENT_AFTER_S

    def status(self) -> dict[str, Any] | None:
        """Return the last status read from the pipeline; None if there is none."""
        with self._changed:
            data = self._state["status"]
        status: dict[str, Any] | None = orjson.loads(data)
        return status

    def set_viewers(self, number: int) -> None:
        """Broadcast the number of viewers of the video."""
        self._set_state("viewers", b"%d" % number)

    def stats(self) -> PipelineStats:
        """Return the performance of the pipeline; all zeros if it is silent."""
        with self._changed:
            if time.monotonic() - self._last_sample_at > SILENT_AFTER_S:
                return PipelineStats()
            recent = [e.data for e in self._entries if e.kind == "samples"][-BACKLOG_SAMPLES:]
        samples = _last_contiguous([orjson.loads(data) for data in recent])
        if len(samples) < 2:
            return PipelineStats()
        seconds = samples[-1]["time"] - samples[0]["time"]
        frames = samples[-1]["seq"] - samples[0]["seq"]
        if seconds <= 0 or frames <= 0:  # the camera was reopened
            return PipelineStats()
        return PipelineStats(
            rate=(len(samples) - 1) / seconds,
            camera_rate=frames / seconds,
            inference_ms=statistics.median(s["inference_ms"] for s in samples),
            dropped=max(0.0, 1 - (len(samples) - 1) / frames),
        )

    def _wait_after(self, cursor: int) -> tuple[int, list[Entry]]:
        """Wait for entries from `cursor` on; return the new cursor and the entries."""
        with self._changed:
            self._changed.wait_for(lambda: self._next_number > cursor, HEARTBEAT_S)
            newest = islice(reversed(self._entries), self._next_number - cursor)
            return self._next_number, list(newest)[::-1]

    def _update_presence(self, change: int) -> None:
        """Add `change` to the followers; subscribe while there are any, to keep the camera on."""
        with self._presence_lock:
            self._follower_count += change
            try:
                if not self._follower_count and self._presence:
                    self._presence.close()
                    self._presence = None
                elif self._follower_count and not self._presence:
                    self._presence = self._subscriber.subscribe_presence()
            except redis.RedisError as error:
                log.info("Could not subscribe to wake the camera: %s", error)

    def _initial_batch(self, after: Mapping[str, Id] | None) -> tuple[int, list[Entry]]:
        """Return a new follower's cursor and first batch: the state and the entries it missed.

        Args:
            after: id of the last entry that the browser received, by stream; None for a new
                browser, which gets the last `BACKLOG_SAMPLES` samples and all events.
        """
        with self._changed:
            entries = [e for e in self._entries if e.kind in ("samples", "events")]
            if after is None:
                samples = [e for e in entries if e.kind == "samples"][-BACKLOG_SAMPLES:]
                entries = samples + [e for e in entries if e.kind == "events"]
            else:
                entries = [e for e in entries if e.id > after[e.kind]]
            state = [Entry(0, kind, (0, 0), data) for kind, data in self._state.items()]
            return self._next_number, state + entries

    def _step(self) -> None:
        try:
            self._read()
        except redis.RedisError:
            self._set_state("server", b"false")
            with self._presence_lock:
                self._presence = None  # its connection is lost
            self._disconnected = True
            raise

    def _read(self) -> None:
        """Read new stream entries and, every `POLL_S` seconds or after an event, the state."""
        timeout_s = READ_TIMEOUT_S
        if self._disconnected:
            self._reset_cursors()
            self._disconnected, timeout_s = False, 0.0
            self._update_presence(0)
        self._append(entries := self._subscriber.wait(self._cursors, timeout_s))
        self._first_read.set()
        now = time.monotonic()
        if entries.get("events") or now - self._polled_at >= POLL_S:
            self._polled_at = now
            session, status = self._subscriber.session(), self._subscriber.status()
            if status and not status.get("trouble") and not self._subscriber.is_online():
                status = None  # the pipeline is offline, so its last camera state is outdated
            # The pipeline publishes an event before it changes the session. Read the events again
            # after the session, so that browsers get them in the same order.
            self._append(self._subscriber.wait(self._cursors, 0))
            self._set_state("server", b"true")
            self._set_state("session", orjson.dumps(session))
            self._set_state("status", orjson.dumps(status))
            camera_on = status is not None and status.get("state") == "on"
            self._camera_on_since = min(self._camera_on_since, now) if camera_on else math.inf

    def _reset_cursors(self) -> None:
        """Reset a cursor that is ahead of its stream: Redis has restarted without its data."""
        for name, cursor in self._cursors.items():
            if entry_id(self._subscriber.newest(name)) < entry_id(cursor):
                self._cursors[name] = FIRST_ID

    def _append(self, streams: Mapping[str, list[tuple[bytes, bytes]]]) -> None:
        """Buffer stream entries, (id, JSON) pairs by stream, and advance the cursors."""
        with self._changed:
            for name, entries in streams.items():
                kind: Kind = "samples" if name == "samples" else "events"
                for entry, data in entries:
                    self._add_entry(kind, entry_id(entry), data)
                    if kind == "events" and b'"kind":"finished"' in data:
                        self.last_finished = entry.decode()
                if entries:
                    self._cursors[name] = entries[-1][0]
                    if kind == "samples":
                        self._last_sample_at = time.monotonic()
            self._changed.notify_all()

    def _set_state(self, kind: Kind, data: bytes) -> None:
        with self._changed:
            if self._state[kind] != data:
                self._state[kind] = data
                self._add_entry(kind, (0, 0), data)
                self._changed.notify_all()

    def _add_entry(self, kind: Kind, entry: Id, data: bytes) -> None:
        self._entries.append(Entry(self._next_number, kind, entry, data))
        self._next_number += 1


def _last_contiguous(samples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the samples since the last gap: a reopened camera restarts its frame numbers."""
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


def _event(entries: list[Entry], last_ids: dict[str, Id]) -> bytes:
    """Return a Server-Sent Event whose id is the browser's position in both streams.

    Args:
        entries: the messages to send.
        last_ids: id of the last entry sent, by stream; updated in place.
    """
    parts: dict[str, Any] = {"samples": [], "events": []}
    for entry in entries:
        if entry.kind in ("samples", "events"):
            parts[entry.kind].append(orjson.Fragment(entry.data))
            last_ids[entry.kind] = entry.id
        else:
            parts[entry.kind] = orjson.Fragment(entry.data)
    ids = "_".join(f"{last_ids[kind][0]}-{last_ids[kind][1]}" for kind in ("samples", "events"))
    return f"id: {ids}\ndata: ".encode() + orjson.dumps(parts) + b"\n\n"


def _parse_ids(text: str) -> dict[str, Id]:
    """Return the entry ids of a Last-Event-ID by stream; (0, 0) for a missing or invalid one."""
    ids = {"samples": (0, 0), "events": (0, 0)}
    for name, part in zip(ids, text.split("_"), strict=False):
        try:
            ids[name] = entry_id(part.encode())
        except ValueError:
            if text:
                log.info("Ignored the invalid Last-Event-ID %r.", text[:80])
    return ids
