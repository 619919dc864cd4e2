"""Where backups go: a folder, an rclone remote, or a restic repository."""

import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import IO, Final

from hiitpi.errors import BackupError
from hiitpi.system.urls import without_password

#: What is kept: the newest backup of each of the last days, weeks and months that have one.
KEEP_DAYS, KEEP_WEEKS, KEEP_MONTHS = 7, 4, 12

#: Seconds after which a command counts as hung.
TIMEOUT_S: Final = 1800

_PREFIX, _SUFFIX = "hiitpi-", ".sqlite"


def file_name(day: date) -> str:
    """Return the name of the backup of a day."""
    return f"{_PREFIX}{day.isoformat()}{_SUFFIX}"


def expired(names: Iterable[str]) -> list[str]:
    """Return the names of the backups that need not be kept, oldest first.

    Args:
        names: names of files; those that are no backups are never returned.
    """
    days = {}
    for name in names:
        try:
            day = date.fromisoformat(name.removeprefix(_PREFIX).removesuffix(_SUFFIX))
        except ValueError:
            continue
        if name == file_name(day):
            days[day] = name
    kept: set[date] = set()
    for count, start_of_period in (
        (KEEP_DAYS, _same),
        (KEEP_WEEKS, _monday),
        (KEEP_MONTHS, _first),
    ):
        newest_of = {start_of_period(day): day for day in sorted(days)}
        kept.update(newest_of[start] for start in sorted(newest_of)[-count:])
    return [days[day] for day in sorted(days) if day not in kept]


def _same(day: date) -> date:
    return day


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _first(day: date) -> date:
    return day.replace(day=1)


class BackupTarget(ABC):
    """A place for backups.

    Attributes:
        title: its name for messages, without credentials.
    """

    title: str

    @abstractmethod
    def put(self, file: Path, name: str) -> None:
        """Store a file under a name; a file of that name is replaced.

        Raises:
            BackupError: it cannot be stored.
        """

    @abstractmethod
    def get(self, name: str, file: Path) -> None:
        """Read the file of a name back.

        Raises:
            BackupError: it cannot be read.
        """

    @abstractmethod
    def rotate(self) -> None:
        """Delete the backups that have expired.

        Raises:
            BackupError: they cannot be listed or deleted.
        """


class Folder(BackupTarget):
    """A folder, for example on a USB disk or a network drive."""

    def __init__(self, path: Path) -> None:
        self.title, self._path = str(path), path

    def put(self, file: Path, name: str) -> None:
        """Store a file; see `BackupTarget.put`."""
        # An unplugged disk leaves an empty mount point on the SD card: do not fill that.
        if not self._path.is_dir():
            raise BackupError(f"There is no folder {self._path}. Is its disk connected?")
        try:
            part = self._path / f".{name}.part"
            shutil.copyfile(file, part)
            part.chmod(0o600)  # it contains people's names
            part.replace(self._path / name)
        except OSError as error:
            raise BackupError(f"{self._path} cannot be written: {error.strerror}") from error

    def get(self, name: str, file: Path) -> None:
        """Read a file back; see `BackupTarget.get`."""
        try:
            shutil.copyfile(self._path / name, file)
        except OSError as error:
            raise BackupError(f"{self._path} cannot be read: {error.strerror}") from error

    def rotate(self) -> None:
        """Delete expired backups; see `BackupTarget.rotate`."""
        try:
            for name in expired(path.name for path in self._path.iterdir()):
                (self._path / name).unlink()
        except OSError as error:
            raise BackupError(f"{self._path} cannot be written: {error.strerror}") from error


class Rclone(BackupTarget):
    """A folder of an rclone remote, such as `drive:hiitpi`."""

    def __init__(self, remote: str) -> None:
        self.title, self._remote = f"rclone {remote}", remote.rstrip("/")

    def put(self, file: Path, name: str) -> None:
        """Store a file; see `BackupTarget.put`."""
        _run("rclone", "copyto", str(file), self._path(name))

    def get(self, name: str, file: Path) -> None:
        """Read a file back; see `BackupTarget.get`."""
        _run("rclone", "copyto", self._path(name), str(file))

    def rotate(self) -> None:
        """Delete expired backups; see `BackupTarget.rotate`."""
        names = _run("rclone", "lsf", "--files-only", self._remote).decode().splitlines()
        for name in expired(names):
            _run("rclone", "deletefile", self._path(name))

    def _path(self, name: str) -> str:
        separator = "" if self._remote.endswith(":") else "/"
        return f"{self._remote}{separator}{name}"


class Restic(BackupTarget):
    """A restic repository, created if it does not exist; its password is in RESTIC_PASSWORD."""

    def __init__(self, repository: str) -> None:
        self.title = f"restic {without_password(repository)}"
        self._command = ("restic", "--quiet", "--repo", repository)

    def put(self, file: Path, name: str) -> None:
        """Store a file as a snapshot; see `BackupTarget.put`."""
        try:
            _run(*self._command, "cat", "config")
        except BackupError:
            _run(*self._command, "init")
        with file.open("rb") as content:
            options = ("backup", "--tag", "hiitpi", "--stdin", "--stdin-filename", name)
            _run(*self._command, *options, stdin=content)

    def get(self, name: str, file: Path) -> None:
        """Read a file of the newest snapshot back; see `BackupTarget.get`."""
        file.write_bytes(_run(*self._command, "dump", "--tag", "hiitpi", "latest", name))

    def rotate(self) -> None:
        """Delete expired snapshots; see `BackupTarget.rotate`."""
        keep = (
            f"--keep-daily={KEEP_DAYS}",
            f"--keep-weekly={KEEP_WEEKS}",
            f"--keep-monthly={KEEP_MONTHS}",
        )
        _run(*self._command, "forget", "--tag", "hiitpi", "--group-by", "tags", *keep, "--prune")


def backup_target(setting: str) -> BackupTarget:
    """Return the target for a value of HIITPI_BACKUP_TO: `rclone:…`, `restic:…` or a folder."""
    kind, _, rest = setting.partition(":")
    if kind == "rclone":
        return Rclone(rest)
    if kind == "restic":
        return Restic(rest)
    return Folder(Path(setting).expanduser())


def _run(*command: str, stdin: IO[bytes] | None = None) -> bytes:
    """Run a command and return its output.

    Raises:
        BackupError: it is not installed, fails or hangs.
    """
    name = command[0]
    try:
        result = subprocess.run(
            command, stdin=stdin or subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S
        )
    except FileNotFoundError as error:
        message = f"{name} is not installed. Type: sudo apt-get install {name}"
        raise BackupError(message) from error
    except subprocess.TimeoutExpired as error:
        raise BackupError(f"{name} has not finished within {TIMEOUT_S // 60} minutes.") from error
    if result.returncode:
        raise BackupError(f"{name} failed: {_last_line(result.stderr) or result.returncode}")
    return result.stdout


def _last_line(text: bytes) -> str:
    lines: Sequence[str] = text.decode(errors="replace").strip().splitlines()
    return without_password(lines[-1]) if lines else ""
