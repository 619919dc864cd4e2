"""Waits for a condition instead of a fixed time."""

import time
from collections.abc import Callable


def until(condition: Callable[[], object], timeout_s: float = 10.0) -> None:
    """Wait until a condition is true; fail after `timeout_s` seconds."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "timeout"
        time.sleep(0.01)
