"""Paths of this app to which a page may redirect."""

from typing import Final

#: The page on which a device enters the house code.
LOGIN_PATH: Final = "/code"


def own_path(path: str) -> str:
    """Return `path` if it is a path of this app, so that it is no open redirect; otherwise "/"."""
    is_own_path = path.startswith("/") and not path.startswith(("//", "/\\", LOGIN_PATH))
    return path if is_own_path and path.isprintable() else "/"
