"""Programs: create, edit, export, import and train them."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hiitpi.coach.session import program_file
from hiitpi.coach.session.program import SHIPPED_PROGRAMS, Exercise, Program
from tests.browser.conftest import log_in

pytestmark = pytest.mark.slow


def fill_exercise(page: Page, field: str, row: int, value: str) -> None:
    """Fill in a field of an exercise of the editor; rows count from 0."""
    page.locator(f".exercises li >> nth={row}").get_by_label(field).fill(value)


def test_a_program_is_created_edited_exported_imported_and_trained(page: Page, tmp_path: Path):
    log_in(page, "Ada")
    page.click("header >> text=Programs")
    page.click("#p-new")
    page.fill("#p-name", "Morgen <b>1</b> 😀")
    page.fill("#p-rounds", "2")
    page.fill("#p-round-rest", "30")
    page.click("#p-add")
    expect(page.locator(".exercises li")).to_have_count(2)
    page.locator(".exercises li >> nth=1").locator(".dash-dropdown").first.click()
    page.get_by_role("option", name="Squats", exact=True).click()
    fill_exercise(page, "Work, s", 1, "15")
    fill_exercise(page, "Reps", 1, "8")
    fill_exercise(page, "Rest, s", 1, "0")
    page.locator(".exercises li >> nth=1").get_by_label("Move up exercise 2").click()
    workout = page.locator(".exercises li >> nth=0 >> .dash-dropdown >> nth=0")
    expect(workout).to_contain_text("Squats")
    page.locator(".exercises li >> nth=1").locator(".dash-dropdown").last.click()
    page.get_by_role("option", name="Slower by 20 %").click()
    page.click("#p-save")
    expect(page.locator("#p-says")).to_have_text("Saved: Morgen <b>1</b> 😀")
    expect(page.locator(".cards b >> nth=0")).to_have_text("Morgen <b>1</b> 😀")

    with page.expect_download() as download:
        page.click("text=Export >> nth=0")
    file = tmp_path / "mine.toml"
    download.value.save_as(file)
    assert program_file.read(file.read_text()) == Program(
        "Morgen <b>1</b> 😀",
        (Exercise("squat", 15, 8), Exercise("jumping_jacks", 40, rest=20, until="slower")),
        rounds=2,
        round_rest=30,
    )

    page.click("text=Edit >> nth=0")
    page.fill("#p-name", "Abend")
    page.click("#p-save")
    expect(page.locator(".cards b >> nth=0")).to_have_text("Abend")
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_selector("#p-save")
    page.click("#p-save")
    expect(page.locator("#p-says")).to_contain_text("Saved: Morgen")
    page.locator(".cards li", has_text="Abend").get_by_text("Delete").click()
    expect(page.locator("#p-says")).to_contain_text("Deleted: Abend")
    assert page.locator(".cards li", has_text="Abend").count() == 0
    page.click("#p-undo")
    expect(page.locator("#p-says")).to_contain_text("Restored: Abend")

    # The program can be trained.
    page.click("header >> text=Train")
    page.wait_for_selector("#train[data-phase=ready]", timeout=15_000)
    page.locator("#mode label", has_text="Program").click()
    page.locator("#program label", has_text="Abend").click()
    page.click("#start")
    expect(page.locator("#workout-name")).to_have_text("Squats · 8 to do")
    expect(page.locator("#round")).to_have_text("round 1/2")


def test_an_invalid_program_is_explained_and_no_input_is_lost(page: Page, tmp_path: Path):
    log_in(page, "Ada")
    page.click("header >> text=Programs")
    page.click("#p-new")
    page.click("#p-save")
    expect(page.locator("#editor-trouble")).to_have_text("Please give the program a name.")
    page.fill("#p-name", "Endless")
    page.fill("#p-rounds", "")
    page.click("#p-save")
    expect(page.locator("#editor-trouble")).to_contain_text("needs a time limit")
    assert page.input_value("#p-name") == "Endless"
    for name, text in (("bad.toml", b"name = "), ("bad.png", b"\x89PNG\xff\xfe")):
        page.locator("input[type=file]").set_input_files(
            {"name": name, "mimeType": "text/plain", "buffer": text}
        )
        expect(page.locator("#p-says")).to_contain_text("This is not a program file")


def test_shipped_programs_can_be_copied_but_not_deleted(page: Page):
    log_in(page, "Ada")
    page.click("header >> text=Programs")
    card = page.locator(".cards li", has_text=SHIPPED_PROGRAMS[3].name)
    assert card.get_by_text("Delete").count() == 0
    card.get_by_text("Copy").click()
    assert page.input_value("#p-name") == "My EMOM 10"
    page.click("#p-cancel")
    expect(page.locator("#p-save")).to_have_count(0)
