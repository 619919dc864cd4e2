"""A signal stops a process at any point of a wait."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

from hiitpi.system.process import Stop


@pytest.fixture(autouse=True)
def _handler() -> Iterator[None]:
    """Restore the handler of SIGUSR1 after each test."""
    previous = signal.getsignal(signal.SIGUSR1)
    yield
    signal.signal(signal.SIGUSR1, previous)


def test_a_wait_without_a_signal_times_out():
    stop = Stop(signal.SIGUSR1)
    assert not stop.wait(0.001)
    assert not stop.is_set()


def test_a_stop_stays_set_for_all_waits():
    stop = Stop(signal.SIGUSR1)
    signal.raise_signal(signal.SIGUSR1)
    signal.raise_signal(signal.SIGUSR1)
    assert stop.is_set()
    assert stop.wait(0)
    assert stop.wait(0)
    assert stop.is_set()


def test_set_ends_a_wait_immediately():
    stop = Stop()
    start = time.monotonic()
    threading.Timer(0.05, stop.set).start()
    assert stop.wait(60)
    assert time.monotonic() - start < 30


def test_a_signal_at_any_step_of_a_wait_ends_it():
    """`threading.Event` would deadlock here if the signal arrives while its lock is held."""
    step = 0
    while True:
        stop = Stop(signal.SIGUSR1)
        if not _interrupted_at(step, lambda s=stop: s.wait(0.001)):
            break
        assert stop.wait(0)
        step += 1
    assert step > 5  # a wait consists of several steps


def _interrupted_at(step: int, wait: Callable[[], object]) -> bool:
    """Wait and raise the signal at an opcode of the wait; return False if it has fewer opcodes."""
    remaining = step

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal remaining
        frame.f_trace_opcodes = True
        if event == "opcode":
            if remaining == 0:
                signal.raise_signal(signal.SIGUSR1)
            remaining -= 1
        return trace

    previous = sys.gettrace()
    sys.settrace(trace)
    try:
        wait()
    finally:
        sys.settrace(previous)
    return remaining < 0
