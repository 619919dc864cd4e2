"""Follows "Add a workout in five steps" of CONTRIBUTING."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from hiitpi.coach.rules.workout_library import SHIPPED_FOLDER
from tests.browser.conftest import log_in, open_page, running_app, start_workout
from tests.support.athlete_video import record_video

pytestmark = pytest.mark.slow


def test_a_workout_file_in_the_folder_is_in_the_picker_and_counts(browser: Browser, tmp_path: Path):
    folder = tmp_path / "workouts"
    folder.mkdir()
    rules = (SHIPPED_FOLDER / "jumping_jacks.py").read_text()
    (folder / "cheer_jumps.py").write_text(rules.replace("Jumping Jacks", "Cheer Jumps"))
    opening = [i / 24 for i in range(13)]
    jack = [*opening, *reversed(opening[1:-1])]
    record_video(tmp_path / "me.avi", jack * 24, fps=15)
    with (
        running_app(
            tmp_path / "instance",
            camera=str(tmp_path / "me.avi"),
            HIITPI_WORKOUTS_DIR=str(folder),
        ) as app,
        open_page(browser, app) as page,
    ):
        log_in(page, "Ada")
        start_workout(page, "Cheer Jumps")
        expect(page.locator("#workout-name")).to_have_text("Cheer Jumps", timeout=15_000)
        expect(page.locator("#reps")).to_have_text("3", timeout=30_000)
