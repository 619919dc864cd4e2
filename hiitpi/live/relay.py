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

from hiitpi.coach.messages import Command
from hiitpi.errors import LiveError
from hiitpi.live.bus import (
    EVENTS,
    FIELD,
    LOWEST,
    PATIENCE,
    SAMPLES,
    SIZES,
    Client,
    Keys,
    connect,
    decode_command,
    encode,
    entries_of,
    entry_id,
)
from hiitpi.live.painter import Painter
from hiitpi.live.publisher import here
from hiitpi.live.subscriber import Attendance, Subscriber
from hiitpi.machine import boot_id
from hiitpi.process import Stop
from hiitpi.settings import Settings

log = logging.getLogger(__name__)

#: Seconds between two looks at what is beside this station's streams, if nothing comes on them.
LOOK: Final = 0.5

#: Seconds that the club's Redis may take to answer.
SLOW: Final = 3.0

#: Messages of a batch: what a minute's cut leaves is more than one.
BATCH: Final = 200

#: A command that was given longer ago than these seconds is not meant any more.
MEANT: Final = 5

#: Seconds for which a station's name is another machine's that has been silent; who is refused for
#: longer than the second is not the only one of that name.
CLAIM: Final = 10
REFUSED: Final = 15.0

#: How often the sessions of the club changed: whoever shows records may cache until it does.
FINISHED: Final = "hiitpi:finished"

#: KEYS: cursor, owner, samples, events. ARGV: the cursor that is expected, the new one, who we are,
#: seconds of the claim, number of samples, and the samples and events. Gives 1; 0: another cursor;
#: or who has the station's name.
HAND_OVER: Final = f"""
local owner = redis.call('GET', KEYS[2])
if owner and owner ~= ARGV[3] then return owner end
redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[4])
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
local samples = tonumber(ARGV[5])
for i = 6, #ARGV do
  if i - 5 <= samples then
    redis.call('XADD', KEYS[3], 'MAXLEN', '~', {SAMPLES}, '*', '{FIELD.decode()}', ARGV[i])
  else
    redis.call('XADD', KEYS[4], 'MAXLEN', '~', {EVENTS}, '*', '{FIELD.decode()}', ARGV[i])
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
        self._keys, self._me, self._clock = Keys(station), me, clock
        self._source = Subscriber(own, station)
        self._script = ""  # as the club calls `HAND_OVER`
        self._cursors: Cursors | None = None  # None: the club is to be asked
        self._held = b""  # the cursor as the club has it
        self._commands = LOWEST
        self._state: dict[str, bytes | None] = {}  # as the club knows it
        self._looked_at, self._works = -math.inf, False
        self._attendance: Attendance | None = None
        self._painters: dict[str, Painter] = {}
        self._said: bytes | None = None

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
                stop.wait(PATIENCE)
            except LiveError as error:
                self._lose(str(error))
                refused += PATIENCE
                if refused > REFUSED:
                    raise
                stop.wait(PATIENCE)
        self._close()

    def step(self) -> None:
        """Hand over what is new, or wait a little for it; hear what the club says.

        Raises:
            redis.RedisError: one of the two is away.
            LiveError: another machine has this station's name.
        """
        cursors = self._cursors or self._begin()
        got = self._source.wait(cursors, LOOK, BATCH)
        now = self._clock()
        looks = bool(got.get("events")) or now - self._looked_at >= LOOK
        if not got and not looks:
            return
        changed = self._look(now) if looks else {}
        samples, events = ([data for _, data in got.get(n, ())] for n in ("samples", "events"))
        cursors = {n: got[n][-1][0] if got.get(n) else c for n, c in cursors.items()}
        reached = b"%b_%b" % (cursors["samples"], cursors["events"])
        with self._club.pipeline(transaction=False) as line:
            keys = [getattr(self._keys, n) for n in ("relayed", "owner", "samples", "events")]
            given = (self._held, reached, self._me, CLAIM, len(samples), *samples, *events)
            line.evalsha(self._script, len(keys), *keys, *given)
            if looks and self._works:
                for words in here(self._keys):
                    line.execute_command(*words)
            for name, value in changed.items():
                key = getattr(self._keys, name)
                line.delete(key) if value is None else line.set(key, value)
            if any(b'"kind":"finished"' in data for data in events):
                line.incr(FINISHED)
            line.xread({self._keys.commands: self._commands}, count=10)
            line.pubsub_numsub(*(getattr(self._keys, n) for n in (*SIZES, "present")))
            line.time()
            added, *_, given, counts, (seconds, _) = line.execute()
        self._check(added)
        self._cursors, self._held = cursors, reached
        self._state |= changed
        self._tell_own("")
        self._listen(given, seconds)
        self._attend(
            frozenset(s for s, (_, n) in zip((*SIZES, "present"), counts, strict=True) if n)
        )

    def _begin(self) -> Cursors:
        """From where to go on, as the club knows it."""
        self._script = self._club.script_load(HAND_OVER)
        owner = self._keys.owner
        if not self._club.set(owner, self._me, nx=True, ex=CLAIM):
            self._check(self._club.get(owner) or 1)
        self._held = bytes(self._club.get(self._keys.relayed) or b"")
        ids = self._held.split(b"_") if self._held else [LOWEST, LOWEST]
        cursors = dict(zip(("samples", "events"), ids, strict=True))
        for name, cursor in cursors.items():
            newest = self._source.newest(name)
            if entry_id(newest) < entry_id(cursor):  # our Redis lost some, and has begun anew
                cursors[name] = newest
        meant = b"%d-0" % ((self._club.time()[0] - MEANT) * 1000)
        fetched = bytes(self._own.get(self._keys.fetched) or LOWEST)
        self._commands = max(meant, fetched, key=entry_id)
        return cursors

    def _look(self, now: float) -> dict[str, bytes | None]:
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
        if added not in (1, self._me.encode()):
            raise _another(added, self._station)

    def _listen(self, given: Any, seconds: int) -> None:
        """Pass the commands of the club's pages on, at `seconds` of the club's clock."""
        for _, entries in entries_of(given):
            for entry, fields in entries:
                if seconds - entry_id(entry)[0] / 1000 <= MEANT:
                    self._ask(fields.get(FIELD, b""))
                self._commands = entry
                self._own.set(self._keys.fetched, entry)

    def _ask(self, data: bytes) -> None:
        try:
            command: Command = decode_command(data)
        except ValueError as error:
            log.warning("Ignored what is no command: %s", error)
            return
        self._source.command(command)

    def _attend(self, asked: frozenset[str]) -> None:
        """Have the trainer stay awake, and draw, as long as somebody of the club looks on."""
        for size in SIZES:
            painter = self._painters.get(size)
            if size in asked and painter is None:
                self._painters[size] = Painter(self._source, self._club, self._keys, size)
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
            self._attend(frozenset())
            self._tell_own(trouble)

    def _close(self) -> None:
        """Give the name back."""
        with suppress(redis.RedisError):
            self._attend(frozenset())
            if self._club.get(self._keys.owner) == self._me.encode():
                self._club.delete(self._keys.owner)

    def _tell_own(self, trouble: str) -> None:
        """This machine's own pages say how it stands with the club."""
        said = encode({"trouble": trouble})
        if said != self._said:
            log.warning("%s", trouble or "Connected with the club.")
            self._said = said
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


def connect_club(settings: Settings) -> Client:
    """A client of the Redis that the club shares.

    Raises:
        LiveError: HIITPI_REDIS_URL is none.
    """
    try:
        return connect(settings.redis_url or "", SLOW)
    except ValueError as error:
        raise LiveError(
            f"HIITPI_REDIS_URL cannot be used: {error}. It is like redis://:password@host:6379/0."
        ) from error
