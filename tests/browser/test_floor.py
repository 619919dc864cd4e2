"""The training page: control by one of several devices, keyboard, and the end of a session."""

import sqlite3

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import (
    DESKTOP,
    PHONE,
    App,
    choose_workout,
    collect_samples,
    drawn_times,
    expect_consecutive_samples,
    finish_session,
    log_in,
    open_page,
    session_statuses,
    start_workout,
)

pytestmark = pytest.mark.slow

#: Speed of the pipeline's clock, which shortens the countdowns.
RATE = 4


def test_a_second_device_takes_over_control(page: Page, app: App, browser: Browser):
    log_in(page, "Ada")
    start_workout(page, "Squats")
    with open_page(browser, app) as other:
        log_in(other, "Bob", ready=False)
        other.wait_for_selector("#train[data-phase=work]")
        assert other.is_hidden("#done")
        assert "Ada is training and in control" in other.inner_text("#who-trains")
        other.click("#claim")
        for screen, message in ((page, "Bob wants to take over"), (other, "Ada was asked")):
            expect(screen.locator("#claim-text")).to_contain_text(message)
        page.click("#keep")
        expect(other.locator("#claim-box")).to_be_hidden()
        assert other.is_hidden("#done")
        other.click("#claim")
        page.click("#hand-over")
        other.wait_for_selector("#train[data-role=control]")
        page.wait_for_selector("#train[data-role=watch]")
        expect(page.locator("#cue")).to_contain_text("Bob is in control now")
        assert page.is_hidden("#done")
        page.click("#claim")  # without an answer, the request is granted after ten seconds
        page.wait_for_selector("#train[data-role=control]", timeout=15_000)
        finish_session(page)
        other.wait_for_selector("#summary .reps")
        assert other.locator(".sets input").count() == 0  # Bob has not trained


def test_two_tabs_share_one_session(page: Page, app: App):
    log_in(page, "Bob")
    other = page.context.new_page()
    other.goto("/train")
    other.wait_for_selector("#train[data-phase=ready]")
    choose_workout(page, "Squats")
    page.click("#start")
    page.wait_for_selector("#train:not([data-phase=ready])")
    other.wait_for_selector("#train:not([data-phase=ready])")
    assert other.is_hidden("#start")
    page.wait_for_selector("#train[data-phase=work]", timeout=30_000)
    page.wait_for_function("+document.getElementById('reps').textContent >= 2", timeout=60_000)
    assert int(other.inner_text("#reps")) >= 1
    other.click("#done")
    page.wait_for_selector("#train[data-phase=finished]")
    other.wait_for_selector("#summary .reps")
    with sqlite3.connect(app.instance / "hiitpi.sqlite") as connection:
        session_count = connection.execute(
            "SELECT count(*) FROM session JOIN player ON player.id = player_id WHERE name = 'Bob'"
        ).fetchone()
    assert session_count == (1,)


def test_training_can_be_controlled_by_keyboard_or_clicker(page: Page):
    log_in(page, "Ada")
    choose_workout(page, "Squats")
    page.locator("#workout").get_by_label("Squats", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#train[data-phase=work]", timeout=30_000)
    page.keyboard.press("Space")
    page.wait_for_selector("#train[data-phase=paused]")
    assert page.title().startswith("Paused")
    page.keyboard.press("PageDown")
    page.wait_for_selector("#train[data-phase=work]", timeout=30_000)
    page.keyboard.press("Escape")  # pauses first, so that a session is not ended by mistake
    page.wait_for_selector("#train[data-phase=paused]")
    page.keyboard.press("Escape")
    page.wait_for_selector("#train[data-phase=finished]")


def test_discard_asks_for_confirmation_and_can_be_undone(page: Page, app: App):
    log_in(page, "Discarder")
    start_workout(page, "Squats")
    finish_session(page)
    page.click("#ask-discard")
    dialog = page.locator("#discard-dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_text("Keep it").click()
    expect(dialog).to_be_hidden()
    page.click("#ask-discard")
    page.click("#discard")
    expect(page.locator("#summary .phase")).to_have_text("Discarded")
    assert session_statuses(app, "Discarder") == ["discarded"]
    page.click("text=Undo")
    expect(page.locator("#summary .phase")).to_have_text("Restored")
    assert session_statuses(app, "Discarder") == ["finished"]


def test_a_repetition_goal_ends_the_session_and_compares_it_with_the_best(page: Page):
    log_in(page, "Beginner")
    choose_workout(page, "Squats", goal="Reps")
    page.fill("#amount", "3")
    for message in ("Your first session of this kind", "Your best: 3 reps"):
        page.click("#start")
        page.wait_for_selector("#train[data-phase=finished]", timeout=60_000)
        expect(page.locator("#summary .reps")).to_have_text("3")
        comparison = page.inner_text(".result")
        assert message in comparison or "New best pace" in comparison
        page.click("#again")
        page.wait_for_selector("#train[data-phase=ready]")


def test_full_screen_shows_only_the_scoreboard_and_the_video(page: Page):
    page.set_viewport_size(DESKTOP)
    log_in(page, "Ada")
    start_workout(page, "Squats")
    page.click("#full")
    page.wait_for_selector("html[data-tv]")
    assert page.is_hidden("header")
    assert page.is_hidden("#done")
    assert page.is_visible("#reps")
    for phase in ("paused", "work"):  # a clicker still works
        page.keyboard.press("PageDown")
        page.wait_for_selector(f"#train[data-phase={phase}]")
    page.evaluate("document.exitFullscreen()")
    page.wait_for_selector("html:not([data-tv])")
    finish_session(page)


def test_the_distance_layout_is_large_and_works_with_a_remote_control(page: Page):
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto("/train?distance")
    expect(page.get_by_text("You are watching")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")  # log in to train
    page.wait_for_selector(".login h1")
    log_in(page, "Ada")
    page.keyboard.press("Enter")
    page.wait_for_selector("#train[data-phase=work]")
    small = page.evaluate(
        "() => [...document.querySelectorAll('body *')].filter((e) => e.offsetParent"
        " && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())"
        " && getComputedStyle(e).visibility !== 'hidden'"
        " && parseFloat(getComputedStyle(e).fontSize) < innerHeight / 20)"
        ".map((e) => e.outerHTML.slice(0, 80))"
    )
    assert not small
    page.keyboard.press("Escape")
    page.wait_for_selector("#train[data-phase=paused]")
    page.evaluate("document.getElementById('done').click()")
    page.wait_for_selector("#train[data-phase=finished]")


def test_device_preferences_are_remembered(page: Page):
    log_in(page, "Ada")
    page.click("#who")
    page.get_by_label("Light theme").check()
    page.get_by_label("Sound").uncheck()
    page.reload()
    page.wait_for_selector("html[data-theme=light]")
    page.wait_for_selector("#train[data-phase=ready]", timeout=15_000)
    assert page.evaluate("window.hiitpi.settings") == {
        "sound": False,
        "voice": False,
        "light": True,
        "small": False,
    }


def test_phones_and_devices_that_choose_it_get_the_small_video(page: Page):
    page.set_viewport_size(DESKTOP)
    log_in(page, "Ada")
    video_width_is = "document.getElementById('video').naturalWidth === "
    page.wait_for_function(video_width_is + "640")
    page.set_viewport_size(PHONE)
    page.wait_for_function(video_width_is + "480")
    page.set_viewport_size(DESKTOP)
    page.wait_for_function(video_width_is + "640")
    page.click("#who")
    page.get_by_label("Small video").check()
    page.wait_for_function(video_width_is + "480")


def test_hidden_graphs_are_not_drawn_and_lose_no_samples(page: Page):
    page.set_viewport_size(DESKTOP)
    log_in(page, "Ada")
    collect_samples(page)
    graph = page.locator("#graph .js-plotly-plot")
    page.wait_for_function("g => g.data[0].x.length > 20", arg=graph.element_handle())
    page.set_viewport_size(PHONE)
    expect(graph).to_be_hidden()
    last_drawn, last_received = graph.evaluate(
        "g => [g.data[0].x.at(-1), window.heard.at(-1).time]"
    )
    page.wait_for_function("before => window.heard.at(-1).time > before + 4", arg=last_received)
    assert graph.evaluate("g => g.data[0].x.at(-1)") == last_drawn
    page.set_viewport_size(DESKTOP)
    page.wait_for_function(
        f"g => g.data[0].x.at(-1) > {last_drawn + 4}", arg=graph.element_handle()
    )
    expect_consecutive_samples(page, drawn_times(graph))
