"""Clean shutdown of processes, and child processes that do not outlive their parent."""

import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from queue import Empty, SimpleQueue
from typing import Literal


class Stop:
    """A shutdown request, set by a signal or by `set`, for which the main thread can wait.

    Unlike `threading.Event`, it may be set in a signal handler: Python runs handlers in the main
    thread, between any two bytecode instructions. If that happens inside `Event.wait`, the thread
    already holds the lock for which `Event.set` then waits: a deadlock. `SimpleQueue.put` is
    reentrant.

    Args:
        signals: the signals that request shutdown.
    """

    def __init__(self, *signals: signal.Signals) -> None:
        self._requests: SimpleQueue[None] = SimpleQueue()
        for number in signals:
            signal.signal(number, lambda *_: self.set())

    def set(self) -> None:
        """Request shutdown."""
        self._requests.put(None)

    def is_set(self) -> bool:
        """Return whether shutdown has been requested."""
        return not self._requests.empty()

    def wait(self, seconds: float) -> bool:
        """Wait for a shutdown request, up to a timeout.

        Args:
            seconds: the timeout.

        Returns:
            Whether shutdown has been requested.
        """
        try:
            self._requests.get(timeout=seconds)
        except Empty:
            return False
        self.set()  # put it back: the request stays set
        return True


def spawn(
    command: Sequence[str],
    env: Mapping[str, str] | None = None,
    orphan_signal: Literal["TERM", "KILL"] = "TERM",
    keep: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a child process that is signalled when this process ends, for whatever reason.

    util-linux's `setpriv` requests that from the kernel (PR_SET_PDEATHSIG) and then executes the
    command; it is an essential package on Debian. Without it, only an orderly shutdown of this
    process stops the child. The child gets its own session and process group, so that Ctrl-C
    reaches only the parent, which then shuts its children down in order.

    Args:
        command: program and arguments.
        env: environment variables; None for those of this process.
        orphan_signal: the signal that the child gets when this process ends.
        keep: file descriptors of this process that the child inherits.
    """
    setpriv = shutil.which("setpriv")
    prefix = [setpriv, "--pdeathsig", orphan_signal, "--"] if setpriv else []
    return subprocess.Popen(
        [*prefix, *command],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        env=env,
        pass_fds=tuple(keep),
    )
