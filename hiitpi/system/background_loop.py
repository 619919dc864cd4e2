"""A background thread that survives its own exceptions, and can be asked how it is."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

log = logging.getLogger(__name__)

#: Seconds until a step that failed is tried again: the first time, and at most, doubling between.
FIRST_RETRY_S: Final = 0.5
MAX_RETRY_S: Final = 30.0

#: Seconds that a step waits for something to do: often enough to show that the loop lives.
IDLE_S: Final = 5.0

#: Seconds that a step may take. Each waits for at most a few seconds for something to do.
STALLED_AFTER_S: Final = 15.0

Clock = Callable[[], float]
State = Literal["idle", "ok", "failing", "stalled"]


@dataclass(frozen=True, slots=True)
class LoopHealth:
    """How a background loop is.

    Attributes:
        name: of its thread.
        state: "idle": nobody needs it now; "failing": its last step raised; "stalled": the step
            under way takes longer than it may.
        age_s: seconds since it last ended a step, or was started.
        trouble_s: seconds for which it has been failing or stalled; 0 when it is well.
        error: the last exception, in words; "" when it is well.
    """

    name: str
    state: State
    age_s: float = 0.0
    trouble_s: float = 0.0
    error: str = ""

    @property
    def ill(self) -> bool:
        """Whether somebody should know of it."""
        return self.state in ("failing", "stalled")


class BackgroundLoop:
    """Calls `step` again and again in a daemon thread, until it returns False or `stop` is called.

    An exception ends the step, not the loop: it is logged once with its traceback, and the step is
    tried again after a back-off. `step` must not wait for longer than a few seconds.

    Args:
        name: of the thread.
        step: one turn; False: there is nothing to do until `start` is called again.
        expected: exceptions of a service that may be away, such as Redis: logged without a
            traceback, and tried again without growing delays.
        stalled_after_s: seconds that one step may take.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], bool | None],
        *,
        expected: tuple[type[Exception], ...] = (),
        stalled_after_s: float = STALLED_AFTER_S,
        clock: Clock = time.monotonic,
    ) -> None:
        self.name = name
        self._step, self._expected = step, expected
        self._stalled_after_s, self._clock = stalled_after_s, clock
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._starts = 0
        self._turned_at = 0.0
        self._failing_since: float | None = None
        self._failures = 0
        self._error = ""

    def start(self) -> None:
        """Run, if it does not run already; safe to call from any thread, and often."""
        with self._lock:
            self._starts += 1
            if self._thread is None and not self._stopped.is_set():
                self._turned_at = self._clock()
                self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
                self._thread.start()

    def stop(self, timeout_s: float = 0.0) -> None:
        """Take no further step; wait up to `timeout_s` seconds for the one under way."""
        self._stopped.set()
        thread = self._thread
        if thread and thread is not threading.current_thread():
            thread.join(timeout_s)

    def health(self) -> LoopHealth:
        """How it is now."""
        now = self._clock()
        with self._lock:
            if self._thread is None:
                return LoopHealth(self.name, "idle")
            age, since = now - self._turned_at, self._failing_since
            if since is not None:
                return LoopHealth(self.name, "failing", age, now - since, self._error)
            if age > self._stalled_after_s:
                error = f"has not come back for {age:.0f} s"
                return LoopHealth(self.name, "stalled", age, age, error)
            return LoopHealth(self.name, "ok", age)

    def _run(self) -> None:
        while not self._stopped.is_set():
            starts = self._starts
            try:
                goes_on = self._step() is not False
            except Exception as error:
                self._stopped.wait(self._fail(error))
                continue
            self._succeed()
            if not goes_on and self._ends(starts):
                return
        with self._lock:
            self._thread = None

    def _ends(self, starts: int) -> bool:
        """Whether nobody has called `start` while the last step found nothing to do."""
        with self._lock:
            if self._starts != starts:
                return False
            self._thread = None
            return True

    def _fail(self, error: Exception) -> float:
        """Note the exception; seconds until the next attempt."""
        expected = isinstance(error, self._expected)
        words = f"{type(error).__name__}: {error}"
        if words != self._error:  # the same again and again is logged once
            if expected:
                log.info("%s: %s; retrying.", self.name, words)
            else:
                log.error("%s failed; retrying.", self.name, exc_info=error)
        with self._lock:
            self._turned_at = self._clock()
            if self._failing_since is None:
                self._failing_since = self._turned_at
            self._error = words
            self._failures = 0 if expected else self._failures + 1
            return float(min(MAX_RETRY_S, FIRST_RETRY_S * 2 ** max(0, self._failures - 1)))

    def _succeed(self) -> None:
        with self._lock:
            recovered, self._failing_since = self._failing_since is not None, None
            self._turned_at, self._failures, self._error = self._clock(), 0, ""
        if recovered:
            log.info("%s works again.", self.name)


def summary(loops: Iterable[BackgroundLoop]) -> list[dict[str, Any]]:
    """The loops that are ill, as plain data for `/healthz`, Status and the live data."""
    ill = [health for loop in loops if (health := loop.health()).ill]
    return [
        {"name": one.name, "state": one.state, "for_s": round(one.trouble_s), "error": one.error}
        for one in ill
    ]
