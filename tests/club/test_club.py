"""Several stations, one Redis, one PostgreSQL: whole apps in processes, real packets."""

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


def namespaces() -> bool:
    """Whether there can be networks of one's own here: that takes root, iproute2 and TUN."""
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
        for act in ("add", "delete"):
            probe = ["ip", "netns", act, f"hiitpi-{os.getpid()}-probe"]
            subprocess.run(probe, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def test_eight_stations_of_which_one_is_cut_off():
    """With late and lost packets besides, where there can be networks of one's own; otherwise on
    loopback, without a cut. A whole minute's cut is `python -m tests.club.acceptance`'s.
    """
    if namespaces():
        figures = run(Trial(stations=8, seconds=20, cut=8, network=(0.04, 0.01, 0.02)))
        assert figures["noticed_s"] < 10
    else:
        figures = run(Trial(stations=8, seconds=20))
    assert figures["start_spread_s"] < 1.0
