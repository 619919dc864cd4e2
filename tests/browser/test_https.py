"""Https with the authority of the house: from the warning to the home screen."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from hiitpi.access.house_code import HouseCode
from tests.browser.conftest import DESKTOP, PHONE, create_player, running_app

pytestmark = pytest.mark.slow


def test_a_device_learns_to_trust_the_house_and_installs_it(browser: Browser, tmp_path: Path):
    instance = tmp_path / "instance"
    with running_app(instance, HIITPI_TLS="auto") as app:
        # One device has not installed the certificate; the other has.
        stranger = browser.new_context(viewport=PHONE, base_url=app.url)
        with stranger.new_page() as page:
            page.goto("/train")
            assert page.url == f"{app.url}/trust?next=/train"
            page.get_by_text("Android").click()
            expect(page.get_by_alt_text("Install a certificate: CA certificate")).to_be_visible()
            assert not Axe().run(page).response["violations"]
            with page.expect_download() as download:
                page.get_by_text("Download the certificate").first.click()
            assert download.value.suggested_filename == "hiit-pi-house.crt"
            expect(page.locator("#open")).to_have_attribute("href", f"{https(app.url)}/train")
        stranger.close()

        friend = browser.new_context(viewport=DESKTOP, base_url=app.url, ignore_https_errors=True)
        with friend.new_page() as page:
            code = HouseCode(instance).value
            page.goto(f"/trust?next=/#code={code}")
            page.wait_for_url(f"{https(app.url)}/")
            page.wait_for_selector(".login h1")
            create_player(page, "Ada")
            page.wait_for_selector("#train[data-phase=ready]")
            assert page.evaluate("isSecureContext")
            session = friend.new_cdp_session(page)
            manifest = session.send("Page.getAppManifest")
            assert (manifest["errors"], '"start_url": "/train"' in manifest["data"]) == ([], True)
            errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
            # Playwright's profiles are like incognito windows.
            assert [error["errorId"] for error in errors] == ["in-incognito"]
        friend.close()


def https(url: str) -> str:
    """Return the address by https."""
    return url.replace("http:", "https:")
