"""Follows "Add a workout in five steps" of CONTRIBUTING."""

from pathlib import Path

import cv2
import pytest
from playwright.sync_api import Browser, expect

from hiitpi.camera.synthetic.animations import ANIMATIONS
from hiitpi.camera.synthetic.renderer import BodyRenderer
from hiitpi.coach.rules.workout_library import SHIPPED_FOLDER
from tests.browser.conftest import log_in, open_page, running_app, start_workout

pytestmark = pytest.mark.slow


def record_video(path: Path) -> None:
    """Record a video of 24 jumping jacks of 1.6 s each, like one filmed by a user."""
    renderer, pose = BodyRenderer((640, 480)), ANIMATIONS["jumping_jacks"].pose
    opening_frames = [renderer(pose(i / 24, 1, 1))[..., ::-1] for i in range(13)]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 15, (640, 480))
    for frame in [*opening_frames, *reversed(opening_frames[1:-1])] * 24:
        writer.write(frame)
    writer.release()


def test_a_workout_file_in_the_folder_is_in_the_picker_and_counts(browser: Browser, tmp_path: Path):
    folder = tmp_path / "workouts"
    folder.mkdir()
    rules = (SHIPPED_FOLDER / "jumping_jacks.py").read_text()
    (folder / "cheer_jumps.py").write_text(rules.replace("Jumping Jacks", "Cheer Jumps"))
    record_video(tmp_path / "me.avi")
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
