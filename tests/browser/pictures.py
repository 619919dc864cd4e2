"""Takes screenshots of all pages and their states in four sizes, for `docs/pages/`.

    python -m tests.browser.pictures docs/pages

This is not a test: the screenshots are reviewed by eye.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from hiitpi.bench.web import CHROMIUM, CHROMIUM_FLAGS
from hiitpi.coach.session.program import for_seconds
from tests.browser.conftest import choose_workout, log_in, running_app
from tests.club.cluster import running_club

VIEWPORTS = {"phone": (390, 844), "tablet": (820, 1180), "desktop": (1280, 800), "tv": (1920, 1080)}

#: Width of the saved screenshots.
WIDTHS_PX = {"phone": 260, "tablet": 410, "desktop": 640, "tv": 640}


class Album:
    """Takes screenshots of one page in all sizes and saves them to a folder."""

    def __init__(self, folder: Path, page: Page) -> None:
        self.folder, self.page = folder, page
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, name: str, settle_ms: int = 700) -> None:
        for size, (width, height) in VIEWPORTS.items():
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.wait_for_timeout(settle_ms)
            picture = cv2.imdecode(
                np.frombuffer(self.page.screenshot(), np.uint8), cv2.IMREAD_COLOR
            )
            scale = WIDTHS_PX[size] / width
            resized = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            path = self.folder / f"{name}-{size}.webp"
            cv2.imwrite(str(path), resized, [cv2.IMWRITE_WEBP_QUALITY, 70])
            print(path, flush=True)

    def phase(self, phase: str) -> None:
        self.page.wait_for_selector(f"#train[data-phase={phase}]", timeout=60_000)


@contextmanager
def open_app_page(browser: Browser, form: str) -> Iterator[Page]:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_app(Path(folder) / "instance", full=True, HIITPI_ATHLETE_FORM=form) as app,
    ):
        context = browser.new_context(base_url=app.url, bypass_csp=True)
        yield context.new_page()
        context.close()


def training_pages(album: Album) -> None:
    """Take screenshots of a Tabata from the login to the summary, and of all other pages."""
    page = album.page
    page.goto("/")
    page.wait_for_selector("#enter")
    album.take("login")
    log_in(page, "Ada")
    album.take("ready")
    page.locator("#mode label", has_text="Program").click()
    album.take("ready-program")
    page.get_by_label("Tabata, standing").check()
    page.click("#start")
    album.phase("work")
    page.wait_for_function("+document.getElementById('reps').textContent >= 4", timeout=60_000)
    album.take("work", 300)
    album.phase("rest")
    album.take("rest", 300)
    page.keyboard.press(" ")
    album.phase("paused")
    album.take("paused")
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    album.take("paused-light")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    other = page.context.browser.new_context(base_url=page.url.rsplit("/", 1)[0], bypass_csp=True)
    watcher = Album(album.folder, other.new_page())
    log_in(watcher.page, "Bob", ready=False)
    watcher.phase("paused")
    watcher.page.click("#claim")
    page.wait_for_selector("#claim-box:not([hidden])")
    album.take("claim", 200)
    page.click("#keep")
    watcher.take("watching", 200)
    other.close()
    page.click("#resume")
    album.phase("work")
    page.wait_for_function("+document.getElementById('reps').textContent >= 3", timeout=90_000)
    page.click("#done")
    album.phase("finished")
    page.wait_for_selector("#summary-graph .js-plotly-plot")
    album.take("finished")
    page.goto("/programs")
    page.wait_for_selector("#p-new")
    album.take("programs")
    page.click("text=Copy >> nth=2")
    page.wait_for_selector("#p-save")
    album.take("programs-editor")
    for name in ("leaderboard", "history", "status"):
        page.goto(f"/{name}")
        page.wait_for_selector(".js-plotly-plot, #status")
        page.wait_for_timeout(2500)
        album.take(name)
    page.goto("/workouts")
    page.locator(".guide summary", has_text="Squats").last.click()
    page.locator(".guide", has_text="Squats").last.scroll_into_view_if_needed()
    album.take("workouts")
    page.goto("/account")
    page.wait_for_selector("#d-rename")
    album.take("account")
    page.goto("/webhooks")
    page.fill("#w-url", "https://example.org/hook")
    page.click("#w-add")
    page.wait_for_selector("#w-list li")
    album.take("webhooks")
    page.goto("/history")
    page.click("a[href^='/session/'] >> nth=0")
    page.wait_for_selector("#summary-graph .js-plotly-plot")
    album.take("session")
    page.goto("/nowhere")
    album.take("missing")


def position_page(album: Album) -> None:
    """Take a screenshot of a player who stands too close at first."""
    log_in(album.page, "Ada")
    choose_workout(album.page, "Jumping Jacks")
    album.page.click("#start")
    album.page.wait_for_function("document.getElementById('notice').textContent.includes('back')")
    album.take("position", 250)


def house_code_page(page: Page, folder: Path) -> None:
    """Take a screenshot of the login page for the house code.

    The header makes the browser look like a device behind a proxy that has not entered the code.
    """
    context = page.context.browser.new_context(
        base_url=page.url.rsplit("/", 1)[0], extra_http_headers={"X-Forwarded-For": "192.0.2.1"}
    )
    album = Album(folder, context.new_page())
    album.page.goto("/")
    album.take("code")
    context.close()


def club_pages(browser: Browser, folder: Path) -> None:
    """Take screenshots of four stations: three in a head-to-head, and the fourth offline."""
    with (
        tempfile.TemporaryDirectory(prefix="hiitpi-") as club_folder,
        running_club(Path(club_folder), 4, pages=True, drawn=True) as club,
    ):
        assert club.pages is not None
        host, port = club.pages.address
        context = browser.new_context(base_url=f"http://{host}:{port}", bypass_csp=True)
        album = Album(folder, context.new_page())
        offline = club.members.pop()
        offline.process.terminate()
        for player in ("Player 1", "Player 2", "Player 3"):
            club.store.players.get_or_create_player(player)
        match = club.begin(for_seconds("jumping_jacks", 60))
        page = album.page
        page.goto("/wall")
        page.wait_for_selector(".tile[data-phase=work]", timeout=60_000)
        page.wait_for_timeout(9000)
        album.take("wall", 1500)
        page.goto(f"/head-to-head?match={match.id}")
        page.wait_for_selector(".winner", timeout=120_000)
        album.take("versus")
        page.goto("/head-to-head")
        page.wait_for_selector("#begin")
        album.take("versus-form")
        context.close()


def main(folder: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        club_pages(browser, folder)
        with open_app_page(browser, "close") as page:
            position_page(Album(folder, page))
        with open_app_page(browser, "good") as page:
            training_pages(Album(folder, page))
            house_code_page(page, folder)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
