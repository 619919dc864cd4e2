"""A background thread that survives exceptions, retries with backoff and reports its health."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

log = logging.getLogger(__name__)

#: Retry backoff in seconds after a failed step: the first delay and the maximum; it doubles in
#: between.
FIRST_RETRY_S: Final = 0.5
MAX_RETRY_S: Final = 30.0

#: Seconds for which a step may wait for work, at most: well below STALLED_AFTER_S, so that an idle
#: loop is not taken for a stalled one.
IDLE_S: Final = 5.0

#: Seconds after which a step counts as stalled; its wait for work is included.
STALLED_AFTER_S: Final = 15.0

Clock = Callable[[], float]
State = Literal["idle", "ok", "failing", "stalled"]


@dataclass(frozen=True, slots=True)
class LoopHealth:
    """The health of a background loop at one moment.

    Attributes:
        name: name of its thread.
        state: "ok"; "idle": not running, because it has nothing to do; "failing": the last step
            raised; "stalled": the current step exceeds its time limit.
        age_s: seconds since the last step ended or the loop was started.
        unhealthy_s: seconds for which it has been failing or stalled; 0 while healthy.
        error: the last exception as text; "" while healthy.
    """

    name: str
    state: State
    age_s: float = 0.0
    unhealthy_s: float = 0.0
    error: str = ""

    @property
    def unhealthy(self) -> bool:
        """Whether the loop is failing or stalled."""
        return self.state in ("failing", "stalled")


class BackgroundLoop:
    """Calls `step` repeatedly in a daemon thread until it returns False or `stop` is called.

    An exception ends the step, not the loop: it is logged once with its traceback, and the step is
    retried with backoff. `step` must not block for longer than a few seconds.

    Args:
        name: name of the thread.
        step: one iteration; returns False if there is nothing to do until `start` is called again.
        expected: exceptions raised while a service such as Redis is unreachable; logged without a
            traceback and retried at a constant interval.
        stalled_after_s: seconds after which a step counts as stalled.
        clock: returns monotonic seconds.
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
        self._last_step_at = 0.0
        self._failing_since: float | None = None
        self._failures = 0
        self._error = ""

    def start(self) -> None:
        """Start the loop unless it is running; idempotent and thread-safe."""
        with self._lock:
            self._starts += 1
            if self._thread is None and not self._stopped.is_set():
                self._last_step_at = self._clock()
                self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
                self._thread.start()

    def stop(self, timeout_s: float = 0.0) -> None:
        """Stop after the current step; wait up to `timeout_s` seconds for it to end."""
        self._stopped.set()
        thread = self._thread
        if thread and thread is not threading.current_thread():
            thread.join(timeout_s)

    def health(self) -> LoopHealth:
        """Return the current health of the loop."""
        now = self._clock()
        with self._lock:
            if self._thread is None:
                return LoopHealth(self.name, "idle")
            age, failing_since = now - self._last_step_at, self._failing_since
            if failing_since is not None:
                return LoopHealth(self.name, "failing", age, now - failing_since, self._error)
            if age > self._stalled_after_s:
                error = f"has been blocked for {age:.0f} s"
                return LoopHealth(self.name, "stalled", age, age, error)
            return LoopHealth(self.name, "ok", age)

    def _run(self) -> None:
        while not self._stopped.is_set():
            starts = self._starts
            try:
                has_work = self._step() is not False
            except Exception as error:
                self._stopped.wait(self._record_failure(error))
                continue
            self._record_success()
            if not has_work and self._go_idle(starts):
                return
        with self._lock:
            self._thread = None

    def _go_idle(self, starts: int) -> bool:
        """End the thread; return False instead if `start` was called since `starts` was read."""
        with self._lock:
            if self._starts != starts:
                return False
            self._thread = None
            return True

    def _record_failure(self, error: Exception) -> float:
        """Log and store the exception; return the seconds until the next attempt."""
        expected = isinstance(error, self._expected)
        message = f"{type(error).__name__}: {error}"
        if message != self._error:  # a recurring error is logged once
            if expected:
                log.info("%s: %s; retrying.", self.name, message)
            else:
                log.error("%s failed; retrying.", self.name, exc_info=error)
        with self._lock:
            self._last_step_at = self._clock()
            if self._failing_since is None:
                self._failing_since = self._last_step_at
            self._error = message
            self._failures = 0 if expected else self._failures + 1
            return float(min(MAX_RETRY_S, FIRST_RETRY_S * 2 ** max(0, self._failures - 1)))

    def _record_success(self) -> None:
        with self._lock:
            recovered, self._failing_since = self._failing_since is not None, None
            self._last_step_at, self._failures, self._error = self._clock(), 0, ""
        if recovered:
            log.info("%s recovered.", self.name)


def summary(loops: Iterable[BackgroundLoop]) -> list[dict[str, Any]]:
    """Return the unhealthy loops as plain data for `/healthz`, the Status page and the live data.

    Returns:
        A dict per loop: `name`, `state` ("failing" or "stalled"), `for_s` (seconds) and `error`.
    """
    unhealthy = [health for loop in loops if (health := loop.health()).unhealthy]
    return [
        {"name": h.name, "state": h.state, "for_s": round(h.unhealthy_s), "error": h.error}
        for h in unhealthy
    ]
