"""Backups every night: when they are due, and what is known about them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hiitpi.errors import BackupError
from hiitpi.integrations.backup_targets import BackupTarget, Folder, file_name
from hiitpi.integrations.nightly_backup import (
    RETRY_S,
    TOO_OLD,
    BackupState,
    NightlyBackup,
    count_sessions,
    last_night,
)
from hiitpi.records.sessions import Store
from hiitpi.settings import Settings
from tests.support.session_factory import record

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> float:
    """Return a local time in Berlin as seconds since the epoch."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


@pytest.mark.parametrize(
    ("now", "night"),
    [
        ("2026-11-27 02:59", "2026-11-26 03:00"),
        ("2026-11-27 03:00", "2026-11-27 03:00"),
        ("2026-11-27 23:00", "2026-11-27 03:00"),
        ("2026-03-29 12:00", "2026-03-29 03:00"),  # summer time begins at two
        ("2026-10-25 12:00", "2026-10-25 03:00"),  # and ends at three
    ],
)
def test_the_last_night(now: str, night: str):
    assert abs(last_night(at(now), BERLIN) - at(night)) <= 3600
    assert last_night(at(now), BERLIN) <= at(now)


class House:
    """A machine with two sessions, a clock that the test sets, and a folder for the backups."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        settings.make_instance()
        self.folder, self.now = folder, at("2026-11-27 12:00")
        with_sessions = Store(settings.database)
        with_sessions.migrate()
        for player in ("Ada", "Bob"):
            with_sessions.save(record("squat", player=player))
        with_sessions.close()
        self.settings = settings.model_copy(update={"timezone": "Europe/Berlin"})
        self.backup = self.with_target(Folder(folder))

    def with_target(self, target: BackupTarget) -> NightlyBackup:
        return NightlyBackup(self.settings, target, lambda: self.now, lambda seconds: None)


@pytest.fixture
def house(settings: Settings, tmp_path: Path) -> Iterator[House]:
    return House(settings, tmp_path / "usb")


@pytest.mark.slow
def test_one_backup_a_day_is_made_and_checked(house: House):
    house.folder.mkdir()
    assert house.backup.is_due()
    assert house.backup.is_too_old()
    house.backup.run()
    assert house.backup.state == BackupState(house.now, sessions=2, tried_at=house.now)
    assert count_sessions(house.folder / file_name(date(2026, 11, 27))) == 2
    assert [path.name for path in house.folder.iterdir()] == ["hiitpi-2026-11-27.sqlite"]
    assert not house.backup.is_due()
    house.now = at("2026-11-28 02:30")
    assert not house.backup.is_due()
    house.now = at("2026-11-28 03:00")
    assert house.backup.is_due()
    assert not house.backup.is_too_old()
    house.now += TOO_OLD.total_seconds()
    assert house.backup.is_too_old()


@pytest.mark.slow
def test_a_backup_that_fails_is_explained_and_tried_again_in_an_hour(house: House):
    house.backup.run()
    state = house.backup.state
    assert "Is its disk connected" in state.error
    assert (state.made_at, state.tried_at) == (0, house.now)
    assert not house.backup.is_due()
    house.now += RETRY_S
    assert house.backup.is_due()
    house.folder.mkdir()
    house.backup.run()
    assert house.backup.state == BackupState(house.now, sessions=2, tried_at=house.now)


class Lossy(Folder):
    """A disk that loses the end of each file."""

    def get(self, name: str, file: Path) -> None:
        super().get(name, file)
        file.write_bytes(file.read_bytes()[:-5000])


@pytest.mark.slow
def test_a_backup_that_cannot_be_opened_does_not_count(house: House):
    house.folder.mkdir()
    lossy = house.with_target(Lossy(house.folder))
    lossy.run()
    assert lossy.state.error
    assert lossy.state.made_at == 0


@pytest.mark.slow
def test_a_database_that_cannot_be_read_is_explained(house: House):
    house.folder.mkdir()
    (house.settings.instance / "hiitpi.sqlite").write_bytes(b"rubbish" * 1000)
    house.backup.run()
    assert "damaged" in house.backup.state.error
    assert list(house.folder.iterdir()) == []


def test_a_damaged_backup_is_noticed(tmp_path: Path):
    (tmp_path / "rubbish").write_bytes(b"rubbish" * 1000)
    with pytest.raises(BackupError, match="cannot be opened"):
        count_sessions(tmp_path / "rubbish")


def test_an_unreadable_state_is_as_none(house: House):
    (house.settings.instance / "backup.json").write_text('{"made_at": 1, "from": "the future"}')
    assert house.backup.state == BackupState()


def test_a_wrong_clock_does_not_stop_the_backups(house: House):
    """A Pi without a clock starts in the past: a try in the future does not count."""
    (house.settings.instance / "backup.json").write_text(
        '{"made_at": 0, "sessions": 0, "tried_at": 9e9, "error": "no disk"}'
    )
    assert house.backup.is_due()
    assert datetime.fromtimestamp(9e9, UTC) - datetime.fromtimestamp(house.now, UTC) > timedelta(1)
