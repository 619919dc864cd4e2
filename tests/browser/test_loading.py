"""What a browser has to load: little, from here only, and once."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import App, log_in, opened

pytestmark = pytest.mark.slow

#: Bytes that the first visit to the training page may cost, compressed.
MOST = 2_200_000


def test_the_first_load_is_small_and_the_second_is_from_the_cache(browser: Browser, app: App):
    with opened(browser, app) as page:
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        urls: dict[str, str] = {}
        loaded: dict[str, int] = {}
        session.on(
            "Network.responseReceived",
            lambda e: urls.update({e["requestId"]: e["response"]["url"]}),
        )
        session.on(
            "Network.loadingFinished",
            lambda e: loaded.update({urls[e["requestId"]]: e["encodedDataLength"]}),
        )
        log_in(page, "Ada")
        page.wait_for_selector("#graph .js-plotly-plot .main-svg")
        assert all(url.startswith(app.url) for url in loaded)
        assert 500_000 < sum(loaded.values()) < MOST
        loaded.clear()
        page.reload()
        page.wait_for_selector("#graph .js-plotly-plot .main-svg")
        again = {url: size for url, size in loaded.items() if size and "/assets/" in url}
        assert not again


def test_the_status_page_tells_how_it_is(browser: Browser, app: App):
    with opened(browser, app) as page, opened(browser, app) as watcher:
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
