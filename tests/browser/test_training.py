"""The main use case in a real browser with a real app, from the login to the leaderboard."""

import sqlite3
import urllib.request

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page

from tests.browser.conftest import (
    App,
    choose_workout,
    create_player,
    finish_session,
    graph_matches_samples,
    log_in,
    session_statuses,
    set_tab_hidden,
    start_workout,
)

pytestmark = pytest.mark.slow

#: Run the app with its default model and frame rate.
FULL = True

#: Collects the samples that the page receives: counted repetitions and, as `truth`, actual ones.
COLLECT_SAMPLES = """() => {
  window.heard = [];
  const source = new EventSource("/live");
  source.onmessage = (message) => {
    for (const s of JSON.parse(message.data).samples)
      window.heard.push([s.seq, s.time, s.reps, s.truth]);
  };
}"""


def test_from_login_to_leaderboard(page: Page, app: App):
    log_in(page, "Ada <b>&amp; Söhne</b>")
    assert "synthetic athlete" in page.inner_text("#drawn")
    page.evaluate(COLLECT_SAMPLES)
    start_workout(page, "Jumping Jacks")
    page.wait_for_function("+document.getElementById('reps').textContent >= 6", timeout=60_000)

    # The video shows the detected skeleton: bright lines that are in no frame of the camera.
    frame = latest_video_frame(app)
    assert frame.shape == (480, 640, 3)
    overlay = np.abs(frame.astype(int) - (61, 220, 132)).sum(-1) < 60
    assert overlay.sum() > 400

    # The live graph is extended with every sample and shows the last 300.
    graph = page.locator("#graph .js-plotly-plot")
    page.wait_for_function("g => g.data[0].x.length >= 300", arg=graph.element_handle())
    drawn_times, received = graph.evaluate("g => [g.data[0].x, window.heard.map((s) => s[1])]")
    assert len(drawn_times) == 300
    assert graph_matches_samples(drawn_times, received)

    page.wait_for_function("+document.getElementById('reps').textContent >= 12", timeout=60_000)
    assert page.title().endswith("· Jumping Jacks")
    assert float(page.inner_text("#pace")) == pytest.approx(24, abs=3)  # 48 a minute
    assert float(page.inner_text("#score")) > 80
    finish_session(page)
    reps = int(page.inner_text("#summary .reps"))
    assert reps >= 12

    received = np.array(page.evaluate("window.heard.filter(s => s[2] || s[3])"), float)
    check_counts(received)
    assert received[:, 2].max() == reps

    # The database has the session with every repetition.
    with sqlite3.connect(app.instance / "hiitpi.sqlite") as connection:
        stored = connection.execute(
            "SELECT uuid, workout, status, session.reps FROM session"
            " JOIN workout_set ON session_uuid = uuid"
        ).fetchall()
        series = connection.execute("SELECT count(*) FROM repetition").fetchone()
    assert [row[1:] for row in stored] == [("jumping_jacks", "finished", reps)]
    assert series == (reps,)

    # Leaderboard and history show the session, under the name as it was entered.
    page.click("text=Leaderboard >> nth=0")
    page.wait_for_selector("#leaderboard .js-plotly-plot .bars")
    chart = page.inner_text("#leaderboard")
    assert "Ada <b>&amp; Söhne</b>" in chart
    assert str(reps) in chart
    page.click("header >> text=History")
    page.wait_for_selector("#history .js-plotly-plot")
    row = page.inner_text("#h-sessions tbody tr:first-child")
    assert "Jumping Jacks" in row
    assert f"\t{reps}\t" in row


def check_counts(samples: np.ndarray) -> None:
    """Check that each of the athlete's repetitions is counted once, when it is completed.

    The coach counts within 0.4 s before or after the athlete: a repetition ends a little before the
    very end of the movement, as soon as the body is back in the first state, and smoothing delays
    the coach by 0.1 s. If the machine is too busy to analyse every frame, it takes a few frames
    more.

    Args:
        samples: float array (N, 4); columns are seq, time (seconds), reps and truth.
    """
    _, times, counted, truth = samples.T
    assert np.all(np.diff(counted) >= 0)
    for number in range(1, int(truth.max()) + 1):
        done_at = times[truth >= number][0]
        if times[-1] - done_at < 0.5:
            break
        nearby = times[np.abs(times - done_at) < 2]
        frame_s = np.diff(nearby).max()
        assert abs(times[counted >= number][0] - done_at) < 0.4 + 4 * frame_s, number
    assert abs(counted[-1] - truth[-1]) <= 1
    assert truth.max() >= 10


def latest_video_frame(app: App) -> np.ndarray:
    """Return a current frame of the video stream, uint8 (H, W, 3) RGB."""
    with urllib.request.urlopen(f"{app.url}/videostream", timeout=10) as stream:
        assert stream.readline() == b"--frame\r\n"
        length = 0
        while (line := stream.readline().strip()) != b"":
            if line.startswith(b"Content-Length"):
                length = int(line.split(b":")[1])
        data = stream.read(length)
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image[..., ::-1]


def test_an_empty_name_is_rejected_with_a_message(page: Page):
    page.goto("/")
    page.wait_for_selector(".login h1")
    create_player(page, "")
    page.wait_for_function("document.getElementById('name-trouble').textContent.includes('name')")
    assert page.url.endswith("/")


def test_the_training_page_is_read_only_without_a_login(page: Page):
    page.goto("/train")
    page.wait_for_function("document.getElementById('video')?.naturalWidth > 1")
    assert page.locator("#start").count() == 0
    page.click("text=Log in to train")
    page.wait_for_selector(".login h1")
    page.click("header >> text=History")
    page.click("main a >> text=Choose your name")
    page.wait_for_selector(".login h1")


def test_a_hidden_tab_closes_its_streams_and_misses_no_samples(page: Page):
    log_in(page, "Cleo")
    page.wait_for_function("document.getElementById('video').naturalWidth > 0")
    set_tab_hidden(page, True)
    assert page.get_attribute("#video", "src").startswith("data:")
    page.wait_for_timeout(1500)
    set_tab_hidden(page, False)
    page.wait_for_timeout(1500)
    times = page.locator("#graph .js-plotly-plot").evaluate("g => g.data[1].x")
    assert np.diff(times).max() < 1.0  # the samples of the 1.5 s while the tab was hidden are there


def test_the_counter_is_the_largest_text_and_the_page_fits_every_screen(page: Page):
    log_in(page, "W" * 40)
    start_workout(page, "Jumping Jacks")
    for width, height in ((390, 844), (820, 1180), (1280, 720), (1280, 800), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
        sizes = page.evaluate(
            "() => [...document.querySelectorAll('#train *')]"
            ".filter(e => e.offsetParent && e.id !== 'reps' && e.textContent.trim())"
            ".map(e => parseFloat(getComputedStyle(e).fontSize))"
        )
        counter = page.evaluate(
            "parseFloat(getComputedStyle(document.getElementById('reps')).fontSize)"
        )
        assert counter >= 96
        assert counter > 2 * max(sizes)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        box = page.locator("#done").bounding_box()
        assert box["height"] >= 48
        assert box["y"] + box["height"] <= height
    page.set_viewport_size({"width": 390, "height": 844})
    finish_session(page)
    page.evaluate("document.querySelector('#summary .reps').textContent = '1024'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_leaving_the_page_closes_the_video_stream(page: Page):
    """A browser allows six connections to a host; a leak at each visit would soon exhaust them."""
    log_in(page, "Eve")
    for _ in range(7):
        page.click("header >> text=History")
        page.wait_for_selector("text=history")
        page.click("header >> text=Train")
        page.wait_for_function("document.getElementById('video')?.naturalWidth > 1", timeout=10_000)


def test_start_without_a_login_shows_an_error(page: Page):
    log_in(page, "Finn")
    # The response of the video stream, which starts with the first frame, restores the cookie.
    page.wait_for_function("document.getElementById('video').naturalWidth > 1")
    page.context.clear_cookies()
    page.click("#start")
    page.wait_for_function("document.getElementById('start-trouble').textContent.includes('log')")


def test_a_gentle_session_is_marked_and_not_ranked(page: Page):
    log_in(page, "Grandma")
    choose_workout(page, "Jumping Jacks")
    page.click("#strictness-note")
    page.locator("#strictness label", has_text="Gentle").click()
    page.wait_for_selector("#strictness-note:has-text('rehabilitation')")
    page.click("#start")
    page.wait_for_selector("#train[data-phase=work]", timeout=30_000)
    page.wait_for_function("+document.getElementById('reps').textContent >= 2", timeout=60_000)
    finish_session(page)
    page.goto("/history")
    page.wait_for_selector("text=Jumping Jacks · gentle")
    page.goto("/leaderboard")
    page.wait_for_selector("#leaderboard .js-plotly-plot", state="attached")
    assert "Grandma" not in page.inner_text("main")


def test_cancelling_before_go_stores_no_session(page: Page, app: App):
    log_in(page, "Shy")
    choose_workout(page, "Squats")
    page.click("#start")
    page.wait_for_selector("#train:is([data-phase=position], [data-phase=countdown])")
    page.keyboard.press("Escape")  # Cancel
    page.wait_for_selector("#train[data-phase=ready]")
    assert session_statuses(app, "Shy") == []
