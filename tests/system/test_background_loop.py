import logging
import threading
import time

import pytest

from hiitpi.system.background_loop import FIRST_RETRY_S, BackgroundLoop, summary
from tests.support.clock import FakeClock
from tests.support.waiting import until


def test_an_exception_is_logged_once_and_the_loop_goes_on(caplog: pytest.LogCaptureFixture):
    turns = []

    def step() -> None:
        turns.append(1)
        time.sleep(0.01)
        if len(turns) <= 2:
            raise KeyError("trouble")

    loop = BackgroundLoop("numbers", step)
    with caplog.at_level(logging.INFO):
        loop.start()
        until(lambda: loop.health().unhealthy)
        sick = loop.health()
        assert (sick.state, sick.error) == ("failing", "KeyError: 'trouble'")
        assert summary([loop])[0]["name"] == "numbers"
        until(lambda: len(turns) > 3)
        until(lambda: loop.health().state == "ok")
    loop.stop(2)
    failed = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(failed) == 1
    assert failed[0].exc_info
    assert "numbers recovered." in caplog.text
    assert summary([loop]) == []


def test_a_service_that_is_away_is_no_bug(caplog: pytest.LogCaptureFixture):
    away = threading.Event()

    def step() -> None:
        away.set()
        raise ConnectionError("no answer")

    loop = BackgroundLoop("reader", step, expected=(ConnectionError,))
    with caplog.at_level(logging.INFO):
        loop.start()
        until(lambda: loop.health().unhealthy)
    loop.stop(2)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_delays_grow():
    loop = BackgroundLoop("x", lambda: None)
    assert [loop._record_failure(ValueError(str(i))) for i in range(9)] == [
        FIRST_RETRY_S, 1, 2, 4, 8, 16, 30, 30, 30,
    ]  # fmt: skip


def test_a_step_that_does_not_come_back_is_stalled():
    clock, go = FakeClock(100.0), threading.Event()
    loop = BackgroundLoop("x", lambda: go.wait(20) and None, stalled_after_s=5, clock=clock)
    assert loop.health().state == "idle"
    loop.start()
    assert loop.health().state == "ok"
    clock.now += 6
    assert loop.health().state == "stalled"
    assert loop.health().unhealthy_s == 6
    go.set()
    until(lambda: loop.health().state == "ok")
    loop.stop(2)


def test_it_ends_when_there_is_nothing_to_do_and_starts_anew():
    turns: list[int] = []

    def step() -> bool:
        turns.append(1)
        return False

    loop = BackgroundLoop("x", step)
    loop.start()
    until(lambda: loop.health().state == "idle")
    assert len(turns) == 1
    loop.start()
    until(lambda: len(turns) == 2)


def test_a_start_while_it_ends_is_not_lost():
    turns: list[int] = []

    def step() -> bool:
        turns.append(1)
        if len(turns) == 1:
            loop.start()  # somebody comes while the step finds nobody
        return False

    loop = BackgroundLoop("x", step)
    loop.start()
    until(lambda: len(turns) == 2)
    until(lambda: loop.health().state == "idle")


def test_a_stopped_loop_stays_stopped():
    loop = BackgroundLoop("x", lambda: time.sleep(0.01))
    loop.start()
    loop.stop(2)
    assert loop.health().state == "idle"
    loop.start()
    assert loop.health().state == "idle"
