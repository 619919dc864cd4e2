"""The training page: who may use it, what it shows on every screen, and how a session ends."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import (
    DESKTOP,
    PHONE,
    App,
    choose_workout,
    collect_samples,
    create_player,
    drawn_times,
    expect_consecutive_samples,
    finish_session,
    log_in,
    open_page,
    running_app,
    session_statuses,
    set_tab_hidden,
    start_workout,
)

pytestmark = pytest.mark.slow

#: Speed of the pipeline's clock, which shortens the countdowns.
RATE = 2


def test_an_empty_name_is_rejected_with_a_message(page: Page):
    page.goto("/")
    page.wait_for_selector(".login h1")
    create_player(page, "")
    page.wait_for_function("document.getElementById('name-trouble').textContent.includes('name')")
    assert page.url.endswith("/")


def test_workouts_are_chosen_by_kind_and_explained(page: Page):
    log_in(page, "Ada")
    squats, planks = (page.locator("#workout label", has_text=name) for name in ("Squats", "Plank"))
    expect(squats).to_be_visible()
    page.locator("#kind label", has_text="Floor").click()
    expect(planks).to_be_visible()
    expect(squats).to_be_hidden()
    planks.click()
    expect(planks.locator(".moving")).to_be_visible()
    expect(page.locator(".suggestion")).to_contain_text("Today: 10 Squats.")
    page.click("#suggest")
    expect(squats.locator("input")).to_be_checked()
    expect(page.locator("#amount")).to_have_value("10")
    page.click("text=Teach a workout of your own")
    card = page.locator(".guide", has_text="Wall Sit")
    card.locator("summary").first.click()
    expect(card).to_contain_text("Lean your back against a wall.")
    expect(card).to_contain_text("Turn your side to the camera")
    card.get_by_text("What counts").click()
    expect(card).to_contain_text("It is a position to hold: height of the hips over the knees")
    page.locator("#own-kind label", has_text="Floor").click()
    expect(card).to_be_hidden()
    page.locator("#own-kind label", has_text="All").click()
    page.fill("#own-search", "Glutes jump")
    expect(page.locator(".guide:visible b")).to_have_text(
        ["Jumping Lunges", "Lunges", "Side Squat Jumps", "Squat Jumps", "Squats"]
    )


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
    page.set_viewport_size(DESKTOP)
    log_in(page, "Cleo")
    page.wait_for_function("document.getElementById('video').naturalWidth > 0")
    collect_samples(page)
    graph = page.locator("#graph .js-plotly-plot")
    page.wait_for_function("g => g.data[1].x.length > 20", arg=graph.element_handle())
    set_tab_hidden(page, True)
    assert page.get_attribute("#video", "src").startswith("data:")
    page.evaluate("() => new Promise(requestAnimationFrame)")  # draws what came before
    last_drawn, last_received = graph.evaluate(
        "g => [g.data[1].x.at(-1), window.heard.at(-1).time]"
    )
    page.wait_for_function("before => window.heard.at(-1).time > before + 3", arg=last_received)
    assert graph.evaluate("g => g.data[1].x.at(-1)") == last_drawn
    set_tab_hidden(page, False)
    page.wait_for_function(
        f"g => g.data[1].x.at(-1) > {last_drawn + 4}", arg=graph.element_handle()
    )
    # Every sample is there, also those of the three seconds while the tab was hidden.
    since_hidden = [time for time in drawn_times(graph) if time >= last_drawn]
    expect_consecutive_samples(page, since_hidden)


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
    page.set_viewport_size(PHONE)
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


def test_cancelling_before_go_stores_no_session(browser: Browser, tmp_path: Path):
    """An athlete who is too close needs 12 seconds to get ready, so Cancel is never too late."""
    with (
        running_app(tmp_path / "instance", HIITPI_ATHLETE_FORM="close") as app,
        open_page(browser, app) as page,
    ):
        log_in(page, "Shy")
        choose_workout(page, "Squats")
        page.click("#start")
        page.wait_for_selector("#train[data-phase=position]")
        page.keyboard.press("Escape")  # Cancel
        page.wait_for_selector("#train[data-phase=ready]")
        assert session_statuses(app, "Shy") == []


def test_the_screen_stays_on_during_a_session(page: Page):
    page.add_init_script(
        "window.locks = []; const { wakeLock } = navigator, ask = wakeLock.request.bind(wakeLock);"
        " wakeLock.request = async (kind) => {"
        " const lock = await ask(kind); window.locks.push(lock); return lock; };"
    )
    held = "window.locks.filter((lock) => !lock.released).length"
    log_in(page, "Ada")
    assert page.evaluate(held) == 0
    start_workout(page, "Squats")
    page.wait_for_function(f"{held} === 1")
    finish_session(page)
    page.wait_for_function(f"{held} === 0")
    assert page.is_hidden("#dark")


#: Lets no sound be heard before the first tap. Browsers do so by themselves, but take the calls of
#: Playwright for taps.
SILENT_UNTIL_TAPPED = """
let tapped = false;
addEventListener("pointerdown", () => { tapped = true; }, { capture: true });
window.AudioContext = class extends AudioContext {
  constructor() { super(); super.suspend(); }
  resume() { return tapped ? super.resume() : Promise.resolve(); }
};
"""


def test_a_device_that_cannot_be_heard_says_so(page: Page, app: App, browser: Browser):
    log_in(page, "Ada")
    start_workout(page, "Squats")
    assert page.is_hidden("#muted")
    with open_page(browser, app) as other:
        other.add_init_script(SILENT_UNTIL_TAPPED)
        other.goto("/train")
        other.wait_for_selector("#train[data-phase=work]")
        other.wait_for_selector("#muted:visible")
        other.click("#muted")
        other.wait_for_selector("#muted", state="hidden")
        other.click("#who")
        other.click("#test-sound")
        expect(other.locator("#sound-result")).to_have_text("You should have heard three tones.")
