"""The wall and head-to-heads in a real browser; each station runs in its own processes."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hiitpi.coach.session.program import for_seconds
from tests.browser.conftest import App, create_player, open_page
from tests.browser.test_access import check_accessibility
from tests.club.cluster import ClubUnderTest, running_club
from tests.support.postgresql import BINARIES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BINARIES, reason="no PostgreSQL: ./setup.sh test installs it"),
]


@pytest.fixture(scope="module")
def club() -> Iterator[ClubUnderTest]:
    with (
        tempfile.TemporaryDirectory(prefix="hiitpi-club-") as folder,
        running_club(Path(folder), 2, pages=True) as club,
    ):
        yield club


@pytest.fixture
def app(club: ClubUnderTest) -> App:
    assert club.pages is not None
    host, port = club.pages.address
    return App(f"http://{host}:{port}", club.pages.settings.instance, None)  # type: ignore[arg-type]


@pytest.fixture
def page(browser: Browser, app: App) -> Iterator[Page]:
    with open_page(browser, app, strict=True) as page:
        yield page


def log_in_without_camera(page: Page, name: str) -> None:
    """Log in at an app without a camera, which then asks for a station."""
    page.goto("/")
    page.wait_for_selector(".login h1")
    existing = page.locator(".button.name", has_text=name)
    if existing.count():
        existing.click()
    else:
        create_player(page, name)
    expect(page.locator("h1")).to_have_text("Choose a station")


def to_int(text: str | None) -> int:
    """Return the number in an element, or 0 if it is empty."""
    return int(text or 0)


def test_the_wall_shows_every_station_live(page: Page, club: ClubUnderTest):
    page.goto("/wall")
    tiles = page.locator(".tile")
    expect(tiles).to_have_count(2)
    expect(tiles.first).to_contain_text("station-1")
    expect(tiles.first).to_contain_text("Free")
    match = club.begin(for_seconds("jumping_jacks", 12))
    for tile in (tiles.first, tiles.last):
        expect(tile).to_have_attribute("data-phase", "work", timeout=20_000)
        expect(tile.locator(".count")).to_have_text(re.compile(r"^([4-9]|1\d)$"), timeout=15_000)
    expect(tiles.first).to_contain_text("Player 1")
    # The station's video is grey; the canvas shows its pixels.
    pixel = "c => [...c.getContext('2d').getImageData(5, 5, 1, 1).data]"
    red, *_, alpha = tiles.first.locator("canvas").evaluate(pixel)
    assert alpha == 255
    assert 100 < red < 160
    expect(tiles.first).to_have_attribute("data-phase", "idle", timeout=20_000)
    assert len(club.results(match)) == 2


def test_head_to_head_from_the_form_to_the_winner(page: Page, club: ClubUnderTest):
    for name in ("Ada", "Bob"):
        log_in_without_camera(page, name)
    page.goto("/head-to-head")
    for i, name in enumerate(("Ada", "Bob")):
        page.locator(".sides .dash-dropdown").nth(i).click()
        page.get_by_role("option", name=name, exact=True).click()
    page.locator("#workout label", has_text="Jumping Jacks").click()
    page.locator("#goal label", has_text="Seconds").click()
    page.locator("#amount").fill("10")
    page.click("#begin")
    lanes = page.locator(".lane")
    expect(lanes).to_have_count(2)
    expect(lanes.first).to_contain_text("Ada")
    expect(lanes.last.locator(".count")).to_have_text(re.compile(r"^([5-9]|1\d)$"), timeout=30_000)
    expect(page.locator(".winner")).to_have_text(
        re.compile(r"^Bob wins: \d+ to \d+$"), timeout=40_000
    )
    bars = [box["width"] for box in (lane.bounding_box() for lane in page.locator(".bar i").all())]
    assert bars[1] > bars[0] > 0
    shown = [to_int(lane.text_content()) for lane in page.locator(".lane .count").all()]
    verdict = page.locator(".winner").text_content() or ""
    assert sorted(map(int, re.findall(r"\d+", verdict))) == sorted(shown)
    expect(page.locator(".lane .state").first).to_have_text(re.compile(r"^Done, 10\.0 s"))
    page.reload()  # shows the results from the database
    expect(lanes.first.locator(".count")).to_have_text(str(shown[0]))
    expect(lanes.last.locator(".count")).to_have_text(str(shown[1]))
    page.goto("/leaderboard")
    expect(page.locator("#leaderboard")).to_contain_text("Bob")


def test_only_the_device_that_started_a_head_to_head_can_end_it(
    page: Page, browser: Browser, app: App, club: ClubUnderTest
):
    log_in_without_camera(page, "Ada")
    log_in_without_camera(page, "Bob")
    page.goto("/head-to-head")
    for i, name in enumerate(("Ada", "Bob")):
        page.locator(".sides .dash-dropdown").nth(i).click()
        page.get_by_role("option", name=name, exact=True).click()
    page.locator("#goal label", has_text="Seconds").click()
    page.locator("#amount").fill("600")
    page.locator("#workout label", has_text="Jumping Jacks").click()
    page.click("#begin")
    expect(page.locator(".lane .count").last).to_have_text(re.compile("[1-9]"), timeout=30_000)
    with open_page(browser, app) as other:
        other.goto(page.url)
        other.click("#match-end")
        expect(other.locator("#match-trouble")).to_contain_text("Only the device that started it")
        other.goto("/train?station=station-1")
        expect(other.locator("#train")).to_have_attribute("data-phase", "work")
        expect(other.locator("#pause")).to_be_hidden()
        expect(other.locator("#who-trains")).to_have_text("Ada competes in a head-to-head")
    page.click("#match-end")
    expect(page.locator(".winner")).to_be_visible(timeout=20_000)


def test_a_head_to_head_can_be_cancelled_before_its_start(page: Page, club: ClubUnderTest):
    """Nobody gets ready: the athletes face the camera, but sit-ups are judged from the side."""
    log_in_without_camera(page, "Ada")
    match = club.begin(for_seconds("sit_up", 30))
    page.goto(f"/head-to-head?match={match.id}")
    states = page.locator(".lane .state")
    expect(states).to_have_count(2)
    for state in (states.first, states.last):
        expect(state).to_contain_text("Turn sideways", timeout=20_000)
    club.matches.command(match, "discard")
    expect(page.locator("#result")).to_have_text("Cancelled before anyone started.", timeout=30_000)


def test_one_page_can_train_at_any_station(page: Page):
    log_in_without_camera(page, "Ada")
    page.click("text=station-2")
    expect(page.locator(".place")).to_have_text("station-2")
    page.locator("#workout label", has_text="Jumping Jacks").click()
    page.click("#start")
    expect(page.locator("#train")).to_have_attribute("data-phase", "work", timeout=20_000)
    expect(page.locator("#reps")).not_to_have_text("0", timeout=20_000)
    page.click("#done")
    expect(page.locator("#summary")).to_contain_text("Jumping Jacks", timeout=10_000)
    page.goto("/train?station=nowhere")
    expect(page.locator("h1")).to_contain_text("There is no station “nowhere”")


def test_wall_and_head_to_head_are_accessible(browser: Browser, app: App):
    """Uses axe-core, whose script the content security policy would block."""
    with open_page(browser, app) as page:
        page.goto("/wall")
        expect(page.locator(".tile")).to_have_count(2)
        check_accessibility(page, "/wall")
        page.goto("/head-to-head")
        page.wait_for_selector("#begin")
        check_accessibility(page, "/head-to-head")
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            for path in ("/wall", "/head-to-head"):
                page.goto(path)
                page.wait_for_selector(".tile, #begin")
                page_width = page.evaluate("document.documentElement.scrollWidth")
                assert page_width <= width, f"{path} scrolls sideways at {width}"


def test_impossible_requests_are_explained(page: Page, club: ClubUnderTest):
    log_in_without_camera(page, "Ada")
    page.goto("/head-to-head")
    page.click("#begin")
    expect(page.locator("#begin-trouble")).to_contain_text("two or more stations")
    page.goto("/head-to-head?match=" + "0" * 32)
    expect(page.locator("main")).to_contain_text("This head-to-head is over or does not exist.")
    page.goto("/status?station=station-1")
    expect(page.locator("#status")).to_contain_text("connected; 2 stations")
