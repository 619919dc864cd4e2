"""Leaderboard, history and account page, as a player uses them."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hiitpi.coach.codec import decode_record
from hiitpi.records.sessions import Store
from tests.browser.conftest import (
    App,
    choose_workout,
    create_player,
    log_in,
    open_page,
    running_app,
)
from tests.browser.test_access import check_accessibility
from tests.support.session_factory import record

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Run an app with sessions in its database: sixty of Ada, one of Bob, and a plank of Cy."""
    instance = tmp_path_factory.mktemp("app") / "instance"
    instance.mkdir()
    store = Store(f"sqlite:///{instance / 'hiitpi.sqlite'}")
    rng, now = random.Random(1), datetime.now(UTC).timestamp()
    for i in range(60):
        template = record(rng.choice(("squat", "burpee")), reps=10 + i % 7, series=())
        started = now - i * 86400 - 120
        store.save(replace(template, started=started, ended=started + 60))
    for name, workout, reps in (("Bob <b>", "squat", 16), ("Cy", "plank", 90)):
        store.save(record(workout, reps, player=name, started=now - 120, ended=now - 60))
    store.close()
    with running_app(instance) as app:
        yield app


def pick(page: Page, control: str, label: str) -> None:
    """Select an option of a segmented control by its label."""
    page.locator(f"#{control} label", has_text=label).click()


def test_the_leaderboard(page: Page):
    page.goto("/leaderboard")
    board = page.locator("#leaderboard")
    expect(board).to_contain_text("1.  Ada")
    expect(board).to_contain_text("2.  Bob <b>")
    expect(board).not_to_contain_text("Cy")
    pick(page, "lb-measure", "Best set")
    expect(board).to_contain_text("1.  Bob <b>")  # a tie: both first
    expect(board).to_contain_text("1.  Ada")
    pick(page, "lb-measure", "Plank")
    expect(board).to_contain_text("90 s")
    pick(page, "lb-measure", "Streak")
    expect(board).to_contain_text("longest 60")
    pick(page, "lb-measure", "Pace")
    pick(page, "lb-period", "Today")
    expect(page.locator("#lb-says")).to_contain_text("today")
    check_accessibility(page, "leaderboard")


def test_the_history(page: Page):
    log_in(page, "Ada")
    page.goto("/history")
    expect(page.locator("h1")).to_have_text("Ada’s history")
    expect(page.locator(".page > .quiet").first).to_have_text(
        "60 days of training in a row · longest 60"
    )
    expect(page.locator(".suggestion")).to_contain_text("A goal that fits: 7 days.")
    page.get_by_role("button", name="Take it").click()
    expect(page.locator("#h-goal")).to_contain_text("of 7 days")
    expect(page.locator(".plan").first).to_contain_text("Squats")
    expect(page.locator(".history")).to_contain_text("30 days of training, never more")
    expect(page.locator(".pages")).to_contain_text("1–25 of 60")
    page.locator("#h-sessions thead button", has_text="Reps").click()
    expect(page.locator("#h-sessions th[aria-sort=descending]")).to_contain_text("Reps")
    expect(page.locator("#h-sessions tbody tr:first-child td:nth-child(3)")).to_have_text("16")
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".pages")).to_contain_text("26–50 of 60")
    pick(page, "h-period", "30 days")
    expect(page.locator(".pages")).to_contain_text("of 30")
    page.click("#h-workout")
    page.locator(".dash-options-list-option", has_text="Squats").click()
    page.wait_for_function(
        "document.querySelector('#history .js-plotly-plot').data.some(t => t.name === 'best pace')"
    )
    page.click("text=Change the goal")
    page.fill("#goal-amount", "6")
    page.click("#goal-save")
    expect(page.locator("#h-goal label[for=goal-bar]")).to_contain_text("of 6 days")
    check_accessibility(page, "history")


def test_a_session_is_opened_corrected_deleted_and_restored(page: Page):
    log_in(page, "Bob")
    page.goto("/history")
    page.locator("#h-sessions a").first.click()
    page.wait_for_selector(".past")
    expect(page.locator("h1")).to_contain_text("Bob <b>")
    check_accessibility(page, "session")
    page.locator(".past input[type=number]").fill("20")
    page.click("text=Save")
    expect(page.locator(".past .reps")).to_have_text("20")
    page.click("#ask-discard")
    page.click("#discard")
    expect(page.locator(".past .phase")).to_have_text("Discarded")
    page.goto("/leaderboard")
    expect(page.locator("#leaderboard")).not_to_contain_text("Bob")
    page.goto("/account")
    page.click("text=Restore")
    expect(page.locator("#d-says")).to_have_text("The session was restored.")
    page.goto("/leaderboard")
    expect(page.locator("#leaderboard")).to_contain_text("20")


def test_data_is_exported_and_imported_and_players_renamed_and_deleted(page: Page, tmp_path: Path):
    log_in(page, "Cy")
    page.goto("/account")
    files = []
    for text in ("Sessions (CSV)", "Repetitions (CSV)"):
        with page.expect_download() as download:
            page.click(f"text={text}")
        files.append(tmp_path / download.value.suggested_filename)
        download.value.save_as(files[-1])
    page.set_input_files("#d-import input", files)
    expect(page.locator("#d-says")).to_have_text("Imported 0 sessions; 1 already there.")
    junk = tmp_path / "junk.csv"
    junk.write_text("not, ours")
    page.set_input_files("#d-import input", junk)
    expect(page.locator("#d-says")).to_contain_text("junk.csv is not an export")
    page.fill("#d-name", "Cyrus")
    page.click("#d-rename")
    expect(page.locator("h1")).to_have_text("Cyrus’s history")
    expect(page.locator("#who")).to_contain_text("Cyrus")
    page.click("text=Your data")
    page.wait_for_selector("#d-name")
    check_accessibility(page, "data")
    page.click("text=Delete this player")
    page.click("#d-delete")
    page.wait_for_selector(".login h1")
    expect(page.locator(".names")).not_to_contain_text("Cyrus")
    log_in(page, "Ada")
    page.goto("/account")
    page.locator("li", has_text="Player Cyrus").locator("button").click()
    expect(page.locator("#d-says")).to_have_text("Cyrus was restored.")


def test_training_works_without_a_database(browser: Browser, tmp_path: Path):
    """If the database is damaged at start-up, the pages say what to do, and training works."""
    instance = tmp_path / "instance"
    instance.mkdir()
    (instance / "hiitpi.sqlite").write_bytes(b"damaged" * 1000)
    with running_app(instance, rate=4) as app, open_page(browser, app) as page:
        page.goto("/leaderboard")
        expect(page.locator("h1")).to_have_text("The database is not available")
        expect(page.locator("main")).to_contain_text("python -m hiitpi restore FILE")
        page.goto("/")
        expect(page.locator("#name-trouble")).to_contain_text("python -m hiitpi restore FILE")
        expect(page.locator("#name-trouble")).to_contain_text("Type your name")
        create_player(page, "Ada")
        page.wait_for_selector("#train[data-phase=ready]")
        choose_workout(page, "Jumping Jacks")
        page.click("#start")
        page.wait_for_selector("#train[data-phase=work]", timeout=60_000)
        page.wait_for_function("+document.getElementById('reps').textContent >= 2", timeout=60_000)
        page.click("#done")
        page.wait_for_selector("#train[data-phase=finished]", timeout=15_000)
        (spooled,) = (instance / "unsaved").glob("*.json")
        assert decode_record(spooled.read_bytes()).player == "Ada"
        page.wait_for_function("document.getElementById('video')?.naturalWidth > 1")
        page.goto("/status")
        expect(page.locator("#status")).to_contain_text("is damaged")
