"""Static checks of the files of the system service; `tests/service` runs them."""

import os
import re
import shutil
import subprocess
import threading
import tomllib
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hiitpi.settings import ROOT
from tests.support.waiting import until

DEPLOY = ROOT / "deploy"
UNITS = ("hiitpi.service", "hiitpi-name.service", "hiitpi-screen.service")


@pytest.fixture(params=UNITS)
def unit(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a copy of the unit whose programs exist on any machine."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd on this machine")
    return without_programs(request.param, tmp_path)


def without_programs(name: str, folder: Path) -> Path:
    """Return a copy of a unit whose programs exist on any machine."""
    text = re.sub(
        r"=(\+?)/(opt/hiitpi/current|usr/bin)/\S+", r"=\1/bin/true", (DEPLOY / name).read_text()
    )
    path = folder / name
    # On a machine without Avahi, systemd would report a missing unit.
    path.write_text(text.replace("Requires=avahi-daemon.service\n", ""))
    return path


def test_systemd_accepts_the_unit_without_warnings(unit: Path):
    result = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")


def test_systemd_accepts_the_unit_of_the_kiosk(tmp_path: Path):
    """It is a login session, which cannot be sandboxed like the others."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd on this machine")
    unit = without_programs("hiitpi-kiosk.service", tmp_path)
    result = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    assert "User=hiitpi-kiosk" in unit.read_text()


def test_the_service_is_sandboxed(unit: Path):
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=25", unit]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-300:]  # an exposure level of at most 2.5 of 10
    text = unit.read_text()
    assert "NoNewPrivileges=yes" in text
    assert "CapabilityBoundingSet=\n" in text
    assert "User=hiitpi" in text or "DynamicUser=yes" in text


def test_a_hanging_service_is_restarted_and_its_memory_limited():
    text = (DEPLOY / "hiitpi.service").read_text()
    for line in ("Type=notify", "WatchdogSec=30", "Restart=always", "MemoryMax=1G"):
        assert line in text


def test_the_settings_file_names_existing_settings():
    from hiitpi.settings import Settings

    lines = (DEPLOY / "hiitpi.env").read_text().splitlines()
    names = [line[1:].split("=")[0] for line in lines if line.startswith("#HIITPI_")]
    assert names
    assert {name.removeprefix("HIITPI_").lower() for name in names} <= Settings.model_fields.keys()


def test_logs_are_rotated(tmp_path: Path):
    if shutil.which("logrotate") is None:
        pytest.skip("no logrotate on this machine")
    path = tmp_path / "hiitpi"
    path.write_text((DEPLOY / "hiitpi.logrotate").read_text().replace("su hiitpi hiitpi", ""))
    state = tmp_path / "state"
    result = subprocess.run(
        ["logrotate", "--debug", "--state", state, path], capture_output=True, text=True
    )
    assert result.returncode == 0
    assert "error" not in result.stderr


def test_the_service_command_reads_special_characters_in_settings_literally(tmp_path: Path):
    """Like systemd: the settings file is not executed as a shell script."""
    script = (DEPLOY / "hiitpi").read_text()
    settings = tmp_path / "hiitpi.env"
    settings.write_text(
        '# HIITPI_PORT=1\nHIITPI_REDIS_URL=redis://:p$a&b c\'d@hub:6379/0\nHIITPI_STATION="left"\n'
        "OTHER=$(touch broken)\n"
    )
    head, _, _ = script.partition("exec setpriv")
    head = head.replace('[ "$(id -u)" -eq 0 ] || exec sudo "$0" "$@"\n', "")
    head = head.replace("/etc/hiitpi.env", str(settings))
    result = subprocess.run(
        ["bash", "-c", head + "env -0"], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    environment = dict(line.split("=", 1) for line in result.stdout.split("\0") if "=" in line)
    assert environment["HIITPI_REDIS_URL"] == "redis://:p$a&b c'd@hub:6379/0"
    assert environment["HIITPI_STATION"] == "left"
    assert "HIITPI_PORT" not in environment
    assert not (tmp_path / "broken").exists()


def test_versions_that_must_match_are_documented():
    script, text = (DEPLOY / "service.sh").read_text(), (ROOT / "docs" / "pi.md").read_text()
    version = script.split("EDGETPU=")[1].split("\n")[0]
    pins = (ROOT / "requirements.txt").read_text()
    litert = pins.split("ai-edge-litert==")[1].split(" ")[0]
    assert version in text
    assert litert in text
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]


def test_the_screen_is_switched_off_when_nobody_trains_and_on_when_somebody_does(tmp_path: Path):
    """With a stand-in of `cec-ctl`, which needs an adapter."""
    training, log = tmp_path / "metrics", tmp_path / "cec.log"
    training.write_text("hiitpi_session_running 0.0\n")
    stand_in = tmp_path / "bin" / "cec-ctl"
    stand_in.parent.mkdir()
    stand_in.write_text(f'#!/bin/sh\necho "$*" >> {log}\necho "Physical Address : 1.0.0.0"\n')
    stand_in.chmod(0o755)
    handler = partial(QuietHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        env = {
            "PATH": f"{stand_in.parent}:{os.environ['PATH']}",
            "HIITPI_PORT": str(server.server_port),
            "SCREEN_IDLE": "1",
        }
        with subprocess.Popen([DEPLOY / "screen-power", "/dev/cec9"], env=env) as process:
            try:
                until(lambda: log.exists() and "--to 0 --standby" in log.read_text(), 20)
                assert "--image-view-on" not in log.read_text()
                training.write_text("hiitpi_session_running 1.0\n")
                until(lambda: "--active-source phys-addr=1.0.0.0" in log.read_text(), 20)
                assert "--image-view-on" in log.read_text()
            finally:
                process.terminate()
                server.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves the files of a folder, and logs nothing."""

    def log_message(self, *_: object) -> None:
        """Log nothing."""
