"""Signed cookies that identify the devices which have entered the house code."""

import hashlib
import math
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer

from hiitpi.access.house_code import HouseCode
from hiitpi.access.secret_files import read_private, write_private

#: Seconds: the lifetime of a cookie, the interval of key rotation, and the age from which a page
#: view renews the cookie.
COOKIE_LIFETIME_S: Final = 90 * 86_400
KEY_LIFETIME_S: Final = 30 * 86_400
REFRESH_AFTER_S: Final = 7 * 86_400

KEY_FILE: Final = "keys"

#: Seconds between checks whether another process has changed the keys or the code.
RELOAD_S: Final = 1.0

Clock = Callable[[], float]


class DeviceCookies:
    """Signs and verifies device cookies.

    A cookie is valid while the house code is unchanged and its signing key is kept;
    `python -m hiitpi code --new` replaces both.

    Args:
        folder: the instance folder, which holds the key file: a line per key, newest first, with
            the time of its creation and the key.
        code: the house code.
        wall: returns seconds since the epoch.
        clock: returns monotonic seconds.

    Attributes:
        generation: a hash of the code and all keys, as last loaded; see `current_generation`.
    """

    def __init__(self, folder: Path, code: HouseCode, wall: Clock, clock: Clock) -> None:
        self.code = code
        self._file, self._wall, self._clock = folder / KEY_FILE, wall, clock
        self._loaded_at = -math.inf
        self._serializer: URLSafeSerializer | None = None
        self.generation = b""
        self._reload()

    def cookie(self) -> str:
        """Return a new cookie, for a device that has just proved that it knows the code."""
        return str(self._current_serializer().dumps(int(self._wall())))

    def check(self, cookie: str | None) -> float | None:
        """Verify a cookie.

        If the wall clock was set back, as happens at each boot of a Pi without a battery-backed
        clock, the age is negative and the cookie stays valid.

        Returns:
            Its age in seconds; None if it is missing, not signed by this app, revoked or expired.
        """
        try:
            issued = self._current_serializer().loads(cookie or "")
        except BadSignature:
            return None
        if not isinstance(issued, int):
            return None
        age = self._wall() - issued
        return age if age <= COOKIE_LIFETIME_S else None

    def current_generation(self) -> bytes:
        """Return a value that changes whenever all devices are logged out or a key is rotated."""
        self._current_serializer()
        return self.generation

    def secrets(self) -> list[str]:
        """Return all stored keys, newest first, for other components that sign something."""
        return [key for _, key in self._keys()]

    def revoke_all(self) -> None:
        """Log out all devices by replacing all keys."""
        self._write([(self._wall(), secrets.token_hex(32))])
        self._loaded_at = -math.inf

    def _current_serializer(self) -> URLSafeSerializer:
        if self._clock() - self._loaded_at >= RELOAD_S:
            self._reload()
        assert self._serializer is not None
        return self._serializer

    def _reload(self) -> None:
        self._loaded_at = self._clock()
        self._rotate()
        code, content = self.code.value or "", read_private(self._file)
        generation = hashlib.sha256(content + b"\0" + code.encode()).digest()
        if generation != self.generation:
            self.generation = generation
            keys = [key for _, key in self._keys()]
            self._serializer = URLSafeSerializer(keys[::-1], salt=f"hiitpi trust {code}")

    def _rotate(self) -> None:
        now = self._wall()
        if not self._file.exists():
            self._write([(now, secrets.token_hex(32))], replace=False)
        keys = self._keys()
        if now - keys[0][0] > KEY_LIFETIME_S:
            max_age = KEY_LIFETIME_S + COOKIE_LIFETIME_S
            unexpired = [(created, key) for created, key in keys if now - created < max_age]
            self._write([(now, secrets.token_hex(32)), *unexpired])

    def _keys(self) -> list[tuple[float, str]]:
        keys = []
        for line in read_private(self._file).decode(errors="replace").splitlines():
            created, _, key = line.partition(" ")
            if key and created.isdigit():
                keys.append((float(created), key))
        if not keys:  # the file is damaged: all devices have to enter the code again
            self._write([(self._wall(), secrets.token_hex(32))])
            return self._keys()
        return keys

    def _write(self, keys: list[tuple[float, str]], replace: bool = True) -> None:
        lines = "".join(f"{int(created)} {key}\n" for created, key in keys)
        write_private(self._file, lines.encode(), replace)
