"""A heart rate strap, from pairing it to the record, with a virtual strap and radio."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from garmin_fit_sdk import Decoder, Stream
from playwright.sync_api import Browser, Page, expect

from hiitpi.integrations.heart_rate_strap import NO_BLUEZ
from tests.browser.conftest import (
    App,
    finish_session,
    log_in,
    open_page,
    running_app,
    start_workout,
    wait_for_callbacks,
)
from tests.support import bluez
from tests.support.bluez import Bluetooth

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def radio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bluetooth]:
    """Run the virtual Bluetooth."""
    with bluez.bluetooth(tmp_path_factory.mktemp("bluetooth")) as virtual:
        yield virtual


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, radio: Bluetooth) -> Iterator[App]:
    """Run an app on a machine with Bluetooth."""
    instance = tmp_path_factory.mktemp("strap") / "instance"
    with running_app(instance, DBUS_SYSTEM_BUS_ADDRESS=radio.address) as app:
        yield app


def say_what_zones_need(page: Page) -> None:
    """Fill in the form of “Your data”; a mistake first."""
    page.goto("/account")
    page.fill("#b-year", "1986")
    page.fill("#b-weight", "8000")
    page.get_by_role("radio", name="female").check()
    page.click("#b-save")
    expect(page.locator("#b-says")).to_contain_text("enter 15 to 300")
    page.fill("#b-weight", "61.5")
    page.click("#b-save")
    expect(page.locator("#b-says")).to_have_text("Saved.")
    page.reload()
    expect(page.locator("#b-weight")).to_have_value("61.5")
    expect(page.get_by_role("radio", name="female")).to_be_checked()


def test_a_strap_is_paired_shown_and_recorded(browser: Browser, app: App, radio: Bluetooth):
    strap = radio.strap("Polar H10 1234", "C4:00:00:00:00:01", battery=55)
    strap.heart_rate = 150
    strap.on()
    with open_page(browser, app) as page:
        log_in(page, "Ada")
        say_what_zones_need(page)
        page.goto("/status")
        page.click("#strap-search")
        # Twice: the second click must not do anything else.
        page.get_by_role("button", name="Use Polar H10 1234").dblclick(timeout=30_000)
        expect(page.locator("#straps")).to_contain_text(
            "150 beats per minute, battery 55 %", timeout=30_000
        )

        log_in(page, "Ada")
        expect(page.locator("#heart-rate")).to_be_hidden()
        start_workout(page, "Squats")
        expect(page.locator("#bpm")).to_have_text("150")
        highest = 208 - 0.7 * (2026 - 1986)  # about 180, whatever the year: zone 4 in all of ten
        assert 0.8 <= 150 / highest < 0.9
        expect(page.locator("#zone")).to_have_text("zone 4, hard")
        strap.off()  # it drops out, and comes back
        expect(page.locator("#heart-rate")).to_be_hidden(timeout=20_000)
        strap.heart_rate = 120
        strap.on()
        expect(page.locator("#bpm")).to_have_text("120", timeout=30_000)
        expect(page.locator("#zone")).to_have_text("zone 2, light")
        page.wait_for_function("Number(document.querySelector('#reps').textContent) >= 3")
        finish_session(page)

        zones = page.locator("#summary .zones")
        expect(zones.locator(".facts")).to_contain_text("maximum150")
        expect(zones.locator(".facts")).to_contain_text("kcal")
        expect(zones).to_contain_text("Keytel et al. (2005), female: kJ/min = −20.4022 + 0.4472 ×")
        row = page.locator("#summary .sets tbody tr")
        assert re.search(r"1[234]\d\s150$", row.inner_text())
        page.goto("/history")
        page.locator("a[href^='/session/']").first.click()
        expect(page.locator(".zones")).to_contain_text("Time in heart rate zones")
        with page.expect_download() as download:
            page.get_by_role("link", name="Download FIT").click()
        messages = fit_messages(download.value.path())
        assert {150, 120} <= {message["heart_rate"] for message in messages["record_mesgs"]}
        assert messages["session_mesgs"][0]["max_heart_rate"] == 150
        assert messages["session_mesgs"][0]["total_calories"] > 0

        page.goto("/status")
        page.get_by_role("button", name="Forget Polar H10 1234").click()
        page.locator("dialog[open]").get_by_text("Forget", exact=True).click()
        expect(page.locator("#straps")).to_be_empty()
        wait_for_callbacks(page)


def fit_messages(path: Path) -> dict[str, list[dict[str, float]]]:
    """Read a FIT file with Garmin's SDK."""
    messages, errors = Decoder(Stream.from_file(str(path))).read()
    assert errors == []
    return messages


def test_the_page_says_that_there_is_no_bluetooth(browser: Browser, tmp_path: Path):
    nothing = f"unix:path={tmp_path / 'none'}"
    with (
        running_app(tmp_path / "instance", DBUS_SYSTEM_BUS_ADDRESS=nothing) as app,
        open_page(browser, app) as page,
    ):
        page.goto("/status")
        page.click("#strap-search")  # a device without a player
        expect(page.locator("#strap-says")).to_contain_text("Choose your name")
        log_in(page, "Ada")
        page.goto("/status")
        page.click("#strap-search")
        expect(page.locator("#straps")).to_have_text(NO_BLUEZ, timeout=30_000)
