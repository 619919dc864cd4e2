"""Devices that a test lets in without going through the pages."""

from flask import Flask

from hiitpi.web.security.player_session import HOUSE, PLAYER


def logged_in(app: Flask, player: str) -> dict[str, str]:
    """What a browser session holds after somebody has logged in."""
    return {PLAYER: player, HOUSE: app.extensions["hiitpi"].device_cookies.code.fingerprint}
