from dataclasses import replace
from pathlib import Path

import pytest

from hiitpi.app.doctor import Finding, _check_temperature, _check_throttling, examine
from hiitpi.settings import Settings
from hiitpi.system.ports import free_port
from tests.conftest import MIRROR


@pytest.fixture
def healthy(tmp_path: Path) -> Settings:
    return Settings(
        instance=tmp_path / "instance",
        camera="athlete",
        camera_width=160,
        camera_height=120,
        host="127.0.0.1",
        port=free_port(),
        model_mirror=MIRROR,
    )


def findings(settings: Settings) -> dict[str, Finding]:
    return {finding.name: finding for finding in examine(settings)}


@pytest.mark.slow
def test_a_healthy_machine(healthy: Settings, catalog):
    catalog.fetch("blazepose")
    found = findings(healthy)
    assert all(finding.ok for finding in found.values() if finding.required), found
    assert {"camera", "accelerator", "models", "workouts", "redis", "database", "disk"} <= set(
        found
    )
    assert str(found["camera"]) == "✓ camera       synthetic athlete, 160x120"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "what", "says"),
    [
        ({"camera": "/dev/video99"}, "camera", "No camera"),
        ({"accelerator": "edgetpu"}, "accelerator", "HIITPI_ACCELERATOR=cpu"),
        ({"model": "hal"}, "models", "No pose model 'hal'"),
        ({"workouts_dir": Path("/nowhere")}, "workouts", "There is no folder"),
        ({"own_redis_url": "redis://127.0.0.1:9"}, "redis", "HIITPI_OWN_REDIS_URL"),
        ({"database_url": "sqlite:////nowhere/x.sqlite"}, "database", "cannot be opened"),
        ({"instance": Path("/proc/hiitpi")}, "database", ""),
    ],
)
def test_what_is_wrong_is_one_line_that_helps(healthy: Settings, change, what: str, says: str):
    finding = findings(healthy.model_copy(update=change))[what]
    assert not finding.ok
    assert finding.required
    assert says in finding.message
    assert "\n" not in str(finding)
    assert str(finding).startswith("✗")


@pytest.mark.slow
def test_a_club_that_is_away_stops_nobody(healthy: Settings):
    away = healthy.model_copy(update={"redis_url": "redis://:secret@127.0.0.1:9"})
    finding = findings(away)["club"]
    assert not finding.ok
    assert not finding.required
    assert "HIITPI_REDIS_URL" in finding.message
    assert "secret" not in finding.message


@pytest.mark.slow
def test_a_machine_without_a_camera_needs_none(healthy: Settings):
    found = findings(healthy.model_copy(update={"camera": "none"}))
    assert found["camera"].ok
    assert found["models"].ok


def test_redis_missing(healthy: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert "apt-get install redis-server" in findings(healthy)["redis"].message


@pytest.mark.parametrize(("milli", "good"), [("48200", True), ("83000", False)])
def test_temperature(tmp_path: Path, milli: str, good: bool):
    folder = tmp_path / "sys/class/thermal/thermal_zone0"
    folder.mkdir(parents=True)
    (folder / "temp").write_text(milli)
    (finding,) = _check_temperature(tmp_path)
    assert finding.ok == good
    assert not replace(finding).required


@pytest.mark.parametrize(("bits", "good"), [("0", True), ("50005", False), ("50000", False)])
def test_throttling(tmp_path: Path, bits: str, good: bool):
    folder = tmp_path / "sys/devices/platform/soc/soc:firmware"
    folder.mkdir(parents=True)
    (folder / "get_throttled").write_text(bits)
    (finding,) = _check_throttling(tmp_path)
    assert finding.ok == good


def test_elsewhere_than_on_a_pi_nothing_is_said(tmp_path: Path):
    assert list(_check_temperature(tmp_path)) == []
    assert list(_check_throttling(tmp_path)) == []
