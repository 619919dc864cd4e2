"""Signs of life."""

import os
import time

from hiitpi.system.heartbeat import HealthProbe, HeartbeatPipe, heartbeat
from tests.support.waiting import until


def test_a_pulse_is_felt_once_a_beat():
    pulse, now = HeartbeatPipe(), 0.0
    beat = heartbeat(["pipeline", *pulse.handed_over()], lambda: now)
    assert not pulse.beats()
    beat()
    assert pulse.beats()
    assert not pulse.beats()
    beat()
    assert not pulse.beats()  # it is not due yet
    now = 1.0
    beat()
    assert pulse.beats()
    pulse.started()
    assert not pulse.beats()
    pulse.close()


def test_a_parent_that_has_gone_is_no_trouble():
    pulse, now = HeartbeatPipe(), 0.0
    end = os.dup(pulse.end)
    pulse.started()
    pulse.close()
    beat = heartbeat(["--heartbeat", str(end)], lambda: now)
    beat()
    os.close(end)


def test_without_a_parent_nobody_beats():
    heartbeat(["pipeline"], time.monotonic)()


def test_a_probe_forgets_what_it_was_told():
    answers = [True]
    asked = []

    def ask() -> bool:
        asked.append(1)
        return answers.pop()  # once; then it raises, which is no

    probe = HealthProbe("nothing", ask, period_s=0)
    until(probe.healthy)
    until(lambda: len(asked) >= 3)
    assert not probe.healthy()
    probe.close()
