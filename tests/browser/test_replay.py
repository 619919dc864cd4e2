"""The replay of a session, in its summary."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import (
    App,
    finish_session,
    log_in,
    open_page,
    running_app,
    start_workout,
)

pytestmark = pytest.mark.slow

#: Whether anything is drawn on a canvas.
DRAWN = """(id) => {
  const canvas = document.getElementById(id);
  if (!canvas) return false;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value) => value > 0);
}"""


def test_a_session_is_played_and_a_corrected_set_is_kept(page: Page, app: App):
    log_in(page, "Ada")
    start_workout(page, "Jumping Jacks")
    page.wait_for_function("Number(document.querySelector('#reps').textContent) >= 5")
    finish_session(page)
    expect(page.locator("#replay-time")).to_contain_text(" / 0:")
    for canvas in ("replay-figure", "replay-signal"):
        page.wait_for_function(f"({DRAWN})('{canvas}')")
    says = page.locator("#replay-says")
    expect(says).to_have_text("Set 1: Jumping Jacks")
    page.get_by_label("Next repetition or attempt").click()
    expect(says).to_contain_text("Repetition 1, form ")
    page.get_by_label("Next repetition or attempt").click()
    expect(says).to_contain_text("Repetition 2, form ")
    page.get_by_label("Previous repetition or attempt").click()
    expect(says).to_contain_text("Repetition 1, form ")
    page.click("#replay-play")
    expect(page.locator("#replay-play")).to_have_text("Pause")
    expect(says).to_contain_text("Repetition 2, form ")
    page.click("#replay-half")
    expect(page.locator("#replay-half")).to_have_text("Full speed")
    page.click("#replay-play")
    expect(page.locator("#replay-play")).to_have_text("Play")
    page.goto("/history")
    page.locator("a[href^='/session/']").first.click()
    page.wait_for_function(f"({DRAWN})('replay-figure')")
    keep = page.get_by_role("button", name="Keep as a recording")
    expect(keep).to_have_count(0)
    page.get_by_label("Repetitions of set 1, Jumping Jacks").fill("99")
    page.locator("#summary").get_by_role("button", name="Save").click()
    keep.click()
    expect(page.locator("#summary .phase")).to_have_text("Kept as a recording", timeout=30_000)
    assert app.instance
    assert ",99," in (app.instance / "recordings/index.csv").read_text()
    _train_beside_the_best_set(page)


def _train_beside_the_best_set(page: Page) -> None:
    """Train once more, with the set that was just corrected as the ghost, and a metronome."""
    page.click("header >> text=Train")
    page.evaluate("""() => {
      window.beats = 0;
      document.addEventListener("hiitpi:sound", (e) => (window.beats += e.detail === "beat"));
    }""")
    page.click("#metronome-note")
    page.fill("#metronome", "200")
    page.press("#metronome", "Tab")
    expect(page.locator("#metronome-note")).to_have_text("Metronome: 200 a minute")
    start_workout(page, "Jumping Jacks")
    expect(page.locator("#ghost")).to_have_text(re.compile("Best set: [1-9] by now, 99 in all"))
    page.wait_for_function("window.beats >= 5")
    finish_session(page)
    beats = page.evaluate("window.beats")
    page.wait_for_timeout(1000)
    assert page.evaluate("window.beats") == beats


def test_it_says_why_an_attempt_did_not_count(browser: Browser, tmp_path: Path):
    with (
        running_app(tmp_path / "instance", HIITPI_ATHLETE_FORM="half") as app,
        open_page(browser, app) as page,
    ):
        log_in(page, "Ada")
        start_workout(page, "Squats")
        page.wait_for_function("Number(document.querySelector('#attempts').textContent) >= 1")
        finish_session(page)
        page.get_by_label("Next repetition or attempt").click()
        expect(page.locator("#replay-says")).to_contain_text("Did not count: Go lower")
        expect(page.locator("#replay-says")).to_contain_text("needs < 0.5 × shin")
        expect(page.locator("#replay-pair")).to_be_hidden()
