"""The systemd service, as far as systemd judges it without running it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from hiitpi.settings import ROOT

UNIT = (ROOT / "deploy" / "hiitpi.service").read_text()


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit, with a program that is there."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd on this machine")
    path = tmp_path / "hiitpi.service"
    path.write_text(UNIT.replace("/opt/hiitpi/.venv/bin/python", "/bin/true"))
    return path


def test_systemd_has_nothing_to_say_against_it(unit: Path):
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_it_has_no_right_that_it_does_not_need(unit: Path):
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=25", unit]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-300:]  # an exposure of 2.5 of 10 at the most
    for line in ("User=hiitpi", "NoNewPrivileges=yes", "CapabilityBoundingSet=\n"):
        assert line in UNIT
