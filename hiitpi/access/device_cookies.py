"""Which devices are of the house: those with a cookie that was signed here, not too long ago."""

import hashlib
import math
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer

from hiitpi.access.house_code import HouseCode
from hiitpi.access.secret_files import read_private, write_private

#: Seconds: how long a device is trusted, how old a key gets before another one signs, and how often
#: a page gives a device a new cookie.
TRUSTED_FOR_S: Final = 90 * 86_400
KEY_LIFETIME_S: Final = 30 * 86_400
REFRESH_AFTER_S: Final = 7 * 86_400

KEY_FILE: Final = "keys"

#: Seconds between two looks whether keys or code have been changed by another process.
RELOAD_S: Final = 1.0

Clock = Callable[[], float]


class DeviceCookies:
    """Signs cookies and checks them.

    A cookie holds as long as the code is the one that it was given for and its key is kept: both
    go with `python -m hiitpi code --new`.

    Args:
        folder: the instance folder, where the keys are, newest first: a line of when and which.
        code: of the house.
        wall: seconds since the epoch.
        clock: monotonic seconds.
    """

    def __init__(self, folder: Path, code: HouseCode, wall: Clock, clock: Clock) -> None:
        self.code = code
        self._file, self._wall, self._clock = folder / KEY_FILE, wall, clock
        self._looked = -math.inf
        self._serializer: URLSafeSerializer | None = None
        self.generation = b""
        self._reload()

    def cookie(self) -> str:
        """One for a device that has just shown that it knows the code."""
        return str(self._current_serializer().dumps(int(self._wall())))

    def check(self, cookie: str | None) -> float | None:
        """How old a cookie is, in seconds; None: it is none of ours, or no longer.

        A clock that was set back, as that of a Pi without a battery is at each start, makes it
        younger than nothing, and nobody a stranger.
        """
        try:
            issued = self._current_serializer().loads(cookie or "")
        except BadSignature:
            return None
        if not isinstance(issued, int):
            return None
        age = self._wall() - issued
        return age if age <= TRUSTED_FOR_S else None

    def current_generation(self) -> bytes:
        """Changes when devices are logged out."""
        self._current_serializer()
        return self.generation

    def secrets(self) -> list[str]:
        """All keys that are kept, newest first, for whoever else signs something."""
        return [key for _, key in self._keys()]

    def revoke_all(self) -> None:
        """Log all devices out: no key that signed anything is kept."""
        self._write([(self._wall(), secrets.token_hex(32))])
        self._looked = -math.inf

    def _current_serializer(self) -> URLSafeSerializer:
        if self._clock() - self._looked >= RELOAD_S:
            self._reload()
        assert self._serializer is not None
        return self._serializer

    def _reload(self) -> None:
        self._looked = self._clock()
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
            keep = [
                (made, key) for made, key in keys if now - made < KEY_LIFETIME_S + TRUSTED_FOR_S
            ]
            self._write([(now, secrets.token_hex(32)), *keep])

    def _keys(self) -> list[tuple[float, str]]:
        keys = []
        for line in read_private(self._file).decode(errors="replace").splitlines():
            made, _, key = line.partition(" ")
            if key and made.isdigit():
                keys.append((float(made), key))
        if not keys:  # damaged: everybody says the code once more
            self._write([(self._wall(), secrets.token_hex(32))])
            return self._keys()
        return keys

    def _write(self, keys: list[tuple[float, str]], replace: bool = True) -> None:
        lines = "".join(f"{int(made)} {key}\n" for made, key in keys)
        write_private(self._file, lines.encode(), replace)
