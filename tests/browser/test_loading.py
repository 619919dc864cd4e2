"""What a browser loads: little, only from this server, and only once."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import DESKTOP, App, log_in, open_page

pytestmark = pytest.mark.slow

#: Maximum transfer, compressed, of the first visit to the training page.
MAX_FIRST_LOAD_BYTES = 1_200_000


def test_the_first_load_is_small_and_the_second_comes_from_the_cache(browser: Browser, app: App):
    with open_page(browser, app, viewport=DESKTOP) as page:
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        urls: dict[str, str] = {}
        loaded: dict[str, int] = {}
        session.on(
            "Network.responseReceived",
            lambda event: urls.update({event["requestId"]: event["response"]["url"]}),
        )
        session.on(
            "Network.loadingFinished",
            lambda event: loaded.update({urls[event["requestId"]]: event["encodedDataLength"]}),
        )
        log_in(page, "Ada")
        page.wait_for_selector("#graph .js-plotly-plot .main-svg")
        assert all(url.startswith(app.url) for url in loaded)
        assert 500_000 < sum(loaded.values()) < MAX_FIRST_LOAD_BYTES
        loaded.clear()
        page.reload()
        page.wait_for_selector("#graph .js-plotly-plot .main-svg")
        reloaded = {url: size for url, size in loaded.items() if size and "/assets/" in url}
        assert not reloaded


def test_the_status_page_reports_the_state_of_the_station(browser: Browser, app: App):
    with open_page(browser, app) as page, open_page(browser, app) as watcher:
        log_in(watcher, "Ada")
        watcher.wait_for_function("document.getElementById('video').naturalWidth > 1")
        page.goto("/status")
        row = page.locator("#status tr")
        for name in ("camera", "engine", "frames/s", "inference", "dropped frames", "viewers"):
            expect(row.filter(has=page.get_by_role("rowheader", name=name))).to_have_count(1)
        expect(row.filter(has_text="camera").first).to_contain_text("synthetic athlete")
        expect(row.filter(has_text="viewers")).to_contain_text("1 of 24", timeout=10_000)
        rate = row.filter(has_text="frames/s").locator("td").nth(1)
        expect(rate).to_contain_text("analysed")
        assert float(rate.inner_text().split()[0]) > 5
