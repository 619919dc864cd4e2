"""Pictures of all pages and their states at the four sizes, for people who look: `docs/pages/`.

    python -m tests.browser.pictures docs/pages

Not a test: what is on the pictures is judged by eye.
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
from tests.browser.conftest import choose, log_in, running
from tests.club.cluster import running_club

SIZES = {"phone": (390, 844), "tablet": (820, 1180), "desktop": (1280, 800), "tv": (1920, 1080)}

#: Width of the pictures that are kept, pixels.
KEPT = {"phone": 260, "tablet": 410, "desktop": 640, "tv": 640}


class Album:
    """One folder of pictures, one page that is looked at in all sizes."""

    def __init__(self, folder: Path, page: Page) -> None:
        self.folder, self.page = folder, page
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, name: str, settle: int = 700) -> None:
        for size, (width, height) in SIZES.items():
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.wait_for_timeout(settle)
            picture = cv2.imdecode(
                np.frombuffer(self.page.screenshot(), np.uint8), cv2.IMREAD_COLOR
            )
            part = KEPT[size] / width
            small = cv2.resize(picture, None, fx=part, fy=part, interpolation=cv2.INTER_AREA)
            path = self.folder / f"{name}-{size}.webp"
            cv2.imwrite(str(path), small, [cv2.IMWRITE_WEBP_QUALITY, 70])
            print(path, flush=True)

    def phase(self, phase: str) -> None:
        self.page.wait_for_selector(f"#train[data-phase={phase}]", timeout=60_000)


@contextmanager
def opened(browser: Browser, form: str) -> Iterator[Page]:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "instance", full=True, HIITPI_ATHLETE_FORM=form) as app,
    ):
        context = browser.new_context(base_url=app.url, bypass_csp=True)
        yield context.new_page()
        context.close()


def well(album: Album) -> None:
    """A Tabata from the login to the database."""
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
    page.goto("/account")
    page.wait_for_selector("#d-rename")
    album.take("account")
    page.goto("/history")
    page.click("a[href^='/session/'] >> nth=0")
    page.wait_for_selector("#summary-graph .js-plotly-plot")
    album.take("session")
    page.goto("/nowhere")
    album.take("missing")


def near(album: Album) -> None:
    """Somebody who stands too close at first."""
    log_in(album.page, "Ada")
    choose(album.page, "Jumping Jacks")
    album.page.click("#start")
    album.page.wait_for_function("document.getElementById('notice').textContent.includes('back')")
    album.take("position", 250)


def stranger(page: Page, folder: Path) -> None:
    """A device that has not said the house code: by its header, one behind a proxy."""
    context = page.context.browser.new_context(
        base_url=page.url.rsplit("/", 1)[0], extra_http_headers={"X-Forwarded-For": "192.0.2.1"}
    )
    album = Album(folder, context.new_page())
    album.page.goto("/")
    album.take("code")
    context.close()


def club(browser: Browser, folder: Path) -> None:
    """Four stations, three of them in a head-to-head, and the fourth has gone."""
    with (
        tempfile.TemporaryDirectory(prefix="hiitpi-") as place,
        running_club(Path(place), 4, pages=True, drawn=True) as everybody,
    ):
        assert everybody.pages is not None
        host, port = everybody.pages.address
        context = browser.new_context(base_url=f"http://{host}:{port}", bypass_csp=True)
        album = Album(folder, context.new_page())
        gone = everybody.members.pop()
        gone.process.terminate()
        for player in ("Player 1", "Player 2", "Player 3"):
            everybody.store.players.get_or_create_player(player)
        match = everybody.begin(for_seconds("jumping_jacks", 60))
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
        club(browser, folder)
        with opened(browser, "close") as page:
            near(Album(folder, page))
        with opened(browser, "good") as page:
            well(Album(folder, page))
            stranger(page, folder)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
