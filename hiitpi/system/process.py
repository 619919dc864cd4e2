"""Processes that end when they are told to, and children that do not outlive their parent."""

import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from queue import Empty, SimpleQueue
from typing import Literal


class Stop:
    """Set by a signal, or by hand; a main thread may wait for it.

    A `threading.Event` is not made for that: Python runs a signal's handler in the main thread,
    between any two steps of it. Where that is within `Event.wait`, the thread holds the very lock
    that `Event.set` then waits for, and the process never ends. `SimpleQueue.put` is reentrant.

    Args:
        numbers: of the signals that set it.
    """

    def __init__(self, *numbers: signal.Signals) -> None:
        self._told: SimpleQueue[None] = SimpleQueue()
        for number in numbers:
            signal.signal(number, lambda *_: self.set())

    def set(self) -> None:
        """It is time to stop."""
        self._told.put(None)

    def is_set(self) -> bool:
        """Whether it is."""
        return not self._told.empty()

    def wait(self, seconds: float) -> bool:
        """Until it is set, or so long; whether it is."""
        try:
            self._told.get(timeout=seconds)
        except Empty:
            return False
        self.set()  # for whoever asks next
        return True


def spawn(
    command: Sequence[str],
    env: Mapping[str, str] | None = None,
    orphaned: Literal["TERM", "KILL"] = "TERM",
    keep: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a child that gets the signal `orphaned` when this process ends, however it ends.

    It has the file descriptors `keep` of this process open.

    util-linux' `setpriv` asks the kernel for that (PR_SET_PDEATHSIG) and then becomes the command;
    it is an essential package on Debian. Without it the child only ends with an orderly stop. The
    child has a process group of its own: Ctrl-C reaches the parent alone, which stops it in order.
    """
    setpriv = shutil.which("setpriv")
    prefix = [setpriv, "--pdeathsig", orphaned, "--"] if setpriv else []
    return subprocess.Popen(
        [*prefix, *command],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        env=env,
        pass_fds=tuple(keep),
    )
