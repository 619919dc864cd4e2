"""Who trains on this device, and the key that signs its cookie."""

import os
import secrets
from pathlib import Path

import flask

from hiitpi.records.players import clean_name

PLAYER = "player"


def current_player() -> str | None:
    """The player who logged in on this device; None: nobody."""
    return flask.session.get(PLAYER)


def log_in(name: str) -> str:
    """Make this device the player's; return the name as it is stored.

    Raises:
        ValueError: it cannot be a name; the message is for the player.
    """
    clean = clean_name(name)
    flask.session[PLAYER] = clean
    flask.session.permanent = True
    return clean


def secret_key(folder: Path) -> bytes:
    """The key that signs cookies, made at first use and readable by this user only."""
    path = folder / "secret_key"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        try:
            os.link(part, path)  # the first of two processes wins, whole
        except FileExistsError:
            pass
        finally:
            part.unlink()
        return path.read_bytes()
