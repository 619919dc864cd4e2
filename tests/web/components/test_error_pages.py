"""Whose fault a failed callback is: a bug of ours is a 500, a request that no page makes a 400."""

from flask import Flask

from tests.support.devices import logged_in


def post(app: Flask, output: str, source: str, value: object) -> int:
    """Return the status of a callback's answer."""
    client = app.test_client()
    client.get("/")  # Dash sets its callbacks up with the first request
    with client.session_transaction() as device:
        device.update(logged_in(app, "Ada"))
    named = [
        dict(zip(("id", "property"), text.split("."), strict=True)) for text in (output, source)
    ]
    state = [{"id": "lb-seen", "property": "data", "value": "1-0"}] if value == 1 else []
    request = {
        "output": output, "outputs": named[0], "changedPropIds": [source],
        "inputs": [{**named[1], "value": value}], "state": state,
    }  # fmt: skip
    return client.post("/_dash-update-component", json=request).status_code


def fail(*_: object) -> None:
    raise KeyError("a bug")


def test_a_bug_in_a_component_is_ours(app: Flask, monkeypatch, caplog):
    monkeypatch.setattr(app.extensions["hiitpi"].store.players, "find", fail)
    assert post(app, "who.children", "_pages_location.pathname", "/train") == 500
    assert "a bug" in caplog.text


def test_a_bug_in_a_page_is_ours(app: Flask, monkeypatch, caplog):
    monkeypatch.setattr(app.extensions["hiitpi"].stations, "finished_token", fail)
    assert post(app, "lb-seen.data", "lb-tick.n_intervals", 1) == 500
    assert "a bug" in caplog.text


def test_a_callback_that_there_is_not_is_the_askers(app: Flask):
    assert post(app, "nobody.children", "_pages_location.pathname", "/train") == 400
