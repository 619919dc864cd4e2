"""Keeps the connection to this station's heart rate strap, and passes its measurements on.

The strap that was chosen on the Status page is kept in a file. It is looked for while the camera is
awake, since somebody may train then; a connection that is lost is made again.
"""

import asyncio
import json
import logging
import math
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import redis

from hiitpi.coach.heart_rate import zone
from hiitpi.errors import BluetoothError, RecordsError
from hiitpi.integrations.heart_rate_strap import Strap, StrapConnection, connect, search
from hiitpi.live.subscriber import Subscriber
from hiitpi.system.atomic_file import write_atomically
from hiitpi.system.background_loop import BackgroundLoop

log = logging.getLogger(__name__)

#: Seconds between two checks of what is to be done.
INTERVAL_S: Final = 1.0

#: Seconds between two attempts to use Bluetooth after an error, and between two looks for a strap
#: that is not in reach: searching disturbs the Wi-Fi of a Pi.
RETRY_S: Final = 10.0
LOOK_EVERY_S: Final = 20.0

#: Seconds without a word from a connected strap after which it is connected again. BlueZ may have
#: been restarted, which Bleak does not notice.
SILENT_S: Final = 30.0

#: Seconds for which a player's maximum heart rate is remembered.
REMEMBER_S: Final = 30.0

#: Seconds for which a strap is looked for after it was chosen, even if the camera is asleep.
EAGER_S: Final = 120.0

#: Seconds after which a measurement is outdated; straps send one a second.
STALE_S: Final = 5.0

#: Seconds after which a step counts as stalled: a search, or an attempt to connect, is one step.
STALLED_AFTER_S: Final = 120.0

#: Seconds for which the end of the process waits for a step to end. What is not let go by then is
#: taken over by the next process.
CLOSE_S: Final = 2.0

#: States of the camera in which nobody can train.
ASLEEP: Final = ("off", "covered")


@dataclass(frozen=True, slots=True)
class StrapStatus:
    """What is known about the strap.

    Attributes:
        strap: the strap that was chosen; None if there is none.
        connected: whether it is connected.
        bpm: its newest measurement in beats per minute; None if there is none.
        battery: charge in percent; None if not known.
        missing: whether it was looked for in vain.
        trouble: what is wrong with it or with Bluetooth; "" for nothing.
        searching: whether straps are being searched.
        found: what the last search has found; None before the first, and after a choice.
        search_trouble: why the last search has failed; "" if it has not.
    """

    strap: Strap | None = None
    connected: bool = False
    bpm: int | None = None
    battery: int | None = None
    missing: bool = False
    trouble: str = ""
    searching: bool = False
    found: tuple[Strap, ...] | None = None
    search_trouble: str = ""


class HeartRateMonitor:
    """Connects to the chosen strap in a background thread.

    Attributes:
        loop: the background loop; idle until a strap is chosen or searched.

    Args:
        folder: the instance folder, with the file that names the strap.
        bus: this machine's station.
        highest: returns the maximum heart rate of a player; None if it is not known.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        folder: Path,
        bus: Subscriber,
        highest: Callable[[str], int | None],
        clock: Callable[[], float],
    ) -> None:
        self._file, self._bus = folder / "heart_rate_strap.json", bus
        self._highest, self._clock = highest, clock
        self._runner: asyncio.Runner | None = None
        self._connection: StrapConnection | None = None
        self._connected_to: Strap | None = None
        self._measured: tuple[float, int | None] = (-math.inf, None)  # time and rate
        self._lock = threading.Lock()
        self._status = StrapStatus(strap=self._read())
        self._retry_at = self._eager_until = 0.0
        # Player, maximum heart rate, and until when it is remembered.
        self._zones_of: tuple[str | None, int | None, float] = (None, None, 0.0)
        self.loop = BackgroundLoop(
            "heart rate",
            self._step,
            expected=(redis.RedisError,),
            stalled_after_s=STALLED_AFTER_S,
        )
        if self._status.strap:
            self.loop.start()

    @property
    def status(self) -> StrapStatus:
        """What is known about the strap."""
        return replace(self._status, bpm=self._bpm(), connected=self._is_connected())

    def search(self) -> None:
        """Search for straps; `status` has the result when it is no longer `searching`."""
        self._set(searching=True, found=None, search_trouble="")
        self.loop.start()

    def choose(self, strap: Strap | None) -> None:
        """Use a strap from now on; None for none.

        Raises:
            OSError: the choice cannot be stored.
        """
        if strap is None:
            self._file.unlink(missing_ok=True)
        else:
            write_atomically(self._file, json.dumps(asdict(strap)).encode())
        self._eager_until, self._retry_at = self._clock() + EAGER_S, 0.0
        self._set(strap=strap, found=None, battery=None, trouble="", missing=False)
        self.loop.start()

    def close(self) -> None:
        """Let go of the strap, so that another device can connect to it."""
        self.loop.stop(CLOSE_S)
        if self._runner and self.loop.health().state == "idle":
            self._runner.run(self._disconnect())
            self._runner.close()
            self._runner = None

    def _read(self) -> Strap | None:
        with suppress(OSError, ValueError, TypeError):
            return Strap(**json.loads(self._file.read_text()))
        return None

    def _set(self, of: Strap | None = None, **changed: object) -> None:
        """Change the status, unless it is `of` a strap that is no longer the chosen one."""
        with self._lock:
            if of is None or of == self._status.strap:
                self._status = replace(self._status, **changed)  # type: ignore[arg-type]

    def _is_connected(self) -> bool:
        connection = self._connection
        return connection is not None and connection.is_open

    def _bpm(self) -> int | None:
        time, bpm = self._measured
        return bpm if self._clock() - time <= STALE_S and self._is_connected() else None

    def _step(self) -> None:
        # Bleak's connections belong to one event loop, which must run all the time once it is used.
        if self._runner is None:
            self._runner = asyncio.Runner()
        self._runner.run(self._advance())

    async def _advance(self) -> None:
        if self._status.searching:
            await self._search()
        silent = self._clock() - self._measured[0] > SILENT_S
        if not self._is_connected() or silent or self._connected_to != self._status.strap:
            await self._disconnect()
            if self._status.strap and self._is_wanted():
                await self._connect(self._status.strap)
        await asyncio.sleep(INTERVAL_S)

    async def _search(self) -> None:
        try:
            found, trouble = await search(), ""
        except BluetoothError as error:
            found, trouble = (), str(error)
        self._set(searching=False, found=found, search_trouble=trouble)

    def _is_wanted(self) -> bool:
        """Return whether somebody may train now."""
        if self._clock() < self._retry_at:
            return False
        if self._clock() < self._eager_until:
            return True
        status = self._bus.status()
        return status is not None and status.get("state") not in ASLEEP

    async def _connect(self, strap: Strap) -> None:
        self._measured = self._clock(), None  # it has some time to say the first word
        try:
            self._connection = await connect(strap, self._receive)
        except BluetoothError as error:
            self._set(strap, trouble=str(error), missing=False)
            self._retry_at = self._clock() + RETRY_S
            return
        if self._connection is None:
            self._set(strap, trouble="", missing=True)
            if self._clock() > self._eager_until:
                self._retry_at = self._clock() + LOOK_EVERY_S
            return
        log.info("Connected to the heart rate strap %s.", strap.name)
        self._connected_to = strap
        self._set(strap, trouble="", missing=False, battery=self._connection.battery)

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            log.info("The heart rate strap is disconnected.")
            await connection.close()

    def _receive(self, bpm: int | None) -> None:
        """Pass a measurement on to the pipeline; called by Bleak."""
        self._measured = self._clock(), bpm
        if bpm is None:
            return
        try:
            session = self._bus.session()
            highest = self._highest_of(session["player"]) if session else None
            self._bus.set_heart_rate(bpm, zone(bpm, highest))
        except redis.RedisError as error:
            log.debug("A heart rate was not passed on: %s", error)

    def _highest_of(self, player: str) -> int | None:
        known, highest, until = self._zones_of
        if player != known or self._clock() > until:
            try:
                highest = self._highest(player)
            except RecordsError:  # then without zones
                highest = None
            self._zones_of = player, highest, self._clock() + REMEMBER_S
        return highest
