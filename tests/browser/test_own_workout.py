"""CONTRIBUTING's "Add a workout in five steps", done as they stand there."""

from pathlib import Path

import cv2
import pytest
from playwright.sync_api import Browser, expect

from hiitpi.camera.synthetic.animations import ANIMATIONS
from hiitpi.camera.synthetic.renderer import BodyRenderer
from hiitpi.coach.rules.workout_library import SHIPPED_FOLDER
from tests.browser.conftest import log_in, opened, running, start

pytestmark = pytest.mark.slow


def film(path: Path) -> None:
    """Twenty-four jumping jacks of 1.6 s, as anybody films them."""
    painter, pose = BodyRenderer((640, 480)), ANIMATIONS["jumping_jacks"].pose
    there = [painter(pose(i / 24, 1, 1))[..., ::-1] for i in range(13)]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 15, (640, 480))
    for still in [*there, *reversed(there[1:-1])] * 24:
        writer.write(still)
    writer.release()


def test_a_file_dropped_into_a_folder_is_in_the_picker_and_counts(browser: Browser, tmp_path: Path):
    mine = tmp_path / "workouts"
    mine.mkdir()
    rules = (SHIPPED_FOLDER / "jumping_jacks.py").read_text()
    (mine / "star_jumps.py").write_text(rules.replace("Jumping Jacks", "Star Jumps"))
    film(tmp_path / "me.avi")
    with (
        running(
            tmp_path / "instance",
            camera=str(tmp_path / "me.avi"),
            full=True,
            HIITPI_WORKOUTS_DIR=str(mine),
        ) as app,
        opened(browser, app) as page,
    ):
        log_in(page, "Ada")
        start(page, "Star Jumps")
        expect(page.locator("#workout-name")).to_have_text("Star Jumps", timeout=15_000)
        expect(page.locator("#reps")).to_have_text("3", timeout=30_000)
