"""Who trains on this device, and which device it is."""

import secrets

import flask

PLAYER = "player"
DEVICE = "device"
HOUSE = "house"


def current_player() -> str | None:
    """The player who logged in on this device since the house code was changed; None: nobody."""
    if flask.session.get(HOUSE) != _house():
        return None
    return flask.session.get(PLAYER)


def current_device() -> str:
    """This browser's id, all tabs of it; made when it is first asked for."""
    if DEVICE not in flask.session:
        flask.session[DEVICE] = secrets.token_hex(8)
        flask.session.permanent = True
    return str(flask.session[DEVICE])


def log_in(name: str) -> None:
    """Make this device the player's; `name` as it is stored."""
    flask.session[PLAYER], flask.session[HOUSE] = name, _house()
    flask.session.permanent = True
    current_device()


def log_out() -> None:
    """Forget who trains on this device."""
    flask.session.pop(PLAYER, None)


def _house() -> str:
    return str(flask.current_app.extensions["hiitpi"].device_cookies.code.fingerprint)
