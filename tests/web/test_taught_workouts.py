"""Taught workouts in the web process, which another process may have kept or deleted."""

import pytest
from flask import Flask

from hiitpi.coach.rules.workout_library import SHIPPED_FOLDER
from hiitpi.errors import HiitPiError
from hiitpi.records.sessions import Store
from hiitpi.web.components import teacher
from hiitpi.web.components.teacher import ask_teacher

RULES = (SHIPPED_FOLDER / "squat.py").read_text().replace('"Squats"', '"Goblet Squats"')
SLUG = "taught_goblet_squats"


def test_a_workout_of_another_process_is_known_at_the_next_request(app: Flask):
    services, client = app.extensions["hiitpi"], app.test_client()
    other = Store(services.settings.database)
    other.taught_workouts.add("Goblet Squats", RULES)
    assert SLUG not in services.library
    client.get("/")
    assert services.library.name(SLUG) == "Goblet Squats"
    other.taught_workouts.delete(SLUG)
    other.close()
    client.get("/")
    assert SLUG not in services.library


def test_a_workout_is_exported_as_a_file(app: Flask):
    app.extensions["hiitpi"].store.taught_workouts.add("Goblet Squats", RULES)
    response = app.test_client().get(f"/export/workout/{SLUG}.py")
    assert (response.status_code, response.text, response.mimetype) == (200, RULES, "text/plain")
    assert app.test_client().get("/export/workout/squat.py").status_code == 404


def test_an_unreadable_workout_is_left_out_and_can_be_deleted(
    app: Flask, caplog: pytest.LogCaptureFixture
):
    services = app.extensions["hiitpi"]
    services.store.taught_workouts.add("Goblet Squats", "import os")
    app.test_client().get("/")
    assert "A taught workout is left out: taught_goblet_squats: This is not" in caplog.text
    assert services.store.taught_workouts.delete(SLUG)


@pytest.mark.slow
def test_the_command_is_asked_once_at_a_time(app: Flask):
    settings = app.extensions["hiitpi"].settings
    with pytest.raises(HiitPiError, match=r"^The camera saw nobody"):
        ask_teacher(settings, "-", request='{"frames": []}')
    with pytest.raises(HiitPiError, match=r"^This cannot be used: frames"):
        ask_teacher(settings, "-", request='{"frames": "x"}')
    with teacher._looking, pytest.raises(HiitPiError, match="Another workout"):
        ask_teacher(settings, "-", request='{"frames": []}')
