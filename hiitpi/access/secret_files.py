"""Reads and writes files that only this user may access, such as keys."""

import os
import secrets
from pathlib import Path

from hiitpi.errors import SettingsError


def read_private(path: Path) -> bytes:
    """Return the content of a file.

    Raises:
        SettingsError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from error


def write_private(path: Path, content: bytes, replace: bool) -> None:
    """Write a file atomically, with mode 0600.

    Args:
        path: the file; missing parent folders are created.
        content: its content.
        replace: whether to replace an existing file, or else to leave it as it is.

    Raises:
        SettingsError: it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            if replace:
                temporary.replace(path)
            else:
                os.link(temporary, path)  # atomic: fails if another process was faster
        except FileExistsError:
            pass
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}.") from error
