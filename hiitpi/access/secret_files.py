"""Files that only this user may read."""

import os
import secrets
from pathlib import Path

from hiitpi.errors import SettingsError


def read_private(path: Path) -> bytes:
    """The file's content.

    Raises:
        SettingsError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from error


def write_private(path: Path, content: bytes, replace: bool) -> None:
    """Write a file, whole or not at all; one that is there stays unless it is to be replaced.

    Raises:
        SettingsError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            if replace:
                part.replace(path)
            else:
                os.link(part, path)  # the first of two processes wins
        except FileExistsError:
            pass
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}.") from error
