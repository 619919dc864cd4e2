"""For everybody: axe-core finds nothing serious on any page, in any state, dark or light."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from hiitpi.web.app import PAGES
from tests.browser.conftest import choose, finish, hide, log_in

pytestmark = pytest.mark.slow

SERIOUS = ("serious", "critical")

#: The clock of this module's app is faster, so that nobody waits for a rest.
RATE = 4


def examine(page: Page, where: str) -> None:
    """Look in both themes, while nothing moves."""
    hide(page, True)
    for theme in ("dark", "light"):
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        page.wait_for_timeout(350)  # colours have changed, labels are mended
        options = None if theme == "dark" else {"runOnly": ["color-contrast"]}
        found = Axe().run(page, options=options).response["violations"]
        bad = [
            (where, theme, one["id"], [node["target"] for node in one["nodes"]][:5])
            for one in found
            if one["impact"] in SERIOUS
        ]
        assert not bad
    hide(page, False)


def test_pages(page: Page):
    log_in(page, "Ada")
    for path in [*(page_.PATH for page_ in PAGES if page_.PATH != "/train"), "/nowhere"]:
        page.goto(path)
        page.wait_for_selector("main h1")
        examine(page, path)
    assert [line for line in page.trouble if "404" not in line] == []
    page.trouble.clear()  # /nowhere is told to be nowhere
    page.goto("/programs")
    page.click("text=Copy >> nth=2")
    page.wait_for_selector("#p-save")
    examine(page, "editor")
    page.click("#who")
    examine(page, "menu")
    page.keyboard.press("Escape")
    assert page.is_hidden(".menu")


def test_the_training_floor_in_every_phase(page: Page):
    log_in(page, "Ada")
    page.wait_for_function("document.getElementById('video').naturalWidth > 1")
    page.locator("#mode label", has_text="Program").click()
    examine(page, "picker of programs")
    choose(page, "Squats", goal="Tabata")
    examine(page, "picker")
    page.click("#start")
    for phase in ("work", "rest"):
        page.wait_for_selector(f"#train[data-phase={phase}]", timeout=60_000)
        examine(page, phase)
    page.wait_for_selector("#train[data-phase=work]")
    page.keyboard.press("Space")
    page.wait_for_selector("#train[data-phase=paused]")
    examine(page, "paused")
    finish(page)
    examine(page, "finished")
    page.click("#ask-discard")
    examine(page, "dialog")


def test_everything_is_reached_by_tab_and_says_its_name(page: Page):
    log_in(page, "Ada")
    page.wait_for_timeout(500)
    names = []
    for _ in range(14):
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


def test_less_motion_is_respected(page: Page):
    page.emulate_media(reduced_motion="reduce")
    log_in(page, "Ada")
    page.evaluate("document.getElementById('reps').classList.add('pop')")
    animation = page.evaluate("getComputedStyle(document.getElementById('reps')).animationName")
    assert animation == "none"


def test_the_page_says_its_language(page: Page):
    log_in(page, "Ada")
    assert page.get_attribute("html", "lang") == "en"
