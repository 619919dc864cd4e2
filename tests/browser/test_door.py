"""House code, privacy shutter and content security policy in a real browser."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from hiitpi.access.house_code import HouseCode
from hiitpi.settings import ROOT
from tests.browser.conftest import (
    DESKTOP,
    App,
    finish_session,
    log_in,
    open_page,
    running_app,
    start_workout,
)

pytestmark = pytest.mark.slow


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    with running_app(tmp_path / "instance") as app:
        yield app


@pytest.fixture
def remote_page(browser: Browser, app: App) -> Iterator[Page]:
    """Open a page that the app takes for one on another machine, because of its header."""
    with open_page(browser, app) as page:
        page.context.set_extra_http_headers({"X-Forwarded-For": "192.168.1.20"})
        yield page


def test_a_device_enters_the_house_code_once(remote_page: Page, app: App):
    page, code = remote_page, HouseCode(app.instance).value
    page.goto("/leaderboard")
    assert "house code" in page.inner_text("h1")
    page.fill("[name=code]", "not it at all")
    with page.expect_response("**/code") as response:
        page.click("button")
    assert response.value.status == 401
    assert "Wrong code" in page.inner_text("[role=alert]")
    page.errors.clear()  # a 401 is logged to the console
    page.fill("[name=code]", f"{code[:3]} {code[3:]}")
    page.click("button")
    page.wait_for_url("**/leaderboard")
    page.wait_for_selector("text=Leaderboard")
    page.goto("/train")
    page.wait_for_function("document.getElementById('video')?.naturalWidth > 1")
    page.wait_for_function("document.getElementById('watching').textContent.includes('1 watching')")

    # After a code change, the open page loses its streams and asks for the new code.
    command = [sys.executable, "-m", "hiitpi", "code", "--new"]
    result = subprocess.run(
        command, cwd=ROOT, env={"HIITPI_INSTANCE": str(app.instance), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    new_code = HouseCode(app.instance).value
    assert new_code != code
    assert new_code in result.stdout
    page.wait_for_url("**/code?next=%2Ftrain", timeout=30_000)
    assert "house code" in page.inner_text("h1")
    page.goto(f"/code?code={new_code}")
    page.wait_for_selector(".login h1")
    page.errors.clear()


def test_the_privacy_shutter_turns_the_camera_off_for_all_viewers(app: App, browser: Browser):
    with open_page(browser, app) as page, open_page(browser, app) as other:
        log_in(page, "Ada")
        page.wait_for_selector("#train[data-camera=on]")
        other.goto("/train")
        other.wait_for_function("document.getElementById('watching')?.textContent.includes('2')")
        other.click("#cover")
        for viewer in (page, other):
            viewer.wait_for_selector("#train[data-camera=covered]")
            viewer.wait_for_function(
                "document.getElementById('notice').textContent.includes('lens')"
            )
            assert viewer.get_attribute("#video", "src").startswith("data:")
            assert viewer.inner_text("#cover") == "Open the lens"
        assert (app.instance / "covered").exists()
        page.click("#cover")
        for viewer in (page, other):
            viewer.wait_for_selector("#train[data-camera=on]")
            viewer.wait_for_function("document.getElementById('video').naturalWidth > 1")


def test_the_policy_allows_our_pages_and_blocks_injected_scripts(app: App, browser: Browser):
    """The content security policy allows what our pages do, and nothing else."""
    with open_page(browser, app, strict=True, viewport=DESKTOP) as page:
        log_in(page, "Ada")
        start_workout(page, "Jumping Jacks")
        page.wait_for_selector("#bars .rep")
        page.wait_for_selector("#graph .js-plotly-plot .scatterlayer .js-line")
        page.screenshot(path=app.instance / "train.png")
        finish_session(page)
        for link, selector in (
            ("Leaderboard", "#leaderboard .js-plotly-plot .bars"),
            ("History", "#history .js-plotly-plot"),
            ("Programs", "#p-list"),
        ):
            page.click(f"header nav >> text={link}")
            page.wait_for_selector(selector)
        for path in ("/account", "/status", "/nowhere"):
            page.goto(path)
            page.wait_for_selector("main h1")
        assert [line for line in page.errors if "404" not in line] == []
        injected = page.evaluate(
            "() => new Promise(done => { const s = document.createElement('script');"
            " s.textContent = 'window.evil = 1'; document.body.append(s);"
            " setTimeout(() => done(window.evil ?? 0), 200); })"
        )
        assert injected == 0
        page.errors.clear()  # the policy violation and the 404 are logged to the console


def test_closing_the_training_page_does_not_violate_the_policy(app: App, browser: Browser):
    """Chromium treats an image that is set during unload as a ping; `open_page` finds the error."""
    for leave in ("page", "browser"):
        with open_page(browser, app, strict=True) as page:
            log_in(page, "Ada")
            page.wait_for_selector("#train[data-camera=on]")
            if leave == "page":
                page.close()
