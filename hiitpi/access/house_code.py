"""The house code: what a device must know once to be let in."""

import hashlib
import re
import secrets
from pathlib import Path
from typing import Final

from hiitpi.access.secret_files import read_private, write_private
from hiitpi.errors import SettingsError
from hiitpi.settings import HOUSE_CODE_DIGITS, HOUSE_CODE_OFF

CODE_FILE: Final = "house_code"


class HouseCode:
    """The code of the settings, or one that is made at first use and kept in the instance folder.

    Args:
        folder: the instance folder.
        given: the setting; empty: make one.
    """

    def __init__(self, folder: Path, given: str = "") -> None:
        self._file, self._given = folder / CODE_FILE, given
        self._known: tuple[tuple[int, int], str] | None = None

    @property
    def value(self) -> str | None:
        """The code as it is now; None: there is none, everybody may come in.

        Raises:
            SettingsError: it cannot be read or kept.
        """
        if self._given:
            return None if self._given == HOUSE_CODE_OFF else self._given
        try:
            state = self._file.stat()
        except FileNotFoundError:
            return self._make(replace=False)
        except OSError as error:
            raise SettingsError(f"The house code {self._file} cannot be read: {error}.") from error
        stamp = state.st_mtime_ns, state.st_ino
        if self._known is None or self._known[0] != stamp:
            self._known = stamp, read_private(self._file).decode().strip()
        return self._known[1]

    @property
    def fingerprint(self) -> str:
        """Changes with the code, and does not tell it: for what holds as long as the code does."""
        return hashlib.sha256(
            b"hiitpi house " + (self.value or HOUSE_CODE_OFF).encode()
        ).hexdigest()[:16]

    def renew(self) -> str:
        """Make another code.

        Raises:
            SettingsError: it is set by hand, or cannot be kept.
        """
        if self._given:
            how = "switched off" if self._given == HOUSE_CODE_OFF else "set"
            raise SettingsError(f"The house code is {how} by HIITPI_HOUSE_CODE. Change it there.")
        return self._make(replace=True)

    def matches(self, guess: str) -> bool:
        """Whether somebody knows the code; spaces, case and dashes do not matter."""
        code = self.value
        return code is not None and secrets.compare_digest(_plain(guess), _plain(code))

    def _make(self, replace: bool) -> str:
        code = f"{secrets.randbelow(10**HOUSE_CODE_DIGITS):0{HOUSE_CODE_DIGITS}d}"
        write_private(self._file, code.encode() + b"\n", replace)
        return read_private(self._file).decode().strip()


def _plain(code: str) -> bytes:
    return re.sub(r"[\s-]+", "", code).casefold().encode()
