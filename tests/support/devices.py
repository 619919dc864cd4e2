"""Browser sessions that are logged in without going through the login page."""

from flask import Flask

from hiitpi.web.security.player_session import HOUSE, PLAYER


def logged_in(app: Flask, player: str) -> dict[str, str]:
    """Return the session data of a browser after a player has logged in."""
    return {PLAYER: player, HOUSE: app.extensions["hiitpi"].device_cookies.code.fingerprint}
