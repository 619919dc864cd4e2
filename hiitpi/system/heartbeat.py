"""Signs of life of a child process, as seen from outside."""

import os
import time
from collections.abc import Callable, Sequence
from typing import Final

from hiitpi.system.background_loop import BackgroundLoop

#: Seconds between two beats, and between two questions.
HEARTBEAT_S: Final = 0.5
PROBE_S: Final = 3.0

OPTION: Final = "--heartbeat"


class HeartbeatPipe:
    """The parent's end of a pipe on which a child beats."""

    def __init__(self) -> None:
        self._read, self.end = os.pipe()
        os.set_blocking(self._read, False)

    def handed_over(self) -> list[str]:
        """What to add to the child's command; the child has been given `end`."""
        return [OPTION, str(self.end)]

    def started(self) -> None:
        """The child has its end: ours of it is closed."""
        os.close(self.end)

    def beats(self) -> bool:
        """Whether it has beaten since this was last asked."""
        try:
            return bool(os.read(self._read, 4096))
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Listen no more."""
        os.close(self._read)


def heartbeat(arguments: Sequence[str], clock: Callable[[], float]) -> Callable[[], None]:
    """What a child calls over and over, if its command says where to beat.

    Args:
        arguments: of its command.
        clock: monotonic seconds.
    """
    if OPTION not in arguments:
        return lambda: None
    end = int(arguments[list(arguments).index(OPTION) + 1])
    os.set_blocking(end, False)
    due = 0.0

    def beat() -> None:
        nonlocal due
        now = clock()
        if now >= due:
            due = now + HEARTBEAT_S
            try:
                os.write(end, b".")
            except OSError:  # nobody reads: the parent is gone, or busy for long
                return

    return beat


class HealthProbe:
    """Asks something again and again, in a background loop.

    Args:
        name: of what is asked.
        ask: whether it is well; may raise, which means no.
        period_s: seconds between an answer and the next question.
    """

    def __init__(self, name: str, ask: Callable[[], bool], period_s: float = PROBE_S) -> None:
        self._ask, self._period_s, self._well = ask, period_s, False
        # Whatever it raises: what is asked may be away, and is asked again soon.
        self._loop = BackgroundLoop(f"probe of {name}", self._turn, expected=(Exception,))
        self._loop.start()

    def healthy(self) -> bool:
        """Whether it was well since this was last asked."""
        well, self._well = self._well, False
        return well

    def close(self) -> None:
        """Ask no more."""
        self._loop.stop()

    def _turn(self) -> None:
        self._well = self._ask() or self._well
        time.sleep(self._period_s)
