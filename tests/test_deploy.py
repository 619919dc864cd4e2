"""The service's files, as far as they can be judged unrun; `tests/service` runs them."""

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from hiitpi.settings import ROOT

DEPLOY = ROOT / "deploy"
UNITS = ("hiitpi.service", "hiitpi-name.service")


@pytest.fixture(params=UNITS)
def unit(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The unit, with programs that are there."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd on this machine")
    text = (DEPLOY / request.param).read_text()
    for program in (".venv/bin/python", "deploy/publish-name"):
        text = text.replace(f"/opt/hiitpi/current/{program}", "/bin/true")
    path = tmp_path / request.param
    # A machine without Avahi would say that there is no such unit.
    path.write_text(text.replace("Requires=avahi-daemon.service\n", ""))
    return path


def test_systemd_has_nothing_to_say_against_it(unit: Path):
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_it_has_no_right_that_it_does_not_need(unit: Path):
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=25", unit]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-300:]  # an exposure of 2.5 of 10 at the most
    text = unit.read_text()
    assert "NoNewPrivileges=yes" in text
    assert "CapabilityBoundingSet=\n" in text
    assert "User=hiitpi" in text or "DynamicUser=yes" in text


def test_a_service_that_hangs_is_noticed():
    text = (DEPLOY / "hiitpi.service").read_text()
    for line in ("Type=notify", "WatchdogSec=30", "Restart=always", "MemoryMax=1G"):
        assert line in text


def test_the_settings_file_names_real_settings():
    from hiitpi.settings import Settings

    lines = (DEPLOY / "hiitpi.env").read_text().splitlines()
    named = [line[1:].split("=")[0] for line in lines if line.startswith("#HIITPI_")]
    assert named
    assert {name.removeprefix("HIITPI_").lower() for name in named} <= Settings.model_fields.keys()


def test_logs_are_rotated(tmp_path: Path):
    if shutil.which("logrotate") is None:
        pytest.skip("no logrotate on this machine")
    path = tmp_path / "hiitpi"
    path.write_text((DEPLOY / "hiitpi.logrotate").read_text().replace("su hiitpi hiitpi", ""))
    state = tmp_path / "state"
    done = subprocess.run(
        ["logrotate", "--debug", "--state", state, path], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "error" not in done.stderr


def test_the_commands_of_the_service_keep_what_a_password_contains(tmp_path: Path):
    """As systemd does: a settings file is no shell script."""
    script = (DEPLOY / "hiitpi").read_text()
    settings = tmp_path / "hiitpi.env"
    settings.write_text(
        '# HIITPI_PORT=1\nHIITPI_REDIS_URL=redis://:p$a&b c\'d@hub:6379/0\nHIITPI_STATION="left"\n'
        "OTHER=$(touch broken)\n"
    )
    head, _, _ = script.partition("exec setpriv")
    head = head.replace('[ "$(id -u)" -eq 0 ] || exec sudo "$0" "$@"\n', "")
    head = head.replace("/etc/hiitpi.env", str(settings))
    done = subprocess.run(
        ["bash", "-c", head + "env -0"], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    found = dict(line.split("=", 1) for line in done.stdout.split("\0") if "=" in line)
    assert found["HIITPI_REDIS_URL"] == "redis://:p$a&b c'd@hub:6379/0"
    assert found["HIITPI_STATION"] == "left"
    assert "HIITPI_PORT" not in found
    assert not (tmp_path / "broken").exists()


def test_versions_that_belong_together_are_written_down():
    script, text = (DEPLOY / "service.sh").read_text(), (ROOT / "docs" / "pi.md").read_text()
    version = script.split("EDGETPU=")[1].split("\n")[0]
    pins = (ROOT / "requirements.txt").read_text()
    litert = pins.split("ai-edge-litert==")[1].split(" ")[0]
    assert version in text
    assert litert in text
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
