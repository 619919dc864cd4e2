"""Heartbeats of child processes, and health probes."""

import os
import time

from hiitpi.system.heartbeat import HealthProbe, HeartbeatPipe, heartbeat
from tests.support.waiting import until


def test_each_heartbeat_is_received_once():
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


def test_a_heartbeat_to_a_parent_that_has_exited_is_ignored():
    pipe, now = HeartbeatPipe(), 0.0
    child_fd = os.dup(pipe.child_fd)
    pipe.close_child_end()
    pipe.close()
    beat = heartbeat(["--heartbeat", str(child_fd)], lambda: now)
    beat()
    os.close(child_fd)


def test_without_a_pipe_a_heartbeat_does_nothing():
    heartbeat(["pipeline"], time.monotonic)()


def test_a_successful_probe_is_reported_once():
    answers = [True]
    calls = []

    def is_healthy() -> bool:
        calls.append(1)
        return answers.pop()  # true once; then it raises, which means unhealthy

    probe = HealthProbe("nothing", is_healthy, period_s=0)
    until(probe.healthy)
    until(lambda: len(calls) >= 3)
    assert not probe.healthy()
    probe.close()
