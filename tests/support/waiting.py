"""Waiting for what a test wants, never for a time."""

import time
from collections.abc import Callable


def until(true: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until something is true; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
