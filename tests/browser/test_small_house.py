"""Without a camera, and with no or few players: every page and button works, and none leaks."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from hiitpi.coach.session.program import free
from hiitpi.records.sessions import Store
from tests.browser.conftest import App, create_player, open_page, running_app, wait_for_callbacks
from tests.support.session_factory import record

pytestmark = pytest.mark.slow

PAGES = ("/", "/train", "/programs", "/leaderboard", "/history", "/account", "/status", "/wall",
         "/webhooks", "/head-to-head", "/session", "/nowhere")  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running_app(tmp_path_factory.mktemp("small") / "instance", camera="none") as app:
        yield app


@pytest.fixture
def page(browser: Browser, app: App) -> Iterator[Page]:
    with open_page(browser, app) as page:
        yield page
        # Chromium logs the status of a page that does not exist as an error.
        page.errors[:] = [error for error in page.errors if "status of 404" not in error]


def visit_all_pages(page: Page) -> None:
    """Open every page; an error in the console of any fails the test."""
    for path in PAGES:
        page.goto(path)
        page.wait_for_selector("h1")


def press_all_buttons(page: Page, path: str) -> int:
    """Press every button of a page, decline all confirmations, and return the number of buttons.

    Opens the page anew after each button but those whose confirmation was declined.
    """
    pressed, changed = 0, True
    while True:
        if changed:
            page.goto(path)
            # The heading comes with the layout; the buttons may come with a callback, which has not
            # necessarily been requested yet.
            page.wait_for_selector("main button:visible:enabled")
        wait_for_callbacks(page)
        buttons = page.locator("main button:visible:enabled")
        if pressed >= buttons.count():
            return pressed
        buttons.nth(pressed).click()
        pressed += 1
        open_dialog = page.locator("dialog[open]")
        changed = not open_dialog.count()
        if not changed:
            open_dialog.locator("button").first.click()  # cancel


def test_every_page_opens_without_players(page: Page):
    visit_all_pages(page)


def test_the_only_player_can_open_every_page_and_be_renamed_and_deleted(page: Page):
    page.goto("/")
    page.wait_for_selector(".login h1")
    create_player(page, "Ada")
    page.wait_for_selector("#who:has-text('Ada')")
    visit_all_pages(page)
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


def test_every_page_and_button_works_with_one_and_two_items(page: Page, app: App):
    """Covers players, sessions and programs; test_club covers stations."""
    store = Store(f"sqlite:///{app.instance / 'hiitpi.sqlite'}")
    page.goto("/")
    page.wait_for_selector(".login h1")
    create_player(page, "One")
    page.wait_for_selector("#who:has-text('One')")
    for player in ("One", "Two"):
        store.save(record("squat", player=player))
        visit_all_pages(page)
        # A second player changes only the pages that compare players.
        paths = ("/programs", "/leaderboard", "/history", "/account")
        for path in paths if player == "One" else paths[1:2]:
            assert press_all_buttons(page, path)
        store.save(record("jumping_jacks", reps=0, player=player))
        store.programs.save(replace(free("squat"), name=f"Mine {player}"))
    store.close()


def test_the_wall_closes_its_connections(page: Page):
    open_requests: set[str] = set()
    page.on("request", lambda request: "/wall/" in request.url and open_requests.add(id(request)))
    for event in ("requestfinished", "requestfailed"):
        page.on(event, lambda request: open_requests.discard(id(request)))
    requests = []  # keeps the requests alive, so that ids are unique
    page.on("request", lambda request: requests.append(request))
    page.goto("/status")
    for _ in range(10):
        page.click("header nav a[href='/wall']")
        page.wait_for_selector("#wall-page")
        page.click("header nav a[href='/leaderboard']")
        page.wait_for_selector("#leaderboard")
    for _ in range(100):
        if not open_requests:
            break
        page.wait_for_timeout(100)  # lets Playwright process the browser's events
    assert not open_requests
    page.goto("about:blank")
    page.wait_for_timeout(200)
    page.errors.clear()  # connections that were aborted while they were being opened


def test_a_failed_callback_is_reported_on_the_page(page: Page):
    page.route(
        "**/_dash-update-component*", lambda route: route.fulfill(status=500, body="Something")
    )
    page.goto("/status")
    expect(page.locator("#records-trouble")).to_contain_text("Something went wrong")
    page.goto("about:blank")  # stops the page, whose poll fails every two seconds
    page.wait_for_timeout(200)
    page.errors.clear()
