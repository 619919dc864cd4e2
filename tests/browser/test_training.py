"""The main use case in a real browser with a real app, from the login to the leaderboard."""

import sqlite3
import urllib.request

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page

from tests.browser.conftest import (
    DESKTOP,
    App,
    collect_samples,
    drawn_times,
    expect_consecutive_samples,
    finish_session,
    log_in,
    start_workout,
)

pytestmark = pytest.mark.slow

#: Run the app with its default model and frame rate, and show the live graphs.
FULL, VIEWPORT = True, DESKTOP

#: Counted repetitions of the samples and, as `truth`, actual ones.
COUNTS = """
  window.heard.filter((s) => s.reps || s.truth).map((s) => [s.seq, s.time, s.reps, s.truth])
"""


def test_from_login_to_leaderboard(page: Page, app: App):
    log_in(page, "Ada <b>&amp; Söhne</b>")
    assert "synthetic athlete" in page.inner_text("#drawn")
    collect_samples(page)
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
    assert graph.evaluate("g => g.data[0].x.length") == 300
    expect_consecutive_samples(page, drawn_times(graph))

    page.wait_for_function("+document.getElementById('reps').textContent >= 12", timeout=60_000)
    assert page.title().endswith("· Jumping Jacks")
    assert float(page.inner_text("#pace")) == pytest.approx(24, abs=3)  # 48 a minute
    assert float(page.inner_text("#score")) > 80
    finish_session(page)
    reps = int(page.inner_text("#summary .reps"))
    assert reps >= 12

    received = np.array(page.evaluate(COUNTS), float)
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
