"""Recordings that are sent to the page Workouts, with the real command and a real model."""

from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hiitpi.web.components import teacher
from tests.support.athlete_video import record_video
from tests.support.devices import logged_in


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a browser in which a player has logged in."""
    client = app.test_client()
    with client.session_transaction() as device:
        device.update(logged_in(app, "Ada"))
    return client


def send(client: FlaskClient, content: bytes) -> TestResponse:
    """Send a recording."""
    return client.post("/teach/recording", data=content)


def test_keypoints_are_found_in_a_video(client: FlaskClient, tmp_path: Path):
    record_video(tmp_path / "jacks.avi", [0.0, 0.25, 0.5, 0.75], fps=10)
    response = send(client, (tmp_path / "jacks.avi").read_bytes())
    assert (response.status_code, response.mimetype) == (200, "application/json")
    times, joints = zip(*response.json, strict=True)
    assert times == (0.0, 0.1, 0.2, 0.3)
    assert np.shape(joints) == (4, 17, 3)


def test_keypoints_of_any_model_are_read(client: FlaskClient, tmp_path: Path):
    rows = np.ones((3, 17, 3), np.float16)
    rows[1] = np.nan
    np.savez(tmp_path / "kept.npz", t=[0.0, 0.5, 1.0], another=rows)
    response = send(client, (tmp_path / "kept.npz").read_bytes())
    assert [time for time, _ in response.json] == [0.0, 0.5, 1.0]
    assert response.json[1] == [0.5, None]


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (b"", "The file cannot be opened. Is it a video?"),
        (b"No video", "The file cannot be opened. Is it a video?"),
        (b"PK\3\4", "The file is not a recording of keypoints"),
    ],
)
def test_other_files_are_refused(client: FlaskClient, content: bytes, trouble: str):
    response = send(client, content)
    assert response.status_code == 400
    assert response.text.startswith(trouble)
    assert "/tmp" not in response.text


def test_only_players_send_some_one_at_a_time(app: Flask, client: FlaskClient):
    assert send(app.test_client(), b"").status_code == 403
    with teacher._looking:
        assert send(client, b"").text == teacher.BUSY
