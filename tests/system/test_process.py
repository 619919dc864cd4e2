"""Whatever a process is doing when the signal comes, it stops."""

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
    before = signal.getsignal(signal.SIGUSR1)
    yield
    signal.signal(signal.SIGUSR1, before)


def test_nobody_said_anything():
    stop = Stop(signal.SIGUSR1)
    assert not stop.wait(0.001)
    assert not stop.is_set()


def test_it_stays_set_for_all_who_ask():
    stop = Stop(signal.SIGUSR1)
    signal.raise_signal(signal.SIGUSR1)
    signal.raise_signal(signal.SIGUSR1)
    assert stop.is_set()
    assert stop.wait(0)
    assert stop.wait(0)
    assert stop.is_set()


def test_a_wait_ends_at_once():
    stop = Stop()
    began = time.monotonic()
    threading.Timer(0.05, stop.set).start()
    assert stop.wait(60)
    assert time.monotonic() - began < 30


def test_a_signal_at_any_step_of_a_wait_ends_it():
    """With `threading.Event` this stands still for ever where the signal finds its lock held."""
    step = 0
    while True:
        stop = Stop(signal.SIGUSR1)
        if not _told_at(step, lambda s=stop: s.wait(0.001)):
            break
        assert stop.wait(0)
        step += 1
    assert step > 5  # there were some


def _told_at(step: int, wait: Callable[[], object]) -> bool:
    """Wait, with a signal at this step of the interpreter; false: the wait has fewer steps."""
    left = step

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        frame.f_trace_opcodes = True
        if event == "opcode":
            if left == 0:
                signal.raise_signal(signal.SIGUSR1)
            left -= 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        wait()
    finally:
        sys.settrace(before)
    return left < 0
