"""Fixtures for browser tests: a real app, started as a user starts it, and a real browser."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from hiitpi.bench.web import CHROMIUM, CHROMIUM_FLAGS
from hiitpi.errors import ModelError
from hiitpi.pose.catalog import Catalog
from hiitpi.settings import ROOT
from hiitpi.system.ports import free_port
from tests.conftest import MIRROR
from tests.support.waiting import until

expect.set_options(timeout=15_000)  # longer than the default: other tests run in parallel


@dataclass
class App:
    """A running app.

    Attributes:
        url: its address.
        instance: its instance folder; None for a remote device.
        process: its main process; None if this test has not started it.
    """

    url: str
    instance: Path | None
    process: subprocess.Popen[str] | None


@cache
def fastest_model() -> str:
    """Return the fastest available model: MoveNet, or BlazePose, part of a Python package."""
    try:
        Catalog(mirror=MIRROR if MIRROR.is_dir() else None).fetch("movenet")
    except ModelError:
        return "blazepose"
    return "movenet"


@contextmanager
def running_app(
    instance: Path, camera: str = "athlete", rate: float = 1, full: bool = False, **settings: str
) -> Iterator[App]:
    """Run `python app.py` with a real Redis and a real model.

    Args:
        instance: the instance folder.
        camera: the camera setting.
        rate: speed of the pipeline's clock; 1 is real time.
        full: use the default model and frame rate, which need more processor time than most tests
            can afford.
        settings: further environment variables.
    """
    port = free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith("HIITPI_")}
    env |= {"HIITPI_INSTANCE": str(instance), "HIITPI_HOST": "127.0.0.1", "HIITPI_PORT": str(port)}
    if not full:
        env |= {"HIITPI_MODEL": fastest_model(), "HIITPI_CAMERA_FPS": "8"}
    env |= settings
    if MIRROR.is_dir():
        env["HIITPI_MODEL_MIRROR"] = str(MIRROR)
    command = [sys.executable, "app.py", "--camera", camera]
    if rate != 1:
        command = [sys.executable, "-m", "tests.browser.fast_clock", str(rate)]
    # When a run is terminated, pytest-xdist kills its workers, and no fixture ends its app.
    command = ["setpriv", "--pdeathsig", "TERM", "--", *command]
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=sys.stderr, text=True
    ) as process:
        assert process.stdout is not None
        try:
            startup_lines = [process.stdout.readline() for _ in range(3 if rate == 1 else 1)]
            assert "open" in "".join(startup_lines), startup_lines
            yield App(f"http://127.0.0.1:{port}", instance, process)
        finally:
            process.terminate()
            process.communicate(timeout=15)
    assert process.returncode == 0


@pytest.fixture(scope="session")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[float, bool], App]]:
    """Run one app for each speed of the clock and quality, and share it between modules."""
    with ExitStack() as stack:

        @cache
        def start(rate: float, full: bool) -> App:
            instance = tmp_path_factory.mktemp("app") / "instance"
            return stack.enter_context(running_app(instance, rate=rate, full=full))

        yield start


@pytest.fixture(scope="module")
def app(request: pytest.FixtureRequest, apps: Callable[[float, bool], App]) -> App:
    """Return an app with the synthetic athlete; modules may set `RATE` and `FULL` for it."""
    return apps(getattr(request.module, "RATE", 1), getattr(request.module, "FULL", False))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


#: Window sizes. The phone is the default: it shows no live graphs and the small video, so its
#: browser needs a third of the processor time.
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def profile(request: pytest.FixtureRequest, browser: Browser, app: App) -> Iterator[BrowserContext]:
    """Open a browser profile, whose cache saves loading the scripts for every test.

    Modules may set `VIEWPORT` for it.
    """
    context = new_context(browser, app, getattr(request.module, "VIEWPORT", PHONE))
    yield context
    context.close()


@pytest.fixture
def page(profile: BrowserContext, app: App) -> Iterator[Page]:
    """Open a page without cookies and storage; end a session that the test leaves running."""
    try:
        with checked_page(profile, app) as page:
            yield page
            if page.locator("#done, #cancel").locator("visible=true").count():
                page.locator("#done, #cancel").locator("visible=true").first.click()
                page.wait_for_selector("#train:is([data-phase=ready], [data-phase=finished])")
    finally:
        session = profile.new_cdp_session(page)
        session.send(
            "Storage.clearDataForOrigin", {"origin": app.url, "storageTypes": "local_storage"}
        )
        profile.clear_cookies()
        for open_tab in profile.pages:
            open_tab.close()


def new_context(
    browser: Browser, app: App, viewport: ViewportSize, strict: bool = False
) -> BrowserContext:
    """Return a new browser profile; see `open_page`."""
    return browser.new_context(
        viewport=viewport, base_url=app.url, bypass_csp=not strict, ignore_https_errors=True
    )


@contextmanager
def checked_page(context: BrowserContext, app: App) -> Iterator[Page]:
    """Open a page in a profile.

    Errors in the console and requests to other hosts, from any tab of the profile, fail the test.
    They are collected in `page.errors`; a test that provokes errors removes them from there.
    """
    errors: list[str] = []
    listeners: dict[str, Callable[[Any], None]] = {
        "weberror": lambda error: errors.append(str(error.error)),
        "console": lambda message: errors.append(message.text) if message.type == "error" else None,
        "request": lambda request: (
            None
            if request.url.startswith((app.url, "data:", "blob:"))
            else errors.append(request.url)
        ),
    }
    for event, listener in listeners.items():
        context.on(event, listener)
    page = context.new_page()
    page.errors = errors
    try:
        yield page
    finally:
        for event, listener in listeners.items():
            context.remove_listener(event, listener)
    assert not errors


@contextmanager
def open_page(
    browser: Browser, app: App, strict: bool = False, viewport: ViewportSize = PHONE
) -> Iterator[Page]:
    """Open a page in a new browser profile, like another device.

    Args:
        browser: the browser.
        app: the app to open.
        strict: enforce the content security policy; Playwright cannot wait for conditions that it
            evaluates as text then.
        viewport: the size of the window.
    """
    context = new_context(browser, app, viewport, strict)
    try:
        with checked_page(context, app) as page:
            yield page
            context.close()  # before the errors are checked: closing may cause some
    finally:
        context.close()


def log_in(page: Page, name: str, ready: bool = True) -> None:
    """Log in as a player, who is created if necessary, and open the training page."""
    page.goto("/")
    page.wait_for_selector(".login h1")
    existing = page.locator(".button.name", has_text=name)
    if existing.count():
        existing.first.click()
    else:
        create_player(page, name)
    page.wait_for_selector("#train[data-phase=ready]" if ready else "#train", timeout=30_000)


def wait_for_callbacks(page: Page) -> None:
    """Wait until Dash has answered all callbacks of the page, as `dash.testing` does."""
    page.wait_for_function(
        "() => { const { stored, completed, ...queues } = window.store.getState().callbacks;"
        " return Object.values(queues).every((queue) => !queue.length); }"
    )


def create_player(page: Page, name: str) -> None:
    """Fill in the form for a new player."""
    if not page.is_visible("#name"):
        page.click("text=New here?")
    page.fill("#name", name)
    page.click("#enter")


def choose_workout(page: Page, workout: str, goal: str = "Free") -> None:
    """Select one workout and a goal in the picker."""
    page.locator("#mode label", has_text="One workout").click()
    page.locator("#workout").get_by_label(workout, exact=True).check()
    page.locator("#goal label", has_text=goal).click()


def set_tab_hidden(page: Page, hidden: bool) -> None:
    """Pretend that the tab is hidden, which stops its streams and updates, or visible again."""
    page.evaluate(
        "(hidden) => { Object.defineProperty(document, 'hidden',"
        " { value: hidden, configurable: true });"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )


def start_workout(page: Page, workout: str, goal: str = "Free") -> None:
    """Start one workout from the picker, and wait for its Go."""
    choose_workout(page, workout, goal)
    page.click("#start")
    page.wait_for_selector("#train[data-phase=work]", timeout=30_000)


def finish_session(page: Page) -> None:
    """Press Done, and wait for the summary."""
    page.click("#done")
    page.wait_for_selector("#train[data-phase=finished]")
    page.wait_for_selector("#summary .reps")


def collect_samples(page: Page) -> None:
    """Collect all samples in `window.heard`, also while the tab is hidden."""
    page.evaluate(
        "() => { window.heard = []; new EventSource('/live').onmessage = (message) => {"
        " window.heard.push(...JSON.parse(message.data).samples); }; }"
    )


def drawn_times(graph: Locator) -> list[float]:
    """Return the times of all samples on a live graph, in seconds since the first one.

    Without the empty points that the page draws after a gap of more than a second: a busy machine
    may skip frames for that long.
    """
    # Every sample has an inference time.
    times: list[float] = graph.evaluate(
        "({ data: [, inference] }) => inference.x.filter((_, i) => inference.y[i] !== null)"
    )
    return times


def expect_consecutive_samples(page: Page, times: list[float]) -> None:
    """Check that times are those of consecutive samples, whatever their origin.

    `collect_samples` must have been called before. The page draws from a connection of its own,
    which may be ahead of the collected one: this waits for the samples.
    """
    steps = np.diff(times)

    def collected() -> bool:
        sample_steps = np.diff(page.evaluate("window.heard.map((sample) => sample.time)"))
        if len(sample_steps) < len(steps):
            return False
        candidates = np.lib.stride_tricks.sliding_window_view(sample_steps, len(steps))
        return bool(np.abs(candidates - steps).max(axis=1).min() < 1e-6)

    until(collected, timeout_s=15, message=f"not the times of consecutive samples: {times}")


def session_statuses(app: App, player: str) -> list[str]:
    """Return the statuses of a player's sessions; "discarded" for deleted ones."""
    with sqlite3.connect(app.instance / "hiitpi.sqlite") as connection:
        query = (
            "SELECT CASE WHEN session.gone IS NULL THEN status ELSE 'discarded' END"
            " FROM session JOIN player ON player.id = player_id WHERE name = ?"
        )
        return [row[0] for row in connection.execute(query, (player,))]
