"""Brings one station's live data to the Redis that a club shares, and the club's commands back.

The trainer and this machine's own pages know nothing of it: they talk to the Redis beside them, so
a network that is slow or cut costs no frame. What the network kept from the club is handed over
later, each message once: the club's Redis keeps the cursor up to which it has got a station's
streams, and moves it in the same script that adds the messages. A batch that the network delivers
late, when another one has been there, finds the cursor moved and adds nothing.
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

from hiitpi.coach.codec import decode_command, encode
from hiitpi.coach.messages import Command
from hiitpi.errors import LiveError
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

#: Seconds between two looks at what is beside this station's streams, if nothing comes on them.
POLL_S: Final = 0.5

#: Messages of a batch: what a minute's cut leaves is more than one.
BATCH_ENTRIES: Final = 200

#: A command that was given longer ago than these seconds is not meant any more.
COMMAND_MAX_AGE_S: Final = 5

#: Seconds for which a station's name is another machine's that has been silent; who is refused for
#: longer than the second is not the only one of that name.
OWNER_TTL_S: Final = 10
OWNER_CONFLICT_TIMEOUT_S: Final = 15.0

#: KEYS: cursor, owner, samples, events. ARGV: the cursor that is expected, the new one, who we are,
#: seconds of the claim, number of samples, and the samples and events. Gives 1; 0: another cursor;
#: or who has the station's name.
_FIELD: Final = MESSAGE_FIELD.decode()
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
    """One station's way to the club.

    Args:
        own: the Redis of this machine.
        club: that of the club.
        station: this station's name.
        me: tells this machine from another one of the same name; what is before the first space is
            shown to people.
        clock: monotonic seconds.
    """

    def __init__(
        self, own: Client, club: Client, station: str, me: str, clock: Callable[[], float]
    ) -> None:
        self._own, self._club, self._station = own, club, station
        self._keys, self._identity, self._clock = Keys(station), me, clock
        self._source = Subscriber(own, station)
        self._script = ""  # as the club calls `APPEND_SCRIPT`
        self._cursors: Cursors | None = None  # None: the club is to be asked
        self._hub_cursor = b""  # the cursor as the club has it
        self._commands = FIRST_ID
        self._state: dict[str, bytes | None] = {}  # as the club knows it
        self._looked_at, self._works = -math.inf, False
        self._attendance: PresenceSubscription | None = None
        self._painters: dict[str, FrameForwarder] = {}
        self._last_status: bytes | None = None

    def run(self, stop: Stop, beat: Callable[[], None]) -> None:
        """Relay until `stop`; a club that is away is tried again every second.

        Raises:
            LiveError: another machine has this station's name, and keeps it.
        """
        refused = 0.0  # seconds for which it has been
        while not stop.is_set():
            beat()
            try:
                self.step()
                refused = 0.0
            except redis.RedisError as error:
                self._lose(f"Not connected with the club: {error}")
                stop.wait(CONNECT_TIMEOUT_S)
            except LiveError as error:
                self._lose(str(error))
                refused += CONNECT_TIMEOUT_S
                if refused > OWNER_CONFLICT_TIMEOUT_S:
                    raise
                stop.wait(CONNECT_TIMEOUT_S)
        self._close()

    def step(self) -> None:
        """Hand over what is new, or wait a little for it; hear what the club says.

        Raises:
            redis.RedisError: one of the two is away.
            LiveError: another machine has this station's name.
        """
        cursors = self._cursors or self._begin()
        got = self._source.wait(cursors, POLL_S, BATCH_ENTRIES)
        now = self._clock()
        looks = bool(got.get("events")) or now - self._looked_at >= POLL_S
        if not got and not looks:
            return
        changed = self._poll_state(now) if looks else {}
        samples, events = ([data for _, data in got.get(n, ())] for n in ("samples", "events"))
        cursors = {n: got[n][-1][0] if got.get(n) else c for n, c in cursors.items()}
        reached = b"%b_%b" % (cursors["samples"], cursors["events"])
        with self._club.pipeline(transaction=False) as line:
            keys = [self._keys.key(n) for n in ("relayed", "owner", "samples", "events")]
            given = (
                self._hub_cursor,
                reached,
                self._identity,
                OWNER_TTL_S,
                len(samples),
                *samples,
                *events,
            )
            line.evalsha(self._script, len(keys), *keys, *given)
            if looks and self._works:
                for words in presence_commands(self._keys):
                    line.execute_command(*words)
            for name, value in changed.items():
                key = self._keys.key(name)
                line.delete(key) if value is None else line.set(key, value)
            if any(b'"kind":"finished"' in data for data in events):
                line.incr(FINISHED_KEY)
            line.xread({self._keys.commands: self._commands}, count=10)
            line.pubsub_numsub(*(self._keys.key(n) for n in (*PICTURE_SIZES, "present")))
            line.time()
            added, *_, given, counts, (seconds, _) = line.execute()
        self._check(added)
        self._cursors, self._hub_cursor = cursors, reached
        self._state |= changed
        self._publish_own_status("")
        self._listen(given, seconds)
        self._sync_subscriptions(
            frozenset(s for s, (_, n) in zip((*PICTURE_SIZES, "present"), counts, strict=True) if n)
        )

    def _begin(self) -> Cursors:
        """From where to go on, as the club knows it."""
        self._script = self._club.script_load(APPEND_SCRIPT)
        owner = self._keys.owner
        if not self._club.set(owner, self._identity, nx=True, ex=OWNER_TTL_S):
            self._check(self._club.get(owner) or 1)
        self._hub_cursor = bytes(self._club.get(self._keys.relayed) or b"")
        ids = self._hub_cursor.split(b"_") if self._hub_cursor else [FIRST_ID, FIRST_ID]
        cursors = dict(zip(("samples", "events"), ids, strict=True))
        for name, cursor in cursors.items():
            newest = self._source.newest(name)
            if entry_id(newest) < entry_id(cursor):  # our Redis lost some, and has begun anew
                cursors[name] = newest
        meant = b"%d-0" % ((self._club.time()[0] - COMMAND_MAX_AGE_S) * 1000)
        fetched = bytes(self._own.get(self._keys.fetched) or FIRST_ID)
        self._commands = max(meant, fetched, key=entry_id)
        return cursors

    def _poll_state(self, now: float) -> dict[str, bytes | None]:
        """What is beside the streams: the session and the status where the club knows others."""
        self._looked_at = now
        self._works = self._source.here()
        values = self._own.get(self._keys.session), self._own.get(self._keys.camera)
        state = zip(("session", "camera"), values, strict=True)
        return {n: v for n, v in state if n not in self._state or self._state[n] != v}

    def _check(self, added: Any) -> None:
        """Whether the club took what it was given, by the script's answer."""
        if added == 0:  # somebody has moved the cursor: a batch of ours that came late
            raise redis.ConnectionError("it has got more than we know of")
        if added not in (1, self._identity.encode()):
            raise _another(added, self._station)

    def _listen(self, given: Any, seconds: int) -> None:
        """Pass the commands of the club's pages on, at `seconds` of the club's clock."""
        for _, entries in entries_of(given):
            for entry, fields in entries:
                if seconds - entry_id(entry)[0] / 1000 <= COMMAND_MAX_AGE_S:
                    self._ask(fields.get(MESSAGE_FIELD, b""))
                self._commands = entry
                self._own.set(self._keys.fetched, entry)

    def _ask(self, data: bytes) -> None:
        try:
            command: Command = decode_command(data)
        except ValueError as error:
            log.warning("Ignored what is no command: %s", error)
            return
        self._source.command(command)

    def _sync_subscriptions(self, asked: frozenset[str]) -> None:
        """Have the trainer stay awake, and draw, as long as somebody of the club looks on."""
        for size in PICTURE_SIZES:
            painter = self._painters.get(size)
            if size in asked and painter is None:
                self._painters[size] = FrameForwarder(self._source, self._club, self._keys, size)
            elif size not in asked and painter is not None:
                self._painters.pop(size).close()
        if asked and self._attendance is None:
            self._attendance = self._source.attend()
        elif not asked and self._attendance is not None:
            self._attendance.close()
            self._attendance = None

    def _lose(self, trouble: str) -> None:
        """The club is away: nobody there looks on, and everything is to be asked anew."""
        self._cursors, self._state, self._looked_at = None, {}, -math.inf
        with suppress(redis.RedisError):  # it may be our own that is away
            self._sync_subscriptions(frozenset())
            self._publish_own_status(trouble)

    def _close(self) -> None:
        """Give the name back."""
        with suppress(redis.RedisError):
            self._sync_subscriptions(frozenset())
            if self._club.get(self._keys.owner) == self._identity.encode():
                self._club.delete(self._keys.owner)

    def _publish_own_status(self, trouble: str) -> None:
        """This machine's own pages say how it stands with the club."""
        said = encode({"trouble": trouble})
        if said != self._last_status:
            log.warning("%s", trouble or "Connected with the club.")
            self._last_status = said
        self._own.set(self._keys.club, said)


def serve(settings: Settings, beat: Callable[[], None]) -> None:
    """The relay as a process, until SIGTERM or SIGINT; `beat` is called with every step.

    Raises:
        LiveError: HIITPI_REDIS_URL is none, or another machine has this station's name.
    """
    stop = Stop(signal.SIGTERM, signal.SIGINT)
    own, club = connect(settings.redis(0)), connect_club(settings)
    Relay(own, club, settings.station, _identity(settings), time.monotonic).run(stop, beat)


def check_name(settings: Settings) -> None:
    """Make sure that no other machine of the club has this station's name, before it starts.

    Two of one name would take each other's sessions for their own. While the club is away nobody
    can say; the relay finds out later.

    Raises:
        LiveError: one has, or HIITPI_REDIS_URL is none.
    """
    with suppress(redis.RedisError):
        owner = connect_club(settings).get(Keys(settings.station).owner)
        if owner and owner != _identity(settings).encode():
            raise _another(owner, settings.station)


def _identity(settings: Settings) -> str:
    """The same after a restart of the app; another one on a copied SD card."""
    return f"{socket.gethostname()}:{settings.instance.resolve()} {boot_id()}"


def _another(owner: Any, station: str) -> LiveError:
    other = bytes(owner).decode().split(" ")[0]
    return LiveError(
        f"Another machine, {other}, is the station “{station}” of this club. Give this one a name "
        "of its own: HIITPI_STATION."
    )
