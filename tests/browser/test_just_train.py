"""A session in which nobody picks a workout."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import finish_session, log_in

pytestmark = pytest.mark.slow


def start(page: Page) -> None:
    """Log in, choose to just train, and wait for the Go."""
    log_in(page, "Ada")
    page.locator("#mode label", has_text="Just train").click()
    expect(page.locator(".picker .any")).to_be_visible()
    expect(page.locator("#workout")).to_be_hidden()
    page.click("#start")
    page.wait_for_selector("#train[data-phase=work]", timeout=30_000)


def test_the_workout_is_recognised_and_its_name_can_be_corrected(page: Page):
    start(page)
    expect(page.locator("#workout-name")).to_have_text("Just train")
    expect(page.locator("#workout-name")).to_have_text("Squats", timeout=30_000)
    page.wait_for_function("Number(document.querySelector('#reps').textContent) >= 3")
    finish_session(page)
    expect(page.locator("#summary .workout-name")).to_have_text("Just train · Squats")
    page.locator("#summary .named .dash-dropdown").click()
    page.get_by_role("option", name="Lunges", exact=True).click()
    page.locator("#summary").get_by_role("button", name="Save").click()
    expect(page.locator("#summary .phase")).to_have_text("Saved")
    expect(page.locator("#summary .workout-name")).to_have_text("Just train · Lunges")
    page.goto("/history")
    expect(page.locator("#h-table, table").first).to_contain_text("Lunges")


def test_if_nothing_is_recognised_nothing_is_saved(page: Page):
    start(page)
    page.click("#done")
    expect(page.locator("#cue")).to_have_text("No workout was recognised, so nothing is saved")
    page.wait_for_selector("#train[data-phase=ready]")
