"""Webhooks, and tokens for scripts, as somebody of the house sets them up."""

import json
import re
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from hiitpi.integrations.webhook_request import signature
from tests.browser.conftest import (
    App,
    finish_session,
    log_in,
    open_page,
    running_app,
    start_workout,
)
from tests.support.waiting import until
from tests.support.webhook_receiver import Receiver, receiver

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Run an app that may send messages to this machine, where the receiver is."""
    instance = tmp_path_factory.mktemp("webhooks") / "instance"
    with running_app(instance, HIITPI_WEBHOOK_LOCAL="true") as app:
        yield app


def test_a_session_is_told_to_an_address_of_the_house(browser: Browser, app: App):
    accepting = Receiver()
    with receiver(accepting) as url, open_page(browser, app) as page:
        log_in(page, "Ada")
        secret = add(page, url)
        page.get_by_label(f"Send a test to {url}").click()
        until(lambda: accepting.kinds == ["test"], timeout_s=30)
        expect(page.locator("#w-deliveries li")).to_contain_text("accepted")
        log_in(page, "Ada")
        start_workout(page, "Squats")
        page.wait_for_function("Number(document.querySelector('#reps').textContent) > 0")
        finish_session(page)
        until(lambda: accepting.kinds == ["test", "session.finished"], timeout_s=30)
        headers, body = accepting.requests[-1]
        data = json.loads(body)["data"]
        assert (data["player"], data["sets"][0]["workout"]) == ("Ada", "squat")
        assert data["reps"] > 0
        timestamp = int(headers["webhook-timestamp"])
        expected = signature(secret, headers["webhook-id"], timestamp, body)
        assert headers["webhook-signature"] == expected
        page.goto("/webhooks")
        page.get_by_role("button", name=f"Delete {url}").click()
        page.locator("dialog[open]").get_by_text("Delete", exact=True).click()
        expect(page.locator("#w-list")).to_have_text("None yet.")


def test_a_challenge_of_the_house(browser: Browser, app: App):
    with open_page(browser, app) as page:
        page.goto("/leaderboard")  # a device without a player may watch, and no more
        expect(page.locator("#leaderboard")).to_be_visible()
        assert page.locator(".challenge summary").count() == 0
        log_in(page, "Ada")
        page.goto("/leaderboard")
        page.get_by_text("Start a challenge of the house").click()
        page.get_by_role("radio", name="the end of the month").check()
        page.click("#challenge-start")
        expect(page.locator("#challenge h2")).to_have_text(re.compile("Challenge until .*: Squats"))
        log_in(page, "Ada")
        start_workout(page, "Squats")
        page.wait_for_function("Number(document.querySelector('#reps').textContent) >= 2")
        finish_session(page)
        line = page.locator("#summary .challenge-line")
        expect(line).to_contain_text("Challenge of the house: 1st with ")
        page.goto("/leaderboard")
        row = page.locator("#challenge tbody tr")
        expect(row).to_have_count(1)
        expect(row).to_contain_text("Ada")
        page.get_by_role("button", name="End this challenge").click()
        page.locator("dialog[open]").get_by_text("End it", exact=True).click()
        expect(page.get_by_text("Start a challenge of the house")).to_be_visible()


def add(page: Page, url: str) -> str:
    """Try an address that cannot be used, then add one, and return its secret."""
    page.goto("/webhooks")
    page.fill("#w-url", "file:///etc/passwd")
    page.click("#w-add")
    expect(page.locator("#w-trouble")).to_contain_text("begins with http")
    page.fill("#w-url", url)
    page.press("#w-url", "Enter")
    secret = page.locator("#w-says .secret").inner_text()
    expect(page.locator("#w-trouble")).to_be_empty()
    return secret


def test_a_token_opens_the_api_until_it_is_revoked(browser: Browser, app: App):
    def players(secret: str) -> list[str]:
        headers = {"Authorization": f"Bearer {secret}"}
        with urlopen(Request(f"{app.url}/api/v1/players", headers=headers)) as answer:
            return [player["name"] for player in json.load(answer)["items"]]

    with open_page(browser, app) as page:
        log_in(page, "Grace")
        page.goto("/account")
        page.fill("#t-name", "Dashboard")
        page.click("#t-add")
        secret = page.locator("#t-says .secret").inner_text()
        assert "Grace" in players(secret)
        page.reload()
        expect(page.locator("#t-list")).to_contain_text("last used")
        assert secret not in page.content()
        page.get_by_label("Revoke Dashboard").click()
        expect(page.locator("#t-list li")).to_have_count(0)
        with pytest.raises(HTTPError, match="401"):
            players(secret)
