"""The player who is logged in on a device."""

from flask import Flask

from hiitpi.access.house_code import HouseCode
from hiitpi.web.security.player_session import current_device, current_player, log_in, log_out
from tests.support.devices import logged_in


def test_a_player_stays_logged_in_until_logging_out(app: Flask):
    with app.test_request_context():
        assert current_player() is None
        log_in("Ada")
        device = current_device()
        assert current_player() == "Ada"
        log_out()
        assert current_player() is None
        assert current_device() == device


def test_a_new_house_code_logs_players_out(app: Flask):
    client = app.test_client()
    with client.session_transaction() as device:
        device.update(logged_in(app, "Ada"))
    assert client.get("/history").status_code == 200
    HouseCode(app.extensions["hiitpi"].settings.instance).renew()
    response = client.get("/history")
    assert response.status_code == 302
    assert response.headers["Location"] == "/"
