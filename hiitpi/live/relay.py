"""Relays one station's live data to the Redis that a club shares, and the club's commands back.

The pipeline and this machine's own pages only use the local Redis and do not know about the relay,
so a slow or broken network costs no frame. Messages that an outage kept from the club are relayed
later, exactly once: the club's Redis stores the cursor up to which it has received a station's
streams, and the script that appends the messages also moves the cursor. A batch that the network
delivers late, after another connection has already relayed it, finds the cursor moved and appends
nothing.
"""

import logging
import math
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import redis

from hiitpi.coach.codec import decode_command
from hiitpi.coach.messages import Command
from hiitpi.errors import LiveError
from hiitpi.live.connection_report import ConnectionReport
from hiitpi.live.frame_forwarder import FrameForwarder
from hiitpi.live.keys import (
    FINISHED_KEY,
    MAX_EVENTS,
    MAX_SAMPLES,
    MESSAGE_FIELD,
    PICTURE_SIZES,
    Keys,
)
from hiitpi.live.publisher import presence_commands
from hiitpi.live.redis_client import (
    CONNECT_TIMEOUT_S,
    FIRST_ID,
    Client,
    connect,
    connect_club,
    entries_of,
    entry_id,
)
from hiitpi.live.subscriber import PresenceSubscription, Subscriber
from hiitpi.settings import Settings
from hiitpi.system.host import boot_id
from hiitpi.system.process import Stop

log = logging.getLogger(__name__)

#: Interval between polls of the session snapshot and the status while the streams are idle.
POLL_S: Final = 0.5

#: Maximum entries per stream and batch; an outage of a minute leaves more than one batch.
BATCH_ENTRIES: Final = 200

#: Commands older than this are dropped: the player no longer expects them to be carried out.
COMMAND_MAX_AGE_S: Final = 5

#: Lease on a station name: expires this long after its owner last renewed it.
OWNER_TTL_S: Final = 10

#: A conflict that outlasts the lease means that another running machine has the same name.
OWNER_CONFLICT_TIMEOUT_S: Final = 15.0

_FIELD: Final = MESSAGE_FIELD.decode()

#: Appends a batch and moves the cursor atomically. KEYS: cursor, owner, samples, events. ARGV: the
#: expected cursor, the new cursor, our identity, lease in seconds, number of samples, then the
#: samples and the events. Returns 1 on success, 0 if the cursor differs, or the identity of another
#: machine that holds the station name.
APPEND_SCRIPT: Final = f"""
local owner = redis.call('GET', KEYS[2])
if owner and owner ~= ARGV[3] then return owner end
redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[4])
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
local samples = tonumber(ARGV[5])
for i = 6, #ARGV do
  if i - 5 <= samples then
    redis.call('XADD', KEYS[3], 'MAXLEN', '~', {MAX_SAMPLES}, '*', '{_FIELD}', ARGV[i])
  else
    redis.call('XADD', KEYS[4], 'MAXLEN', '~', {MAX_EVENTS}, '*', '{_FIELD}', ARGV[i])
  end
end
redis.call('SET', KEYS[1], ARGV[2])
return 1
"""

Cursors = dict[str, bytes]


class Relay:
    """Relays between one station's Redis and the club's.

    Args:
        own: client of this machine's Redis.
        club: client of the club's Redis.
        station: this station's name.
        identity: distinguishes this machine from another with the same station name; the part
            before the first space is shown to people.
        clock: monotonic seconds.
    """

    def __init__(
        self, own: Client, club: Client, station: str, identity: str, clock: Callable[[], float]
    ) -> None:
        self._own, self._club, self._station = own, club, station
        self._keys, self._identity, self._clock = Keys(station), identity, clock
        self._source = Subscriber(own, station)
        self._script = ""  # SHA1 under which the club's Redis caches `APPEND_SCRIPT`
        self._cursors: Cursors | None = None  # None: load them from the club's Redis
        self._hub_cursor = b""  # the cursor as the club's Redis stores it
        self._command_cursor = FIRST_ID
        self._state: dict[str, bytes | None] = {}  # last session and status sent to the club
        self._polled_at, self._pipeline_online = -math.inf, False
        self._presence: PresenceSubscription | None = None
        self._forwarders: dict[str, FrameForwarder] = {}
        self._report = ConnectionReport(own, self._keys.club, "the club")

    def run(self, stop: Stop, beat: Callable[[], None]) -> None:
        """Relay until `stop` is set; reconnect every second while the club is unreachable.

        Args:
            stop: ends the loop when set.
            beat: heartbeat, called before every step.

        Raises:
            LiveError: another machine holds this station's name for longer than
                `OWNER_CONFLICT_TIMEOUT_S`.
        """
        conflict_s = 0.0  # how long another machine has held our name
        while not stop.is_set():
            beat()
            try:
                self.step()
                conflict_s = 0.0
            except redis.RedisError as error:
                self._on_disconnect(f"Not connected to the club: {error}")
                stop.wait(CONNECT_TIMEOUT_S)
            except LiveError as error:
                self._on_disconnect(str(error))
                conflict_s += CONNECT_TIMEOUT_S
                if conflict_s > OWNER_CONFLICT_TIMEOUT_S:
                    raise
                stop.wait(CONNECT_TIMEOUT_S)
        self._release_name()

    def step(self) -> None:
        """Relay one batch of new messages, waiting briefly for it, and fetch the club's commands.

        Raises:
            redis.RedisError: one of the two Redis servers is unreachable.
            LiveError: another machine holds this station's name.
        """
        cursors = self._cursors or self._load_cursors()
        batch = self._source.wait(cursors, POLL_S, BATCH_ENTRIES)
        now = self._clock()
        poll_due = bool(batch.get("events")) or now - self._polled_at >= POLL_S
        if not batch and not poll_due:
            return
        changed = self._poll_state(now) if poll_due else {}
        samples, events = ([data for _, data in batch.get(n, ())] for n in ("samples", "events"))
        cursors = {n: batch[n][-1][0] if batch.get(n) else c for n, c in cursors.items()}
        new_cursor = b"%b_%b" % (cursors["samples"], cursors["events"])
        with self._club.pipeline(transaction=False) as pipe:
            keys = [self._keys.key(n) for n in ("relayed", "owner", "samples", "events")]
            arguments = (
                self._hub_cursor,
                new_cursor,
                self._identity,
                OWNER_TTL_S,
                len(samples),
                *samples,
                *events,
            )
            pipe.evalsha(self._script, len(keys), *keys, *arguments)
            if poll_due and self._pipeline_online:
                for command in presence_commands(self._keys):
                    pipe.execute_command(*command)
            for name, value in changed.items():
                key = self._keys.key(name)
                pipe.delete(key) if value is None else pipe.set(key, value)
            if any(b'"kind":"finished"' in data for data in events):
                pipe.incr(FINISHED_KEY)
            pipe.xread({self._keys.commands: self._command_cursor}, count=10)
            pipe.pubsub_numsub(*(self._keys.key(n) for n in (*PICTURE_SIZES, "present")))
            pipe.time()
            append_reply, *_, commands, counts, (seconds, _) = pipe.execute()
        self._check_append(append_reply)
        self._cursors, self._hub_cursor = cursors, new_cursor
        self._state |= changed
        self._report.send("")
        self._forward_commands(commands, seconds)
        self._sync_subscriptions(
            frozenset(s for s, (_, n) in zip((*PICTURE_SIZES, "present"), counts, strict=True) if n)
        )

    def _load_cursors(self) -> Cursors:
        """Claim the station name and return the cursors that the club's Redis stores."""
        self._script = self._club.script_load(APPEND_SCRIPT)
        owner = self._keys.owner
        if not self._club.set(owner, self._identity, nx=True, ex=OWNER_TTL_S):
            self._check_append(self._club.get(owner) or 1)
        self._hub_cursor = bytes(self._club.get(self._keys.relayed) or b"")
        ids = self._hub_cursor.split(b"_") if self._hub_cursor else [FIRST_ID, FIRST_ID]
        cursors = dict(zip(("samples", "events"), ids, strict=True))
        for name, cursor in cursors.items():
            newest = self._source.newest(name)
            if entry_id(newest) < entry_id(cursor):  # our Redis lost data and its ids restarted
                cursors[name] = newest
        oldest_valid = b"%d-0" % ((self._club.time()[0] - COMMAND_MAX_AGE_S) * 1000)
        fetched = bytes(self._own.get(self._keys.fetched) or FIRST_ID)
        self._command_cursor = max(oldest_valid, fetched, key=entry_id)
        return cursors

    def _poll_state(self, now: float) -> dict[str, bytes | None]:
        """Return the session snapshot and status, where they differ from those last sent."""
        self._polled_at = now
        self._pipeline_online = self._source.is_online()
        values = self._own.get(self._keys.session), self._own.get(self._keys.camera)
        state = zip(("session", "camera"), values, strict=True)
        return {n: v for n, v in state if n not in self._state or self._state[n] != v}

    def _check_append(self, reply: Any) -> None:
        """Raise unless `APPEND_SCRIPT` replied that the batch was appended."""
        if reply == 0:  # the cursor has moved: an earlier batch of ours was delivered late
            raise redis.ConnectionError("its cursor is ahead of ours")
        if reply not in (1, self._identity.encode()):
            raise _name_conflict(reply, self._station)

    def _forward_commands(self, reply: Any, now_s: int) -> None:
        """Forward the commands of the club's pages, except expired ones.

        Args:
            reply: XREAD reply with the commands.
            now_s: time of the club's Redis, seconds since the epoch.
        """
        for _, entries in entries_of(reply):
            for entry, fields in entries:
                if now_s - entry_id(entry)[0] / 1000 <= COMMAND_MAX_AGE_S:
                    self._forward_command(fields.get(MESSAGE_FIELD, b""))
                self._command_cursor = entry
                self._own.set(self._keys.fetched, entry)

    def _forward_command(self, data: bytes) -> None:
        try:
            command: Command = decode_command(data)
        except ValueError as error:
            log.warning("Ignored an invalid command: %s", error)
            return
        self._source.command(command)

    def _sync_subscriptions(self, wanted: frozenset[str]) -> None:
        """Subscribe locally to what the club's pages watch, so that the pipeline serves it."""
        for size in PICTURE_SIZES:
            forwarder = self._forwarders.get(size)
            if size in wanted and forwarder is None:
                self._forwarders[size] = FrameForwarder(self._source, self._club, self._keys, size)
            elif size not in wanted and forwarder is not None:
                self._forwarders.pop(size).close()
        if wanted and self._presence is None:
            self._presence = self._source.subscribe_presence()
        elif not wanted and self._presence is not None:
            self._presence.close()
            self._presence = None

    def _on_disconnect(self, error: str) -> None:
        """Drop all subscriptions and cached state, and report the error to the local pages."""
        self._cursors, self._state, self._polled_at = None, {}, -math.inf
        with suppress(redis.RedisError):  # the local Redis may be the unreachable one
            self._sync_subscriptions(frozenset())
            self._report.send(error)

    def _release_name(self) -> None:
        """Give up the lease on the station name, so that another machine can take it at once."""
        with suppress(redis.RedisError):
            self._sync_subscriptions(frozenset())
            if self._club.get(self._keys.owner) == self._identity.encode():
                self._club.delete(self._keys.owner)


def serve(settings: Settings, beat: Callable[[], None]) -> None:
    """Run the relay process until SIGTERM or SIGINT.

    Args:
        settings: settings of this station.
        beat: heartbeat, called before every step.

    Raises:
        LiveError: HIITPI_REDIS_URL is invalid, or another machine holds this station's name.
    """
    stop = Stop(signal.SIGTERM, signal.SIGINT)
    own, club = connect(settings.redis(0)), connect_club(settings)
    Relay(own, club, settings.station, _identity(settings), time.monotonic).run(stop, beat)


def check_name(settings: Settings) -> None:
    """Check before start-up that no other machine in the club holds this station's name.

    Two machines with one name would mistake each other's sessions for their own. While the club is
    unreachable this cannot be checked; the relay detects a conflict later.

    Raises:
        LiveError: another machine holds the name, or HIITPI_REDIS_URL is invalid.
    """
    with suppress(redis.RedisError):
        owner = connect_club(settings).get(Keys(settings.station).owner)
        if owner and owner != _identity(settings).encode():
            raise _name_conflict(owner, settings.station)


def _identity(settings: Settings) -> str:
    """Return an id that is stable across app restarts but differs on a cloned SD card."""
    return f"{socket.gethostname()}:{settings.instance.resolve()} {boot_id()}"


def _name_conflict(owner: Any, station: str) -> LiveError:
    other = bytes(owner).decode().split(" ")[0]
    return LiveError(
        f"Another machine, {other}, already uses the station name “{station}” in this club. "
        "Choose a different name for this machine: HIITPI_STATION."
    )
