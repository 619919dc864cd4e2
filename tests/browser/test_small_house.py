"""A house with nobody, then one player, and no camera: every button works, and no page leaks."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from hiitpi.coach.session.program import free
from hiitpi.records.sessions import Store
from tests.browser.conftest import App, introduce, opened, running, wait_for_callbacks
from tests.support.session_factory import record

pytestmark = pytest.mark.slow

PAGES = ("/", "/train", "/programs", "/leaderboard", "/history", "/account", "/status", "/wall",
         "/head-to-head", "/session", "/nowhere")  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running(tmp_path_factory.mktemp("small") / "instance", camera="none") as app:
        yield app


@pytest.fixture
def page(browser: Browser, app: App) -> Iterator[Page]:
    with opened(browser, app) as page:
        yield page
        # A page that there is not is told by its status, which Chromium calls an error.
        page.trouble[:] = [one for one in page.trouble if "status of 404" not in one]


def visit(page: Page) -> None:
    """Open every page; an error in the console of any fails the test."""
    for path in PAGES:
        page.goto(path)
        page.wait_for_selector("h1")


def press_everything(page: Page, path: str) -> int:
    """Press every button of a page that asks nothing twice; how many there were."""
    pressed = 0
    while True:
        page.goto(path)
        page.wait_for_selector("h1")
        wait_for_callbacks(page)
        buttons = page.locator("main button:visible:enabled")
        if pressed >= buttons.count():
            return pressed
        buttons.nth(pressed).click()
        pressed += 1
        open_dialog = page.locator("dialog[open]")
        if open_dialog.count():
            open_dialog.locator("button").first.click()  # no


def test_every_page_of_an_empty_house(page: Page):
    visit(page)


def test_the_only_player_has_every_page_and_can_be_renamed_and_deleted(page: Page):
    page.goto("/")
    page.wait_for_selector(".login h1")
    introduce(page, "Ada")
    page.wait_for_selector("#who:has-text('Ada')")
    visit(page)
    page.goto("/account")
    expect(page.locator("#d-other")).to_be_hidden()  # there is nobody to merge with
    page.fill("#d-name", "Augusta")
    page.click("#d-rename")
    expect(page.locator("h1")).to_have_text("Augusta’s history")
    page.goto("/account")
    page.click("text=Delete this player")
    page.click("#d-delete")
    page.wait_for_selector(".login h1")
    expect(page.locator("main")).not_to_contain_text("Augusta")


def test_every_page_and_button_with_one_and_two_of_everything(page: Page, app: App):
    """Players, sessions and programs; in test_club: stations."""
    store = Store(f"sqlite:///{app.instance / 'hiitpi.sqlite'}")
    page.goto("/")
    page.wait_for_selector(".login h1")
    introduce(page, "One")
    page.wait_for_selector("#who:has-text('One')")
    for player in ("One", "Two"):
        store.save(record("squat", player=player))
        visit(page)
        for path in ("/programs", "/leaderboard", "/history", "/account"):
            assert press_everything(page, path)
        store.save(record("jumping_jacks", reps=0, player=player))
        store.programs.save(replace(free("squat"), name=f"Mine {player}"))
        visit(page)
    store.close()


def test_the_wall_gives_its_connections_back(page: Page):
    open_now: set[str] = set()
    page.on("request", lambda request: "/wall/" in request.url and open_now.add(id(request)))
    for ended in ("requestfinished", "requestfailed"):
        page.on(ended, lambda request: open_now.discard(id(request)))
    requests = []  # holds them, so that an id is one request's
    page.on("request", lambda request: requests.append(request))
    page.goto("/status")
    for _ in range(10):
        page.click("header nav a[href='/wall']")
        page.wait_for_selector("#wall-page")
        page.click("header nav a[href='/leaderboard']")
        page.wait_for_selector("#leaderboard")
    for _ in range(100):
        if not open_now:
            break
        page.wait_for_timeout(100)  # lets the browser's events come in
    assert not open_now
    page.goto("about:blank")
    page.wait_for_timeout(200)
    page.trouble.clear()  # of connections that were cut while they were opened


def test_a_bug_of_ours_is_told_on_the_page(page: Page):
    page.route(
        "**/_dash-update-component*", lambda route: route.fulfill(status=500, body="Something")
    )
    page.goto("/status")
    expect(page.locator("#records-trouble")).to_contain_text("Something went wrong")
    page.goto("about:blank")  # the page asks, and is refused, every two seconds
    page.wait_for_timeout(200)
    page.trouble.clear()
