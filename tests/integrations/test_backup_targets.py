"""Backups in a folder, with rclone and with restic, run for real."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiitpi.errors import BackupError
from hiitpi.integrations.backup_targets import (
    KEEP_DAYS,
    KEEP_MONTHS,
    KEEP_WEEKS,
    BackupTarget,
    backup_target,
    expired,
    file_name,
)

FIRST = date(2026, 1, 1)


def every_day(count: int) -> list[str]:
    return [file_name(FIRST + timedelta(days=day)) for day in range(count)]


def test_a_week_of_days_is_kept_and_then_the_last_day_of_each_week():
    """1 January 2026 is a Thursday: the Sundays are 4, 11 and 18 January."""
    assert expired(every_day(KEEP_DAYS)) == []
    kept = set(every_day(20)) - set(expired(every_day(20)))
    assert kept == {*every_day(20)[-KEEP_DAYS:], *(every_day(20)[i] for i in (3, 10, 17))}


def test_backups_of_two_years_become_few():
    names = every_day(730)
    kept = set(names) - set(expired(names))
    assert set(names[-KEEP_DAYS:]) <= kept
    assert KEEP_DAYS < len(kept) <= KEEP_DAYS + KEEP_WEEKS + KEEP_MONTHS
    assert file_name(date(2027, 11, 30)) in kept  # the newest of a month
    assert file_name(date(2026, 12, 31)) not in kept  # more than twelve months ago


@given(st.sets(st.integers(0, 900), max_size=60))
def test_rotating_day_by_day_or_at_once_keeps_the_newest(days: set[int]):
    names = sorted(file_name(FIRST + timedelta(days=day)) for day in days)
    gone = expired(names)
    assert set(names[-KEEP_DAYS:]).isdisjoint(gone)
    assert expired(sorted(set(names) - set(gone))) == []  # nothing more expires


def test_other_files_are_never_deleted():
    others = ["photo.jpg", "hiitpi-latest.sqlite", "hiitpi-2020-13-01.sqlite", ".hiitpi.part"]
    assert not set(expired([*every_day(400), *others])) & set(others)


@pytest.fixture(params=["folder", "rclone", "restic"])
def target(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> BackupTarget:
    """Return an empty target of each kind."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if request.param == "folder":
        return backup_target(str(folder))
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    monkeypatch.setenv("RESTIC_PASSWORD", "secret")
    monkeypatch.setenv("RESTIC_CACHE_DIR", str(tmp_path / "cache"))
    return backup_target(f"{request.param}:{folder / 'hiitpi'}")


@pytest.mark.slow
def test_a_file_is_stored_replaced_and_read_back(target: BackupTarget, tmp_path: Path):
    made, fetched = tmp_path / "made", tmp_path / "fetched"
    for content in (b"one" * 1000, b"two"):
        made.write_bytes(content)
        target.put(made, file_name(FIRST))
        target.get(file_name(FIRST), fetched)
        assert fetched.read_bytes() == content
    target.rotate()
    target.get(file_name(FIRST), fetched)
    assert fetched.read_bytes() == b"two"


@pytest.mark.slow
def test_a_missing_file_is_an_error(target: BackupTarget, tmp_path: Path):
    with pytest.raises(BackupError):
        target.get(file_name(FIRST), tmp_path / "fetched")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["folder", "rclone"])
def test_expired_backups_are_deleted(kind: str, tmp_path: Path):
    if kind == "rclone" and shutil.which("rclone") is None:
        pytest.skip("rclone is not installed")
    for name in [*every_day(12), "photo.jpg"]:
        (tmp_path / name).touch()
    gone = expired(every_day(12))
    assert gone
    backup_target(str(tmp_path) if kind == "folder" else f"rclone:{tmp_path}").rotate()
    assert {path.name for path in tmp_path.iterdir()} == {*every_day(12), "photo.jpg"} - set(gone)


def test_a_folder_that_is_gone_is_not_created(tmp_path: Path):
    made = tmp_path / "made"
    made.touch()
    folder = tmp_path / "usb"
    with pytest.raises(BackupError, match="Is its disk connected"):
        backup_target(str(folder)).put(made, file_name(FIRST))
    assert not folder.exists()


def test_a_program_that_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="sudo apt-get install rclone"):
        backup_target("rclone:drive:hiitpi").rotate()


@pytest.mark.slow
def test_what_a_program_says_is_passed_on_without_passwords(tmp_path: Path):
    if shutil.which("restic") is None:
        pytest.skip("restic is not installed")
    target = backup_target("restic:rest:https://me:hunter2@127.0.0.1:1/")
    assert "hunter2" not in target.title
    (tmp_path / "made").touch()
    with pytest.raises(BackupError) as error:
        target.put(tmp_path / "made", file_name(FIRST))
    assert "restic failed" in str(error.value)
    assert "hunter2" not in str(error.value)
