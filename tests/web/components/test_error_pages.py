"""Statuses of failed callbacks: 500 for a bug of ours, 400 for a request that no page sends."""

from flask import Flask

from tests.support.devices import logged_in


def post(app: Flask, output: str, trigger: str, value: object) -> int:
    """Call a callback, and return the status of the response.

    Args:
        app: the app.
        output: component and property that the callback sets.
        trigger: component and property that trigger it.
        value: the new value of the trigger.
    """
    client = app.test_client()
    client.get("/")  # Dash registers its callbacks at the first request
    with client.session_transaction() as device:
        device.update(logged_in(app, "Ada"))
    dependencies = [
        dict(zip(("id", "property"), text.split("."), strict=True)) for text in (output, trigger)
    ]
    state = [{"id": "lb-seen", "property": "data", "value": "1-0"}] if value == 1 else []
    request = {
        "output": output, "outputs": dependencies[0], "changedPropIds": [trigger],
        "inputs": [{**dependencies[1], "value": value}], "state": state,
    }  # fmt: skip
    return client.post("/_dash-update-component", json=request).status_code


def raise_bug(*_: object) -> None:
    raise KeyError("a bug")


def test_a_bug_in_a_component_is_a_server_error(app: Flask, monkeypatch, caplog):
    monkeypatch.setattr(app.extensions["hiitpi"].store.players, "find", raise_bug)
    assert post(app, "who.children", "_pages_location.pathname", "/train") == 500
    assert "a bug" in caplog.text


def test_a_bug_in_a_page_is_a_server_error(app: Flask, monkeypatch, caplog):
    monkeypatch.setattr(app.extensions["hiitpi"].stations, "finished_token", raise_bug)
    assert post(app, "lb-seen.data", "lb-tick.n_intervals", 1) == 500
    assert "a bug" in caplog.text


def test_an_unknown_callback_is_a_client_error(app: Flask):
    assert post(app, "nobody.children", "_pages_location.pathname", "/train") == 400
