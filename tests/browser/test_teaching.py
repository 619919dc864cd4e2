"""A workout that somebody teaches by showing it, from the camera to the leaderboard and back."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hiitpi.coach.rules.workout_text import read_workout
from tests.browser.conftest import (
    finish_session,
    log_in,
    open_page,
    running_app,
    start_workout,
)
from tests.support.athlete_video import record_video

pytestmark = pytest.mark.slow

FPS = 12


def show(page: Page) -> None:
    """Let the person in the video show the workout; again if the machine was too busy to see it."""
    for _ in range(3):
        page.click("#teach-start")
        expect(page.locator("#teach-big")).to_have_text("Go", timeout=60_000)
        page.wait_for_function(
            "['teach-rules', 'teach-trouble'].some((id) => document.getElementById(id).innerText)"
        )
        if page.locator("#teach-trouble").inner_text() == "":
            return


def choose_video(page: Page, file: Path) -> None:
    """Teach by a file instead of the camera."""
    with page.expect_file_chooser() as chooser:
        page.click("#teach-file")
    chooser.value.set_files(file)


def drag_turn(page: Page, pixels: float) -> None:
    """Drag the upper line of the graph, where the movement turns, by some pixels upwards."""
    page.locator("#teach-signal").scroll_into_view_if_needed()
    box = page.locator("#teach-signal").bounding_box()
    share = page.evaluate("""() => {
      const pixels = document.getElementById("teach-signal").getContext("2d");
      const { width, height } = pixels.canvas;
      const column = pixels.getImageData(width - 3, 0, 1, height).data;
      return Array.from({ length: height }, (_, y) => y)
        .find((y) => column[4 * y + 3] > 200 && column[4 * y] > 200) / height;
    }""")
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + share * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - pixels / 2)
    page.mouse.move(x, y - pixels)
    page.mouse.up()


def test_a_workout_is_taught_trained_ranked_and_shared(browser: Browser, tmp_path: Path):
    video = tmp_path / "me.avi"
    still, jack = [0.0] * FPS, [i / (2 * FPS) for i in range(2 * FPS)]  # slow, for a busy machine
    record_video(video, [*still * 6, *jack * 5, *still], FPS)
    with (
        running_app(tmp_path / "instance", camera=str(video)) as app,
        open_page(browser, app) as page,
    ):
        log_in(page, "Ada")
        page.click("text=Teach a workout of your own")
        page.fill("#teach-name", "Star Hops")
        show(page)
        expect(page.locator("#teach-count")).to_have_text("Counted 5 repetitions")
        drag_turn(page, 120)  # beyond what was shown
        expect(page.locator("#teach-count")).to_contain_text("Counted 0 repetitions")
        drag_turn(page, -60)
        expect(page.locator("#teach-count")).to_have_text("Counted 5 repetitions")
        page.click("#teach-keep")
        expect(page.locator("#own-says")).to_have_text(
            "Kept: Star Hops. Choose it on the Train page."
        )
        with page.expect_download() as download:
            page.get_by_label("Export Star Hops").click()
        file = tmp_path / "star.py"
        download.value.save_as(file)
        assert read_workout(file.read_text()).name == "Star Hops"

        page.click("header >> text=Programs")
        page.click("#p-new")
        page.fill("#p-name", "Hops")
        page.locator(".exercises .dash-dropdown").first.click()
        page.get_by_role("option", name="Star Hops").click()
        page.click("#p-save")
        expect(page.locator("#p-list")).to_contain_text("Star Hops 40 s")
        page.click("header >> text=Train")
        start_workout(page, "Star Hops")
        page.wait_for_function("Number(document.querySelector('#reps').textContent) >= 2")
        finish_session(page)
        page.click("header >> text=Leaderboard")
        expect(page.locator("main")).to_contain_text("Star Hops")

        page.click("#who")
        page.click(".menu >> text=Workouts")
        page.get_by_label("Delete Star Hops").click()
        expect(page.locator("#own-says")).to_contain_text("Deleted: Star Hops")
        (tmp_path / "bad.py").write_text("import os")
        page.locator("#own-import input").set_input_files(tmp_path / "bad.py")
        expect(page.locator("#own-says")).to_contain_text("only names = values are allowed here")
        page.locator("#own-import input").set_input_files(file)
        expect(page.locator("#own-says")).to_have_text("Imported: Star Hops")
        expect(page.locator("#own-list .cards")).to_contain_text("Star Hops")

        choose_video(page, tmp_path / "bad.py")
        expect(page.locator("#teach-trouble")).to_have_text(
            "The file cannot be opened. Is it a video?"
        )
        page.errors.clear()  # the browser logs the refusal
        choose_video(page, video)
        expect(page.locator("#teach-count")).to_have_text("Counted 5 repetitions", timeout=60_000)
        assert not page.errors
