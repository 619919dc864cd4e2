"""Who trains on this device, which device it is, and the key that signs its cookie."""

import os
import secrets
from pathlib import Path

import flask

PLAYER = "player"
DEVICE = "device"


def current_player() -> str | None:
    """The player who logged in on this device; None: nobody."""
    return flask.session.get(PLAYER)


def current_device() -> str:
    """This browser's id, all tabs of it; made when it is first asked for."""
    if DEVICE not in flask.session:
        flask.session[DEVICE] = secrets.token_hex(8)
        flask.session.permanent = True
    return str(flask.session[DEVICE])


def log_in(name: str) -> None:
    """Make this device the player's; `name` as it is stored."""
    flask.session[PLAYER] = name
    flask.session.permanent = True
    current_device()


def log_out() -> None:
    """Forget who trains on this device."""
    flask.session.pop(PLAYER, None)


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
