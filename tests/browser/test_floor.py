"""The training page: who controls it, with what keys, and what becomes of a session."""

import sqlite3

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import (
    App,
    choose,
    drawn_as_sent,
    finish,
    log_in,
    opened,
    start,
    stati,
)

pytestmark = pytest.mark.slow

#: The clock of this module's app is faster, so that nobody waits for 3-2-1.
RATE = 4


def test_take_over_from_a_second_device(page: Page, app: App, browser: Browser):
    log_in(page, "Ada")
    start(page, "Squats")
    with opened(browser, app) as other:
        log_in(other, "Bob", ready=False)
        other.wait_for_selector("#train[data-phase=work]")
        assert other.is_hidden("#done")
        assert "Ada is training and in control" in other.inner_text("#who-trains")
        other.click("#claim")
        for screen, says in ((page, "Bob wants to take over"), (other, "Ada was asked")):
            expect(screen.locator("#claim-text")).to_contain_text(says)
        page.click("#keep")
        expect(other.locator("#claim-box")).to_be_hidden()
        assert other.is_hidden("#done")
        other.click("#claim")
        page.click("#hand-over")
        other.wait_for_selector("#train[data-role=control]")
        page.wait_for_selector("#train[data-role=watch]")
        expect(page.locator("#cue")).to_contain_text("Bob is in control now")
        assert page.is_hidden("#done")
        page.click("#claim")  # nobody answers: after ten seconds it is granted
        page.wait_for_selector("#train[data-role=control]", timeout=15_000)
        finish(page)
        other.wait_for_selector("#summary .reps")
        assert other.locator(".sets input").count() == 0  # it was not Bob who trained


def test_two_tabs_are_one_session(page: Page, app: App):
    log_in(page, "Bob")
    other = page.context.new_page()
    other.goto("/train")
    other.wait_for_selector("#train[data-phase=ready]")
    choose(page, "Squats")
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
    with sqlite3.connect(app.instance / "hiitpi.sqlite") as book:
        mine = book.execute(
            "SELECT count(*) FROM session JOIN player ON player.id = player_id WHERE name = 'Bob'"
        ).fetchone()
    assert mine == (1,)


def test_a_keyboard_or_clicker_is_enough(page: Page):
    log_in(page, "Ada")
    choose(page, "Squats")
    page.locator("#workout").get_by_label("Squats", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#train[data-phase=work]", timeout=30_000)
    page.keyboard.press("Space")
    page.wait_for_selector("#train[data-phase=paused]")
    assert page.title().startswith("Paused")
    page.keyboard.press("PageDown")
    page.wait_for_selector("#train[data-phase=work]", timeout=30_000)
    page.keyboard.press("Escape")  # which cannot end a session by mistake
    page.wait_for_selector("#train[data-phase=paused]")
    page.keyboard.press("Escape")
    page.wait_for_selector("#train[data-phase=finished]")


def test_discard_asks_once_and_can_be_undone(page: Page, app: App):
    log_in(page, "Discarder")
    start(page, "Squats")
    finish(page)
    page.click("#ask-discard")
    dialog = page.locator("#discard-dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_text("Keep it").click()
    expect(dialog).to_be_hidden()
    page.click("#ask-discard")
    page.click("#discard")
    expect(page.locator("#summary .phase")).to_have_text("Discarded")
    assert stati(app, "Discarder") == ["discarded"]
    page.click("text=Undo")
    expect(page.locator("#summary .phase")).to_have_text("Restored")
    assert stati(app, "Discarder") == ["finished"]


def test_to_a_number_of_repetitions_and_compared_with_the_best(page: Page):
    log_in(page, "Beginner")
    choose(page, "Squats", goal="Reps")
    page.fill("#amount", "3")
    for says in ("Your first session of this kind", "Your best: 3 reps"):
        page.click("#start")
        page.wait_for_selector("#train[data-phase=finished]", timeout=60_000)
        expect(page.locator("#summary .reps")).to_have_text("3")
        compared = page.inner_text(".result")
        assert says in compared or "New best pace" in compared
        page.click("#again")
        page.wait_for_selector("#train[data-phase=ready]")


def test_full_screen_is_the_board_and_the_video(page: Page):
    log_in(page, "Ada")
    start(page, "Squats")
    page.click("#full")
    page.wait_for_selector("html[data-tv]")
    assert page.is_hidden("header")
    assert page.is_hidden("#done")
    assert page.is_visible("#reps")
    page.evaluate("document.exitFullscreen()")
    page.wait_for_selector("html:not([data-tv])")
    finish(page)


def test_what_a_device_chooses_is_remembered(page: Page):
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


def test_a_phone_gets_the_small_video_and_others_if_they_choose(page: Page):
    log_in(page, "Ada")
    wide = "document.getElementById('video').naturalWidth === "
    page.wait_for_function(wide + "640")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(wide + "480")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.wait_for_function(wide + "640")
    page.click("#who")
    page.get_by_label("Small video").check()
    page.wait_for_function(wide + "480")


def test_graphs_that_are_folded_away_are_not_drawn_and_lose_nothing(page: Page):
    page.set_viewport_size({"width": 1280, "height": 800})
    log_in(page, "Ada")
    page.evaluate(
        "() => { window.heard = []; new EventSource('/live').onmessage = (message) => {"
        " window.heard.push(...JSON.parse(message.data).samples.map((s) => s.time)); }; }"
    )
    graph = page.locator("#graph .js-plotly-plot")
    page.wait_for_function("g => g.data[0].x.length > 20", arg=graph.element_handle())
    page.set_viewport_size({"width": 390, "height": 844})
    expect(graph).to_be_hidden()
    drawn, heard = graph.evaluate("g => [g.data[0].x.at(-1), window.heard.at(-1)]")
    page.wait_for_function("before => window.heard.at(-1) > before + 4", arg=heard)
    assert graph.evaluate("g => g.data[0].x.at(-1)") == drawn
    page.set_viewport_size({"width": 1280, "height": 800})
    page.wait_for_function(f"g => g.data[0].x.at(-1) > {drawn + 4}", arg=graph.element_handle())
    drawn, sent = graph.evaluate("g => [[...new Set(g.data[0].x)], window.heard.length]")
    page.wait_for_function("sent => window.heard.length > sent", arg=sent)
    assert drawn_as_sent(drawn, page.evaluate("window.heard"))
