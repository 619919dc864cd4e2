"""Signs of life."""

import os
import time

from hiitpi.system.heartbeat import HealthProbe, HeartbeatPipe, heartbeat
from tests.support.waiting import until


def test_a_pipe_is_felt_once_a_beat():
    pipe, now = HeartbeatPipe(), 0.0
    beat = heartbeat(["pipeline", *pipe.child_arguments()], lambda: now)
    assert not pipe.has_beaten()
    beat()
    assert pipe.has_beaten()
    assert not pipe.has_beaten()
    beat()
    assert not pipe.has_beaten()  # not due yet
    now = 1.0
    beat()
    assert pipe.has_beaten()
    pipe.close_child_end()
    assert not pipe.has_beaten()
    pipe.close()


def test_a_parent_that_has_gone_is_no_trouble():
    pipe, now = HeartbeatPipe(), 0.0
    end = os.dup(pipe.child_fd)
    pipe.close_child_end()
    pipe.close()
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
