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
        condition: what to wait for.
        timeout_s: fails after this many seconds.
        message: message of the failure.
        step: done after each look that was in vain.
    """
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < timeout_s, message
        step()
    return time.monotonic() - began
