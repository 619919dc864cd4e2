"""A real app, started as a user starts it, and a real browser."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from hiitpi.bench.web import CHROMIUM, CHROMIUM_FLAGS
from hiitpi.errors import ModelError
from hiitpi.pose.catalog import Catalog
from hiitpi.settings import ROOT
from hiitpi.system.ports import free_port
from tests.conftest import MIRROR

expect.set_options(timeout=15_000)  # a machine that runs other tests beside these takes longer


@dataclass
class App:
    """The running app; of a device elsewhere only the address is known."""

    url: str
    instance: Path | None
    process: subprocess.Popen[str] | None


@cache
def light_model() -> str:
    """The fastest pose model that can be had: BlazePose comes with a Python package."""
    try:
        Catalog(mirror=MIRROR if MIRROR.is_dir() else None).fetch("movenet")
    except ModelError:
        return "blazepose"
    return "movenet"


@contextmanager
def running(
    instance: Path, camera: str = "athlete", rate: float = 1, full: bool = False, **more: str
) -> Iterator[App]:
    """`python app.py` with a real Redis and a real model.

    `rate` other than 1: with a pipeline whose clock runs so many times as fast. `full`: with the
    model and the frame rate that are chosen where nobody chooses, which keep a machine busier than
    most tests need. `more`: settings.
    """
    port = free_port()
    env = {k: v for k, v in os.environ.items() if not k.startswith("HIITPI_")}
    env |= {"HIITPI_INSTANCE": str(instance), "HIITPI_HOST": "127.0.0.1", "HIITPI_PORT": str(port)}
    if not full:
        env |= {"HIITPI_MODEL": light_model(), "HIITPI_CAMERA_FPS": "12"}
    env |= more
    if MIRROR.is_dir():
        env["HIITPI_MODEL_MIRROR"] = str(MIRROR)
    command = [sys.executable, "app.py", "--camera", camera]
    if rate != 1:
        command = [sys.executable, "-m", "tests.browser.fast_clock", str(rate)]
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=sys.stderr, text=True
    ) as process:
        assert process.stdout is not None
        try:
            said = [process.stdout.readline() for _ in range(3 if rate == 1 else 1)]
            assert "open" in "".join(said), said
            yield App(f"http://127.0.0.1:{port}", instance, process)
        finally:
            process.terminate()
            process.communicate(timeout=15)
    assert process.returncode == 0


@pytest.fixture(scope="module")
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app with the synthetic athlete; a module may set the `RATE` of its clock, and `FULL`."""
    rate, full = getattr(request.module, "RATE", 1), getattr(request.module, "FULL", False)
    with running(tmp_path_factory.mktemp("app") / "instance", rate=rate, full=full) as app:
        yield app


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, app: App) -> Iterator[Page]:
    """A fresh browser profile; a session that a test leaves is ended."""
    with opened(browser, app) as page:
        yield page
        if page.locator("#done, #cancel").locator("visible=true").count():
            page.locator("#done, #cancel").locator("visible=true").first.click()
            page.wait_for_selector("#train:is([data-phase=ready], [data-phase=finished])")


@contextmanager
def opened(browser: Browser, app: App, strict: bool = False) -> Iterator[Page]:
    """Another browser; an error in its console, or a request elsewhere, fails the test.

    That goes for every tab of its context. `page.trouble` has what was found: a test that provokes
    some takes it out.

    `strict`: it obeys the content security policy. What Playwright waits for by evaluating a text
    cannot be waited for, then.
    """
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, base_url=app.url, bypass_csp=not strict,
        ignore_https_errors=True,
    )  # fmt: skip
    trouble: list[str] = []
    context.on("weberror", lambda error: trouble.append(str(error.error)))
    context.on(
        "console",
        lambda message: trouble.append(message.text) if message.type == "error" else None,
    )
    context.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((app.url, "data:", "blob:"))
            else trouble.append(request.url)
        ),
    )
    page = context.new_page()
    page.trouble = trouble
    yield page
    context.close()
    assert not trouble


def log_in(page: Page, name: str, ready: bool = True) -> None:
    """Be somebody, new or not, and open the training page."""
    page.goto("/")
    page.wait_for_selector(".login h1")
    known = page.locator(".button.name", has_text=name)
    if known.count():
        known.first.click()
    else:
        introduce(page, name)
    page.wait_for_selector("#train[data-phase=ready]" if ready else "#train", timeout=30_000)


def wait_for_callbacks(page: Page) -> None:
    """Wait until Dash has answered all callbacks of the page, as `dash.testing` does."""
    page.wait_for_function(
        "() => { const { stored, completed, ...queues } = window.store.getState().callbacks;"
        " return Object.values(queues).every((queue) => !queue.length); }"
    )


def introduce(page: Page, name: str) -> None:
    """Fill in the form for somebody new."""
    if not page.is_visible("#name"):
        page.click("text=New here?")
    page.fill("#name", name)
    page.click("#enter")


def choose(page: Page, workout: str, goal: str = "Free") -> None:
    """One workout, with a goal."""
    page.locator("#mode label", has_text="One workout").click()
    page.locator("#workout").get_by_label(workout, exact=True).check()
    page.locator("#goal label", has_text=goal).click()


def hide(page: Page, hidden: bool) -> None:
    """The tab is hidden, so its streams end and it stays as it is; or shown again."""
    page.evaluate(
        "(hidden) => { Object.defineProperty(document, 'hidden',"
        " { value: hidden, configurable: true });"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )


def start(page: Page, workout: str, goal: str = "Free") -> None:
    """Train one workout, from the picker to its Go."""
    choose(page, workout, goal)
    page.click("#start")
    page.wait_for_selector("#train[data-phase=work]", timeout=30_000)


def finish(page: Page) -> None:
    """Press Done, and see the summary."""
    page.click("#done")
    page.wait_for_selector("#train[data-phase=finished]")
    page.wait_for_selector("#summary .reps")


def drawn_as_sent(drawn: list[float], sent: list[float]) -> bool:
    """The times on a graph, which has an origin of its own, are some that were sent, in a row."""
    runs = np.lib.stride_tricks.sliding_window_view(np.diff(sent), len(drawn) - 1)
    return bool(np.abs(runs - np.diff(drawn)).max(axis=1).min() < 1e-6)


def stati(app: App, player: str) -> list[str]:
    """What became of a player's sessions."""
    with sqlite3.connect(app.instance / "hiitpi.sqlite") as book:
        query = (
            "SELECT CASE WHEN session.gone IS NULL THEN status ELSE 'discarded' END"
            " FROM session JOIN player ON player.id = player_id WHERE name = ?"
        )
        return [row[0] for row in book.execute(query, (player,))]
