"""Files to download, on a real database."""

import io
import re
import xml.etree.ElementTree as ET
import zipfile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from garmin_fit_sdk import Decoder, Stream

from hiitpi.coach.messages import SessionRecord
from hiitpi.web.exports import MAX_ZIP_IN_MEMORY_BYTES
from tests.support.devices import logged_in
from tests.support.session_factory import record


def stored(app: Flask, **changes: object) -> SessionRecord:
    """Store a session, and return it."""
    session = record(**changes)
    app.extensions["hiitpi"].store.save(session)
    return session


def client_of(app: Flask, player: str) -> FlaskClient:
    """Return a browser in which a player has logged in."""
    client = app.test_client()
    with client.session_transaction() as device:
        device.update(logged_in(app, player))
    return client


@pytest.mark.parametrize("kind", ["sessions.json", "sessions.csv", "repetitions.csv"])
def test_players_export_only_their_own_data(app: Flask, kind: str):
    assert app.test_client().get(f"/export/{kind}").status_code == 302
    store = app.extensions["hiitpi"].store
    for name in ("=1+1", "Bob"):
        store.save(record(player=name))
    client = app.test_client()
    with client.session_transaction() as device:
        device.update(logged_in(app, "=1+1"))
    response = client.get(f"/export/{kind}")
    assert response.status_code == 200
    assert response.headers["Content-Disposition"] == f"attachment; filename=hiitpi-{kind}"
    assert response.headers["Cache-Control"] == "no-store"
    own_uuid, other_uuid = (store.history.sessions(name)[0][0].uuid for name in ("=1+1", "Bob"))
    assert own_uuid in response.text
    assert other_uuid not in response.text


@pytest.mark.parametrize("kind", ["fit", "tcx"])
def test_a_session_is_exported_for_watches_and_platforms(app: Flask, kind: str):
    session = stored(app)
    path = f"/export/session/{session.uuid}.{kind}"
    assert app.test_client().get(path).headers["Location"] == "/"
    response = client_of(app, "Ada").get(path)
    assert response.status_code == 200
    name = response.headers["Content-Disposition"].removeprefix("attachment; filename=")
    assert re.fullmatch(rf"hiitpi-2026-11-22-\d{{4}}-{session.uuid[:8]}\.{kind}", name)
    if kind == "fit":
        assert Decoder(Stream.from_byte_array(bytearray(response.data))).check_integrity()
    else:
        assert "Squats: 2 reps" in ET.fromstring(response.data).itertext()


def test_sessions_that_do_not_count_are_not_exported_for_watches(app: Flask):
    client, discarded = client_of(app, "Ada"), stored(app)
    app.extensions["hiitpi"].store.discard(discarded.uuid)
    unknown = "00000000-0000-0000-0000-000000000000"
    for path in (f"{discarded.uuid}.fit", f"{unknown}.fit", f"{stored(app).uuid}.gpx", "x.tcx"):
        assert client.get(f"/export/session/{path}").status_code == 404, path


@pytest.mark.parametrize("in_memory", [MAX_ZIP_IN_MEMORY_BYTES, 10])
def test_all_own_sessions_are_exported_in_a_zip(
    app: Flask, in_memory: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("hiitpi.web.exports.MAX_ZIP_IN_MEMORY_BYTES", in_memory)
    assert app.test_client().get("/export/activities.zip").headers["Location"] == "/"
    own = [stored(app), stored(app, status="interrupted"), stored(app, sets=())]
    stored(app, player="Bob")
    response = client_of(app, "Ada").get("/export/activities.zip")
    archive = zipfile.ZipFile(io.BytesIO(response.data))
    response.close()
    assert archive.testzip() is None
    assert {name[-12:-4] for name in archive.namelist()} == {s.uuid[:8] for s in own[:2]}
    for name in archive.namelist():
        content = bytearray(archive.read(name))
        assert Decoder(Stream.from_byte_array(content)).check_integrity()


def test_pictures_of_a_session_and_a_year(app: Flask):
    session = stored(app)
    assert app.test_client().get(f"/export/session/{session.uuid}.png").status_code == 302
    client = client_of(app, "Ada")
    for path in (f"/export/session/{session.uuid}.png", "/export/year/2026.png"):
        plain, named = client.get(path), client.get(f"{path}?name=yes")
        assert plain.mimetype == named.mimetype == "image/png"
        assert plain.data.startswith(b"\x89PNG")
        assert plain.data != named.data
    for path in ("/export/session/none.png", "/export/year/1999.png"):
        assert client.get(path).status_code == 404
