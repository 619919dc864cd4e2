"""Accessibility: axe-core finds nothing serious on any page, in any state, dark or light."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from hiitpi.web.app import PAGES
from tests.browser.conftest import DESKTOP, choose_workout, finish_session, log_in, set_tab_hidden

pytestmark = pytest.mark.slow

SERIOUS_IMPACTS = ("serious", "critical")

#: Speed of the pipeline's clock, which shortens the rests.
RATE = 4

#: The live graphs are checked too; other tests check pages at the size of a phone.
VIEWPORT = DESKTOP

#: Waits until labels are corrected, two frames later, and colours have changed.
FINISH_DRAWING = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  await frame();
  await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
  await frame();
}"""


def check_accessibility(page: Page, state: str) -> None:
    """Check a page in both themes, while nothing moves.

    Args:
        page: the page.
        state: name of the page and its state, for the failure message.
    """
    set_tab_hidden(page, True)
    for theme in ("dark", "light"):
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        page.evaluate(FINISH_DRAWING)
        rules = {} if theme == "dark" else {"runOnly": ["color-contrast"]}
        options = {"resultTypes": ["violations"], **rules}
        violations = Axe().run(page, options=options).response["violations"]
        serious = [
            (state, theme, violation["id"], [node["target"] for node in violation["nodes"]][:5])
            for violation in violations
            if violation["impact"] in SERIOUS_IMPACTS
        ]
        assert not serious
    set_tab_hidden(page, False)


def test_pages_are_accessible(page: Page):
    log_in(page, "Ada")
    for path in [*(page_.PATH for page_ in PAGES if page_.PATH != "/train"), "/nowhere"]:
        page.goto(path)
        page.wait_for_selector("main h1")
        check_accessibility(page, path)
    assert [line for line in page.errors if "404" not in line] == []
    page.errors.clear()  # /nowhere does not exist
    page.goto("/programs")
    page.click("text=Copy >> nth=2")
    page.wait_for_selector("#p-save")
    check_accessibility(page, "editor")
    page.click("#who")
    check_accessibility(page, "menu")
    page.keyboard.press("Escape")
    assert page.is_hidden(".menu")


def test_the_training_page_is_accessible_in_every_phase(page: Page):
    log_in(page, "Ada")
    page.wait_for_function("document.getElementById('video').naturalWidth > 1")
    page.locator("#mode label", has_text="Program").click()
    check_accessibility(page, "picker of programs")
    choose_workout(page, "Squats", goal="Tabata")
    check_accessibility(page, "picker")
    page.click("#start")
    for phase in ("work", "rest"):
        page.wait_for_selector(f"#train[data-phase={phase}]", timeout=60_000)
        check_accessibility(page, phase)
    page.wait_for_selector("#train[data-phase=work]")
    page.keyboard.press("Space")
    page.wait_for_selector("#train[data-phase=paused]")
    check_accessibility(page, "paused")
    finish_session(page)
    check_accessibility(page, "finished")
    page.click("#ask-discard")
    check_accessibility(page, "dialog")


def test_controls_are_reached_by_tab_and_have_a_name(page: Page):
    log_in(page, "Ada")
    page.wait_for_timeout(500)
    names = []
    for _ in range(18):
        page.keyboard.press("Tab")
        names.append(
            page.evaluate(
                "() => { const e = document.activeElement;"
                " return (e.getAttribute('aria-label') || e.innerText"
                " || e.closest('label')?.innerText || '').trim(); }"
            )
        )
    assert all(names)
    assert {"Train", "Programs", "Leaderboard", "History", "Start"} <= set(names)


def test_touch_targets_are_large_enough(page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    log_in(page, "Ada")
    for path in ("/train", "/programs", "/"):
        page.goto(path)
        page.wait_for_selector("main h1, main h2", state="attached")
        page.wait_for_timeout(1000)
        small = page.evaluate(
            "() => [...document.querySelectorAll('button, summary, nav a, .workouts label')]"
            ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 47.5)"
            ".map(e => e.outerHTML.slice(0, 100))"
        )
        assert not small


def test_reduced_motion_is_respected(page: Page):
    log_in(page, "Ada")
    for preference, animation in (("no-preference", "pop"), ("reduce", "none")):
        page.emulate_media(reduced_motion=preference)
        page.evaluate("document.getElementById('reps').classList.add('pop')")
        reps = "getComputedStyle(document.getElementById('reps')).animationName"
        assert page.evaluate(reps) == animation


def test_the_page_declares_its_language(page: Page):
    log_in(page, "Ada")
    assert page.get_attribute("html", "lang") == "en"
