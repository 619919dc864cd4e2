"""Several stations, one Redis, one PostgreSQL: whole apps in processes, real network packets."""

import os
import subprocess

import pytest

from tests.club.acceptance import Trial, run
from tests.support.postgresql import BINARIES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not BINARIES, reason="no PostgreSQL: ./setup.sh test installs it"),
]


def can_use_namespaces() -> bool:
    """Return whether network namespaces can be used: this needs root, iproute2 and TUN."""
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
        for action in ("add", "delete"):
            probe = ["ip", "netns", action, f"hiitpi-{os.getpid()}-probe"]
            subprocess.run(probe, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def test_eight_stations_with_one_cut_off():
    """Adds delay and packet loss where namespaces can be used; elsewhere runs on loopback, without
    a cut. For a cut of a whole minute run `python -m tests.club.acceptance`.
    """
    if can_use_namespaces():
        figures = run(Trial(stations=8, seconds=14, cut=8, network=(0.04, 0.01, 0.02)))
        assert figures["noticed_s"] < 10
    else:
        figures = run(Trial(stations=8, seconds=14))
    assert figures["start_spread_s"] < 1.0
