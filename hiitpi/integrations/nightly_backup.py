"""Backs the database up every night, checks the backup, and deletes old ones."""

import json
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Final

from hiitpi.errors import BackupError
from hiitpi.integrations.backup_targets import BackupTarget, file_name
from hiitpi.settings import Settings
from hiitpi.system.atomic_file import write_atomically
from hiitpi.system.background_loop import IDLE_S, BackgroundLoop
from hiitpi.system.own_command import run_command

#: Local time of the backup. A machine that is off at night makes up for it when it is on again.
BACKUP_TIME: Final = time(3, 0)

#: Seconds after which a backup that failed is tried again.
RETRY_S: Final = 3600.0

#: A newest backup that is older than this is a problem.
TOO_OLD: Final = timedelta(hours=50)

#: Seconds after which a backup counts as stalled; a slow upload may take hours.
STALLED_AFTER_S: Final = 6 * 3600.0


@dataclass(frozen=True)
class BackupState:
    """What is known about the backups; kept in a file.

    Attributes:
        made_at: when the newest good backup was made, in seconds since the epoch; 0 for never.
        sessions: number of sessions in it.
        tried_at: when a backup was last begun.
        error: why that one failed; "" if it did not.
    """

    made_at: float = 0.0
    sessions: int = 0
    tried_at: float = 0.0
    error: str = ""


class NightlyBackup:
    """Makes one backup a day.

    Attributes:
        loop: the background loop that does it.

    Args:
        settings: settings of this machine; its database is backed up.
        target: where the backups go.
        clock: returns seconds since the epoch.
        wait: waits for a number of seconds.
    """

    def __init__(
        self,
        settings: Settings,
        target: BackupTarget,
        clock: Callable[[], float],
        wait: Callable[[float], object],
    ) -> None:
        self.target = target
        self._settings, self._clock, self._wait = settings, clock, wait
        self._file = settings.instance / "backup.json"
        self.loop = BackgroundLoop("backup", self._step, stalled_after_s=STALLED_AFTER_S)

    @property
    def state(self) -> BackupState:
        """What is known about the backups."""
        with suppress(OSError, ValueError, TypeError):
            return BackupState(**json.loads(self._file.read_text()))
        return BackupState()

    def is_too_old(self) -> bool:
        """Return whether the newest good backup is missing or too old."""
        return self._clock() - self.state.made_at > TOO_OLD.total_seconds()

    def is_due(self) -> bool:
        """Return whether there is no good backup since last night, and none was tried lately."""
        now, state = self._clock(), self.state
        night = last_night(now, self._settings.zone)
        waiting = state.error and 0 <= now - state.tried_at < RETRY_S
        return state.made_at < night and not waiting

    def run(self) -> None:
        """Make a backup, check it, and delete those that have expired; record the result."""
        begun = self._clock()
        state = replace(self.state, tried_at=begun, error="")
        try:
            local = datetime.fromtimestamp(begun, UTC).astimezone(self._settings.zone)
            sessions = self._make(local.date())
            state = replace(state, made_at=begun, sessions=sessions)
            self.target.rotate()
        except BackupError as error:
            state = replace(state, error=str(error))
        write_atomically(self._file, json.dumps(asdict(state)).encode())

    def _step(self) -> None:
        if self.is_due():
            self.run()
        self._wait(IDLE_S)

    def _make(self, day: date) -> int:
        """Make and check a backup, and return the number of its sessions."""
        with tempfile.TemporaryDirectory(dir=self._settings.instance, prefix="backup-") as folder:
            made, fetched = Path(folder) / "made.sqlite", Path(folder) / "fetched.sqlite"
            _write_backup(self._settings, made)
            self.target.put(made, file_name(day))
            self.target.get(file_name(day), fetched)
            sessions = count_sessions(made)
            if count_sessions(fetched) != sessions:
                raise BackupError(f"The backup in {self.target.title} is incomplete.")
            return sessions


def last_night(now: float, zone: tzinfo | None) -> float:
    """Return when the last backup was due, in seconds since the epoch.

    Args:
        now: the current time, in seconds since the epoch.
        zone: time zone; None for this machine's.
    """
    local = datetime.fromtimestamp(now, UTC).astimezone(zone)
    night = datetime.combine(local.date(), BACKUP_TIME, local.tzinfo)
    return (night if night <= local else night - timedelta(days=1)).timestamp()


def count_sessions(path: Path) -> int:
    """Check a backup, and return the number of its sessions.

    Raises:
        BackupError: it is damaged.
    """
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
            (sessions,) = connection.execute("SELECT count(*) FROM session").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupError(f"The backup cannot be opened: {error}") from error
    if verdict != "ok":
        raise BackupError(f"The backup is damaged: {verdict}")
    return int(sessions)


def _write_backup(settings: Settings, path: Path) -> None:
    """Write a backup in a process of its own, so that copying slows no page down.

    Raises:
        BackupError: the database cannot be read, or the file cannot be written.
    """
    trouble = run_command(settings, "backup", str(path))
    if trouble:
        raise BackupError(trouble)
