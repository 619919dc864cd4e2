"""Waits for a condition instead of a fixed time."""

import time
from collections.abc import Callable


def until(
    condition: Callable[[], object],
    timeout_s: float = 10.0,
    message: str = "timeout",
    step: Callable[[], object] = lambda: time.sleep(0.01),
) -> float:
    """Wait until a condition is true, and return the seconds it took.

    Args:
        condition: called until it returns something true.
        timeout_s: the test fails after this many seconds.
        message: the message then.
        step: called after each check that fails; sleeps 10 ms by default.
    """
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < timeout_s, message
        step()
    return time.monotonic() - began
