"""The player who is logged in on this device, and the device's id."""

import secrets

import flask

PLAYER = "player"
DEVICE = "device"
HOUSE = "house"


def current_player() -> str | None:
    """Return the name of the player logged in on this device; None if there is none.

    A login becomes invalid when the house code is changed.
    """
    if flask.session.get(HOUSE) != _code_fingerprint():
        return None
    return flask.session.get(PLAYER)


def current_device() -> str:
    """Return this browser's id, shared by all of its tabs; it is created on first use."""
    if DEVICE not in flask.session:
        flask.session[DEVICE] = secrets.token_hex(8)
        flask.session.permanent = True
    return str(flask.session[DEVICE])


def log_in(name: str) -> None:
    """Log a player in on this device; `name` is spelled as in the database."""
    flask.session[PLAYER], flask.session[HOUSE] = name, _code_fingerprint()
    flask.session.permanent = True
    current_device()


def log_out() -> None:
    """Log the player out on this device."""
    flask.session.pop(PLAYER, None)


def _code_fingerprint() -> str:
    return str(flask.current_app.extensions["hiitpi"].device_cookies.code.fingerprint)
