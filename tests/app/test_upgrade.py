"""Data of the previous version still work: instance folder, .env, workouts and commands.

`tests/support/version_1` was written by that version: two sessions, a program and a goal in the
database, a session that could not be saved, one that was running, house code, keys and a cookie.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from hiitpi.access.device_cookies import DeviceCookies
from hiitpi.access.house_code import HouseCode
from hiitpi.app.supervisor import is_healthy
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.records.player_admin import Goal
from hiitpi.records.sessions import Store
from hiitpi.settings import ROOT, Settings
from hiitpi.system.ports import free_port
from hiitpi.web.app import MOVED_PATHS, create_app
from tests.conftest import MIRROR
from tests.support.waiting import until

VERSION_1 = Path(__file__).parents[1] / "support" / "version_1"

#: Time at which the cookie was issued, in seconds since the epoch.
COOKIE_TIME = 1.79e9

#: A workout that imports every name that was renamed since.
WORKOUT = """
from hiitpi.coach import State, Workout, ahead, angle, arch, height, larger, lean, reach, rise
from hiitpi.coach import shift, sitting_up, smaller, split, spread, step, surely, tap, travel

trunk = surely(sitting_up(says=("Up", "Down")))
workout = Workout(
    name="My Sit-ups", view="side", states=(State("lying", trunk > 70), State("up", trunk < 50)),
    full_range={trunk: (25, 82)}, signal=trunk, shortest=0.6, pace=25, floor=True,
)
"""


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """Return a copy of the instance folder of version 1."""
    folder = tmp_path / "instance"
    shutil.copytree(VERSION_1, folder)
    for secret in ("house_code", "keys"):
        (folder / secret).chmod(0o600)
    database = sqlite3.connect(folder / "hiitpi.sqlite")
    database.executescript((folder / "hiitpi.sql").read_text())
    database.close()
    return folder


def test_an_authorised_device_stays_authorised(instance: Path):
    code = HouseCode(instance)
    assert code.value == "944688"
    cookies = DeviceCookies(instance, code, lambda: COOKIE_TIME + 86_400, lambda: 0.0)
    assert cookies.check((VERSION_1 / "cookie").read_text()) == 86_400


def test_workouts_of_users_are_loaded(tmp_path: Path):
    (tmp_path / "mine.py").write_text(WORKOUT)
    assert WorkoutLibrary(tmp_path)["mine"].name == "My Sit-ups"


def test_the_former_command_is_an_alias():
    command = [sys.executable, "-m", "hiitpi", "trainer", "--help"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0
    assert "--heartbeat" in result.stdout


@pytest.mark.parametrize(("old", "new"), MOVED_PATHS.items())
def test_former_addresses_redirect_to_the_page(redis: Settings, old: str, new: str):
    response = create_app(redis).test_client().get(f"{old}?match=1")
    assert response.status_code == 308
    assert response.headers["Location"] == f"{new}?match=1"


@pytest.mark.slow
def test_the_app_starts_with_the_data_of_version_1(instance: Path, tmp_path: Path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "mine.py").write_text(WORKOUT)
    values = {
        "INSTANCE": instance, "HOST": "127.0.0.1", "PORT": free_port(), "CAMERA": "athlete",
        "STATION": "home", "CAMERA_FPS": 15, "ATHLETE_FORM": "good", "MODEL_MIRROR": MIRROR,
        "WORKOUTS_DIR": tmp_path / "mine", "TIMEZONE": "Europe/Berlin", "SMALL_WIDTH": 480,
    }  # fmt: skip
    lines = [f"HIITPI_{name}={value}\n" for name, value in values.items()]
    (tmp_path / ".env").write_text("".join(lines))
    env = {k: v for k, v in os.environ.items() if not k.startswith("HIITPI_")}
    env["PYTHONPATH"] = str(ROOT)
    settings = Settings.load(host="127.0.0.1", port=int(str(values["PORT"])), instance=instance)
    command = [sys.executable, str(ROOT / "app.py")]
    with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE) as app:
        try:
            until(lambda: app.poll() is not None or _is_healthy(settings), 60)
            store = Store(settings.database)
            until(lambda: len(store.players.all()) == 4, 30)
            until(lambda: not list((instance / "unsaved").iterdir()), 30)
        finally:
            app.terminate()
            app.communicate(timeout=15)
    assert app.returncode == 0
    reps = {
        p.name: [s.reps for s in store.history.sessions(p.name)[0]] for p in store.players.all()
    }
    assert reps == {"Ada": [12], "Bob": [30], "Cy": [7], "Dee": [2]}
    assert store.player_admin.goal("Ada") == Goal("days", 3)
    assert [stored.program.name for stored in store.programs.all()] == ["Morning"]
    store.close()


def _is_healthy(settings: Settings) -> bool:
    """Return whether the app answers and is healthy."""
    try:
        return is_healthy(settings)
    except OSError:
        return False
