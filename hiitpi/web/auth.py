"""Who trains on this device, and which device it is."""

import secrets

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
