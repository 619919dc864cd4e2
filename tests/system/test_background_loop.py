"""Background loops: errors, retry delays, stalls, starts and stops."""

import logging
import threading
import time

import pytest

from hiitpi.system.background_loop import FIRST_RETRY_S, BackgroundLoop, summary
from tests.support.clock import FakeClock
from tests.support.waiting import until


def test_an_exception_is_logged_once_and_the_loop_continues(caplog: pytest.LogCaptureFixture):
    steps = []

    def step() -> None:
        steps.append(1)
        time.sleep(0.01)
        if len(steps) <= 2:
            raise KeyError("missing")

    loop = BackgroundLoop("numbers", step)
    with caplog.at_level(logging.INFO):
        loop.start()
        until(lambda: loop.health().unhealthy)
        failing = loop.health()
        assert (failing.state, failing.error) == ("failing", "KeyError: 'missing'")
        assert summary([loop])[0]["name"] == "numbers"
        until(lambda: len(steps) > 3)
        until(lambda: loop.health().state == "ok")
    loop.stop(2)
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert errors[0].exc_info
    assert "numbers recovered." in caplog.text
    assert summary([loop]) == []


def test_an_expected_error_is_not_logged_as_a_bug(caplog: pytest.LogCaptureFixture):
    called = threading.Event()

    def step() -> None:
        called.set()
        raise ConnectionError("no answer")

    loop = BackgroundLoop("reader", step, expected=(ConnectionError,))
    with caplog.at_level(logging.INFO):
        loop.start()
        until(lambda: loop.health().unhealthy)
    loop.stop(2)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_retry_delays_grow_up_to_a_limit():
    loop = BackgroundLoop("x", lambda: None)
    assert [loop._record_failure(ValueError(str(i))) for i in range(9)] == [
        FIRST_RETRY_S, 1, 2, 4, 8, 16, 30, 30, 30,
    ]  # fmt: skip


def test_a_step_that_does_not_return_is_stalled():
    clock, release = FakeClock(100.0), threading.Event()
    loop = BackgroundLoop("x", lambda: release.wait(20) and None, stalled_after_s=5, clock=clock)
    assert loop.health().state == "idle"
    loop.start()
    assert loop.health().state == "ok"
    clock.now += 6
    assert loop.health().state == "stalled"
    assert loop.health().unhealthy_s == 6
    release.set()
    until(lambda: loop.health().state == "ok")
    loop.stop(2)


def test_a_loop_ends_when_idle_and_can_be_started_again():
    steps: list[int] = []

    def step() -> bool:
        steps.append(1)
        return False

    loop = BackgroundLoop("x", step)
    loop.start()
    until(lambda: loop.health().state == "idle")
    assert len(steps) == 1
    loop.start()
    until(lambda: len(steps) == 2)


def test_a_start_during_the_last_step_is_not_lost():
    steps: list[int] = []

    def step() -> bool:
        steps.append(1)
        if len(steps) == 1:
            loop.start()  # as if a client connected just after the step found none
        return False

    loop = BackgroundLoop("x", step)
    loop.start()
    until(lambda: len(steps) == 2)
    until(lambda: loop.health().state == "idle")


def test_a_stopped_loop_stays_stopped():
    loop = BackgroundLoop("x", lambda: time.sleep(0.01))
    loop.start()
    loop.stop(2)
    assert loop.health().state == "idle"
    loop.start()
    assert loop.health().state == "idle"
