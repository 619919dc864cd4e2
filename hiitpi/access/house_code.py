"""The house code, which each device enters once to get access."""

import hashlib
import re
import secrets
from pathlib import Path
from typing import Final

from hiitpi.access.secret_files import read_private, write_private
from hiitpi.errors import SettingsError
from hiitpi.setting_rules import HOUSE_CODE_DIGITS, HOUSE_CODE_OFF

CODE_FILE: Final = "house_code"


class HouseCode:
    """The house code: from the settings, or generated at first use and stored on disk.

    Args:
        folder: the instance folder, in which a generated code is stored.
        setting: the value of HIITPI_HOUSE_CODE; empty to generate a code.
    """

    def __init__(self, folder: Path, setting: str = "") -> None:
        self._file, self._setting = folder / CODE_FILE, setting
        self._cached: tuple[tuple[int, int], str] | None = None

    @property
    def value(self) -> str | None:
        """The current code; None if it is switched off and every device has access.

        Raises:
            SettingsError: it cannot be read or stored.
        """
        if self._setting:
            return None if self._setting == HOUSE_CODE_OFF else self._setting
        try:
            status = self._file.stat()
        except FileNotFoundError:
            return self._generate(replace=False)
        except OSError as error:
            raise SettingsError(f"The house code {self._file} cannot be read: {error}.") from error
        version = status.st_mtime_ns, status.st_ino
        if self._cached is None or self._cached[0] != version:
            self._cached = version, read_private(self._file).decode().strip()
        return self._cached[1]

    @property
    def fingerprint(self) -> str:
        """A hash of the code, for data that is valid only while the code is unchanged."""
        return hashlib.sha256(
            b"hiitpi house " + (self.value or HOUSE_CODE_OFF).encode()
        ).hexdigest()[:16]

    def renew(self) -> str:
        """Generate and store a new code.

        Raises:
            SettingsError: it is fixed by the settings, or cannot be stored.
        """
        if self._setting:
            state = "switched off" if self._setting == HOUSE_CODE_OFF else "set"
            raise SettingsError(f"The house code is {state} by HIITPI_HOUSE_CODE. Change it there.")
        return self._generate(replace=True)

    def matches(self, guess: str) -> bool:
        """Return whether the guess is the code; spaces, case and dashes are ignored."""
        code = self.value
        return code is not None and secrets.compare_digest(_normalise(guess), _normalise(code))

    def _generate(self, replace: bool) -> str:
        code = f"{secrets.randbelow(10**HOUSE_CODE_DIGITS):0{HOUSE_CODE_DIGITS}d}"
        write_private(self._file, code.encode() + b"\n", replace)
        return read_private(self._file).decode().strip()


def _normalise(code: str) -> bytes:
    return re.sub(r"[\s-]+", "", code).casefold().encode()
