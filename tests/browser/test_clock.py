"""Timed training: a whole program, and players who do not stay in view of the camera.

The pipeline's clock runs faster where a program takes long; everything else is real.
"""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hiitpi.coach.session.program import tabata
from hiitpi.records.sessions import Store
from tests.browser.conftest import (
    DESKTOP,
    App,
    choose_workout,
    finish_session,
    log_in,
    open_page,
    running_app,
    start_workout,
)
from tests.browser.test_access import check_accessibility

pytestmark = pytest.mark.slow

#: Collects the sounds, and the counted and actual repetitions of each set. The first message is
#: skipped: it holds earlier samples.
COLLECT_LIVE_DATA = """() => new Promise((listening) => {
  window.sounds = [];
  document.addEventListener("hiitpi:sound", (event) => window.sounds.push(event.detail));
  window.sets = {};
  window.phases = [];
  window.paused = []; // clock and counter during the first pause
  const source = new EventSource("/live");
  let before = true;
  source.onmessage = (message) => {
    const news = JSON.parse(message.data);
    for (const s of before ? [] : news.samples) {
      if (s.phase && window.phases.at(-1) !== s.phase) window.phases.push(s.phase);
      if (s.phase === "paused" && window.phases.filter((p) => p === "paused").length === 1)
        window.paused.push(`${s.left} ${s.reps}`);
      // Not the set number of the session: that arrives separately, and may be late.
      const set = window.phases.filter((p) => p === "work").length;
      if (s.phase === "work" && s.truth !== null) window.sets[set] = [s.reps, s.truth];
    }
    before = false;
    listening();
  };
})"""


#: Two rounds instead of eight: more of the same would only take longer.
ROUNDS = 2
SHORT_TABATA = replace(tabata("squat", name="Short Tabata"), rounds=ROUNDS)


def test_a_complete_tabata(browser: Browser, tmp_path: Path):
    with running_app(tmp_path / "instance", rate=6) as app:
        with closing(Store(f"sqlite:///{app.instance / 'hiitpi.sqlite'}")) as store:
            store.programs.save(SHORT_TABATA)
        with open_page(browser, app, viewport=DESKTOP) as page:
            train_tabata(page, app)


def train_tabata(page: Page, app: App) -> None:
    # The athlete's frames are rendered in real time and cached: do this before the measured sets.
    log_in(page, "Bob")
    start_workout(page, "Squats")
    page.wait_for_function("+document.getElementById('reps').textContent >= 1", timeout=60_000)
    finish_session(page)
    log_in(page, "Ada")
    page.evaluate(COLLECT_LIVE_DATA)
    page.locator("#mode label", has_text="Program").click()
    page.locator("#program label", has_text=SHORT_TABATA.name).click()
    page.click("#start")
    page.wait_for_selector("#train[data-phase=work]", timeout=30_000)
    expect(page.locator("#round")).to_have_text(f"round 1/{ROUNDS}")
    expect(page.locator("#next")).to_have_text("next: rest 0:10")
    assert page.title().endswith("· Squats")
    page.wait_for_selector("#train[data-phase=rest]", timeout=30_000)
    assert page.is_visible("#big")
    assert page.title().startswith("Rest 0:")
    rest_background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.wait_for_selector("#train[data-phase=work]", timeout=30_000)
    page.wait_for_timeout(300)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != rest_background
    page.wait_for_selector("#train[data-phase=finished]", timeout=150_000)

    phases = page.evaluate("window.phases")
    assert phases[phases.index("countdown") :] == [
        "countdown",
        *["work", "rest"] * (ROUNDS - 1),
        "work",
    ]
    # The last repetition and the end of its set may coincide, but none is invented or lost.
    sets = {int(number): counts for number, counts in page.evaluate("window.sets").items()}
    assert set(sets) == set(range(1, ROUNDS + 1))
    for counted, truth in sets.values():
        assert abs(counted - truth) <= 1
    assert all(counted >= 5 for counted, _ in sets.values()), sets
    sounds = page.evaluate("window.sounds")
    assert [sounds.count(name) for name in ("go", "rest", "ten", "done")] == [
        ROUNDS,
        ROUNDS - 1,
        ROUNDS,
        1,
    ]
    assert sounds.count("tick") >= 3 * (2 * ROUNDS - 1)

    # The summary lists every set, and a set can be corrected.
    rows = page.locator(".sets tbody tr")
    expect(rows).to_have_count(ROUNDS)
    total = int(page.inner_text("#summary .reps"))
    set_reps = [int(row.locator("td").nth(3).inner_text()) for row in rows.all()]
    assert sum(set_reps) == total
    expect(page.locator("#summary-graph .js-plotly-plot")).to_be_visible()
    assert "Best: repetition" in page.inner_text(".reasons")
    field = rows.last.locator("input")
    field.fill(str(set_reps[-1] + 2))
    page.click("text=Save")
    expect(page.locator("#summary .phase")).to_have_text("Saved")
    expect(page.locator("#summary .reps")).to_have_text(str(total + 2))
    with sqlite3.connect(app.instance / "hiitpi.sqlite") as connection:
        stored = connection.execute(
            "SELECT workout_set.reps, corrected, seconds FROM workout_set"
            " WHERE session_uuid = (SELECT uuid FROM session ORDER BY started DESC LIMIT 1)"
            " ORDER BY number"
        ).fetchall()
        status, reps = connection.execute(
            "SELECT status, reps FROM session ORDER BY started DESC LIMIT 1"
        ).fetchone()
    assert [row[0] for row in stored] == set_reps
    assert [row[1] for row in stored] == [*[None] * (ROUNDS - 1), set_reps[-1] + 2]
    assert [row[2] for row in stored] == pytest.approx([20] * ROUNDS)
    assert (status, reps) == ("finished", total + 2)
    page.goto("/leaderboard")
    expect(page.locator("#leaderboard")).to_contain_text(str(total + 2))


#: One function that runs in the page: the athlete steps back after a few seconds, in which a busy
#: browser may not answer three questions.
ASKED_TO_STEP_BACK = """() =>
  document.getElementById("notice").textContent.includes("Step back: I can’t see your feet")
  && document.getElementById("outline").checkVisibility()
  && document.getElementById("go").checkVisibility()
"""


def test_a_player_too_close_to_the_camera_is_asked_to_step_back(browser: Browser, tmp_path: Path):
    with (
        running_app(tmp_path / "instance", HIITPI_ATHLETE_FORM="close") as app,
        open_page(browser, app) as page,
    ):
        log_in(page, "Ada")
        page.evaluate(COLLECT_LIVE_DATA)
        choose_workout(page, "Squats")
        page.click("#start")
        page.wait_for_function(ASKED_TO_STEP_BACK)
        check_accessibility(page, "position")
        page.wait_for_selector("#train[data-phase=work]", timeout=30_000)
        assert page.evaluate("window.phases") == ["position", "countdown", "work"]
        page.wait_for_function("+document.getElementById('reps').textContent >= 1")
        finish_session(page)


def test_leaving_the_view_pauses_and_returning_resumes(browser: Browser, tmp_path: Path):
    with (
        running_app(tmp_path / "instance", rate=3, HIITPI_ATHLETE_FORM="leaving") as app,
        open_page(browser, app) as page,
    ):
        log_in(page, "Ada")
        page.evaluate(COLLECT_LIVE_DATA)
        choose_workout(page, "Squats", goal="Seconds")
        page.fill("#amount", "600")  # it must not end before Done is pressed
        page.click("#start")
        page.wait_for_selector("#train[data-phase=paused]", timeout=60_000)
        expect(page.locator("#notice")).to_contain_text("come back into the picture")
        counted = page.inner_text("#reps")
        assert counted in ("3", "4")
        page.wait_for_selector("#train[data-phase=countdown]", timeout=20_000)
        page.wait_for_selector("#train[data-phase=work]")
        page.wait_for_function(f"+document.getElementById('reps').textContent > {counted}")
        paused = page.evaluate("window.paused")
        assert len(paused) > 10
        assert set(paused) == {paused[0]}
        assert "pause" in page.evaluate("window.sounds")
        finish_session(page)
