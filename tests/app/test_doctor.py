"""The checks of `hiitpi doctor`."""

from dataclasses import replace
from pathlib import Path

import pytest

from hiitpi.app.doctor import Finding, _check_temperature, _check_throttling, examine
from hiitpi.settings import Settings
from hiitpi.system.ports import free_port
from tests.conftest import MIRROR


@pytest.fixture
def healthy(tmp_path: Path) -> Settings:
    """Return settings with which every check of the doctor passes."""
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
    """Return the findings of all checks by name."""
    return {finding.name: finding for finding in examine(settings)}


@pytest.mark.slow
def test_a_healthy_machine_passes_all_required_checks(healthy: Settings, catalog):
    catalog.fetch("blazepose")
    results = findings(healthy)
    assert all(finding.ok for finding in results.values() if finding.required), results
    assert {"camera", "accelerator", "models", "workouts", "redis", "database", "disk"} <= set(
        results
    )
    assert str(results["camera"]) == "✓ camera       synthetic athlete, 160x120"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "name", "message"),
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
def test_a_failed_check_is_one_helpful_line(healthy: Settings, change, name: str, message: str):
    finding = findings(healthy.model_copy(update=change))[name]
    assert not finding.ok
    assert finding.required
    assert message in finding.message
    assert "\n" not in str(finding)
    assert str(finding).startswith("✗")


@pytest.mark.slow
def test_an_unreachable_club_is_not_required(healthy: Settings):
    unreachable = healthy.model_copy(update={"redis_url": "redis://:secret@127.0.0.1:9"})
    finding = findings(unreachable)["club"]
    assert not finding.ok
    assert not finding.required
    assert "HIITPI_REDIS_URL" in finding.message
    assert "secret" not in finding.message


@pytest.mark.slow
def test_a_machine_without_a_camera_needs_no_camera(healthy: Settings):
    results = findings(healthy.model_copy(update={"camera": "none"}))
    assert results["camera"].ok
    assert results["models"].ok


def test_a_missing_redis_says_what_to_install(healthy: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert "apt-get install redis-server" in findings(healthy)["redis"].message


@pytest.mark.parametrize(("millidegrees", "ok"), [("48200", True), ("83000", False)])
def test_temperature(tmp_path: Path, millidegrees: str, ok: bool):
    folder = tmp_path / "sys/class/thermal/thermal_zone0"
    folder.mkdir(parents=True)
    (folder / "temp").write_text(millidegrees)
    (finding,) = _check_temperature(tmp_path)
    assert finding.ok == ok
    assert not replace(finding).required


@pytest.mark.parametrize(("bits", "ok"), [("0", True), ("50005", False), ("50000", False)])
def test_throttling(tmp_path: Path, bits: str, ok: bool):
    folder = tmp_path / "sys/devices/platform/soc/soc:firmware"
    folder.mkdir(parents=True)
    (folder / "get_throttled").write_text(bits)
    (finding,) = _check_throttling(tmp_path)
    assert finding.ok == ok


def test_checks_of_the_pi_are_skipped_on_other_machines(tmp_path: Path):
    assert list(_check_temperature(tmp_path)) == []
    assert list(_check_throttling(tmp_path)) == []
