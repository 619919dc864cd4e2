"""The house code and the lens cover, as people meet them in a real browser."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from hiitpi.access.house_code import HouseCode
from hiitpi.settings import ROOT
from tests.browser.conftest import App, finish, log_in, opened, running, start

pytestmark = pytest.mark.slow


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    with running(tmp_path / "instance") as app:
        yield app


@pytest.fixture
def stranger(browser: Browser, app: App) -> Iterator[Page]:
    """A browser that is not on this machine, as far as the app can tell."""
    with opened(browser, app) as page:
        page.context.set_extra_http_headers({"X-Forwarded-For": "192.168.1.20"})
        yield page


def test_a_device_says_the_code_once(stranger: Page, app: App):
    page, code = stranger, HouseCode(app.instance).value
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/leaderboard")
    assert "house code" in page.inner_text("h1")
    page.fill("[name=code]", "not it at all")
    with page.expect_response("**/code") as answer:
        page.click("button")
    assert answer.value.status == 401
    assert "Wrong code" in page.inner_text("[role=alert]")
    page.trouble.clear()  # a 401 shows in the console
    page.fill("[name=code]", f"{code[:3]} {code[3:]}")
    page.click("button")
    page.wait_for_url("**/leaderboard")
    page.wait_for_selector("text=Leaderboard")
    page.goto("/train")
    page.wait_for_function("document.getElementById('video')?.naturalWidth > 1")
    page.wait_for_function("document.getElementById('watching').textContent.includes('1 watching')")

    # A new code: the page that is open loses its streams, and asks for it by itself.
    command = [sys.executable, "-m", "hiitpi", "code", "--new"]
    done = subprocess.run(
        command, cwd=ROOT, env={"HIITPI_INSTANCE": str(app.instance), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    new = HouseCode(app.instance).value
    assert new != code
    assert new in done.stdout
    page.wait_for_url("**/code?next=%2Ftrain", timeout=30_000)
    assert "house code" in page.inner_text("h1")
    page.goto(f"/code?code={new}")
    page.wait_for_selector(".login h1")
    page.trouble.clear()


def test_the_cover_turns_the_camera_off_for_everybody(page: Page, app: App, browser: Browser):
    log_in(page, "Ada")
    page.wait_for_selector("#train[data-camera=on]")
    with opened(browser, app) as other:
        other.goto("/train")
        other.wait_for_function("document.getElementById('watching')?.textContent.includes('2')")
        other.click("#cover")
        for one in (page, other):
            one.wait_for_selector("#train[data-camera=covered]")
            one.wait_for_function("document.getElementById('notice').textContent.includes('lens')")
            assert one.get_attribute("#video", "src").startswith("data:")
            assert one.inner_text("#cover") == "Open the lens"
        assert (app.instance / "covered").exists()
        page.click("#cover")
        for one in (page, other):
            one.wait_for_selector("#train[data-camera=on]")
            one.wait_for_function("document.getElementById('video').naturalWidth > 1")


def test_pages_work_and_may_run_no_scripts_but_ours(app: App, browser: Browser):
    """Everything that our pages do is allowed by their policy; what they never do is not."""
    with opened(browser, app, strict=True) as page:
        log_in(page, "Ada")
        start(page, "Jumping Jacks")
        page.wait_for_selector("#bars .rep")
        page.wait_for_selector("#graph .js-plotly-plot .scatterlayer .js-line")
        page.screenshot(path=app.instance / "train.png")
        finish(page)
        for link, sign in (
            ("Leaderboard", "#leaderboard .js-plotly-plot .bars"),
            ("History", "#history .js-plotly-plot"),
            ("Programs", "#p-list"),
        ):
            page.click(f"header nav >> text={link}")
            page.wait_for_selector(sign)
        for path in ("/account", "/status", "/nowhere"):
            page.goto(path)
            page.wait_for_selector("main h1")
        assert [line for line in page.trouble if "404" not in line] == []
        ran = page.evaluate(
            "() => new Promise(done => { const s = document.createElement('script');"
            " s.textContent = 'window.evil = 1'; document.body.append(s);"
            " setTimeout(() => done(window.evil ?? 0), 200); })"
        )
        assert ran == 0
        page.trouble.clear()  # the violation shows in the console, and the address that is none


def test_closing_the_training_floor_is_within_the_policy(app: App, browser: Browser):
    """A picture that is set meanwhile is a ping to Chromium; `opened` looks for its complaint."""
    for leave in ("page", "browser"):
        with opened(browser, app, strict=True) as page:
            log_in(page, "Ada")
            page.wait_for_selector("#train[data-camera=on]")
            if leave == "page":
                page.close()
