"""The house code, and the devices that know it."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiitpi.access.device_cookies import COOKIE_LIFETIME_S, KEY_LIFETIME_S, RELOAD_S, DeviceCookies
from hiitpi.access.house_code import HouseCode
from hiitpi.errors import SettingsError
from hiitpi.settings import check_house_code
from tests.support.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def house(folder: Path, clock: FakeClock, code: str = "") -> DeviceCookies:
    return DeviceCookies(folder, HouseCode(folder, code), clock, clock)


def test_a_code_is_made_once_and_for_this_user_only(tmp_path: Path):
    code = HouseCode(tmp_path).value
    assert len(code) == 6
    assert code.isdigit()
    assert HouseCode(tmp_path).value == code
    assert stat.S_IMODE(os.stat(tmp_path / "house_code").st_mode) == 0o600


def test_a_new_code_is_seen_by_a_process_that_runs(tmp_path: Path):
    running, old = HouseCode(tmp_path), HouseCode(tmp_path).value
    assert running.value == old
    new = HouseCode(tmp_path).renew()
    assert running.value == new


@pytest.mark.parametrize(
    ("code", "guess", "right"),
    [
        ("123456", "123456", True),
        ("123456", " 123 456 ", True),
        ("123456", "12345", False),
        ("Blue Horse Barn", "blue-horse-barn", True),
        ("Blue Horse Barn", "blue horse", False),
        ("Blue Horse Barn", "", False),
        ("off", "off", False),
    ],
)
def test_what_matches(tmp_path: Path, code: str, guess: str, right: bool):
    assert HouseCode(tmp_path, code).matches(guess) == right


@pytest.mark.parametrize("code", ["123456", "1234567", "off", "", "blue horse", "äöüäöüäöü"])
def test_what_can_be_a_code(code: str):
    assert check_house_code(code) == code


@pytest.mark.parametrize("code", ["12345", "horse", "a-b-c-d", "OFF", " " * 20])
def test_what_cannot(code: str):
    with pytest.raises(ValueError, match="6 digits"):
        check_house_code(code)


def test_a_code_that_is_set_is_changed_where_it_is_set(tmp_path: Path):
    for code in ("123456", "off"):
        with pytest.raises(SettingsError, match="HIITPI_HOUSE_CODE"):
            HouseCode(tmp_path, code).renew()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError):
        HouseCode(tmp_path / "file").value  # noqa: B018


def test_a_device_is_trusted_for_ninety_days(tmp_path: Path, clock: FakeClock):
    trust = house(tmp_path, clock)
    cookie = trust.cookie()
    clock.now += COOKIE_LIFETIME_S - 1
    assert trust.check(cookie) == COOKIE_LIFETIME_S - 1
    clock.now += 2
    assert trust.check(cookie) is None


def test_a_clock_that_was_set_back_makes_nobody_a_stranger(tmp_path: Path, clock: FakeClock):
    cookie = house(tmp_path, clock).cookie()
    clock.now = 0.0  # a Pi without a battery, before it has asked for the time
    trust = house(tmp_path, clock)
    assert trust.check(cookie) is not None
    assert len((tmp_path / "keys").read_text().splitlines()) == 1


@pytest.mark.parametrize("cookie", [None, "", "x", "a.b.c", "ImZvbyI.abc", "é", "1" * 5000])
def test_what_was_not_signed_here_is_nothing(tmp_path: Path, clock: FakeClock, cookie):
    assert house(tmp_path, clock).check(cookie) is None


@settings(deadline=None)  # what is slow here is another process
@given(st.text(max_size=100))
def test_no_text_is_a_cookie(cookie: str):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        assert house(Path(folder), FakeClock()).check(cookie) is None


def test_a_cookie_of_another_house_is_nothing(tmp_path: Path, clock: FakeClock):
    other = house(tmp_path / "other", clock).cookie()
    assert house(tmp_path / "own", clock).check(other) is None


def test_a_new_code_logs_all_devices_out(tmp_path: Path, clock: FakeClock):
    trust = house(tmp_path, clock)
    cookie, mark = trust.cookie(), trust.current_generation()
    HouseCode(tmp_path).renew()
    clock.now += RELOAD_S
    assert trust.check(cookie) is None
    assert trust.current_generation() != mark
    again = trust.cookie()
    house(tmp_path, clock).revoke_all()
    clock.now += RELOAD_S
    assert trust.check(again) is None


def test_another_code_in_the_settings_logs_all_devices_out(tmp_path: Path, clock: FakeClock):
    cookie = house(tmp_path, clock, "first phrase").cookie()
    assert house(tmp_path, clock, "first phrase").check(cookie) is not None
    assert house(tmp_path, clock, "second phrase").check(cookie) is None


def test_keys_rotate_and_old_cookies_hold(tmp_path: Path, clock: FakeClock):
    cookie = house(tmp_path, clock).cookie()
    for months in range(1, 7):
        clock.now += KEY_LIFETIME_S + 1
        trust = house(tmp_path, clock)
        lines = (tmp_path / "keys").read_text().splitlines()
        assert len(lines) <= 6
        assert (trust.check(cookie) is not None) == (
            months * (KEY_LIFETIME_S + 1) <= COOKIE_LIFETIME_S
        )
    assert stat.S_IMODE(os.stat(tmp_path / "keys").st_mode) == 0o600


def test_damaged_keys_are_made_anew(tmp_path: Path, clock: FakeClock):
    (tmp_path / "keys").write_bytes(b"\xff\xfe nonsense\n\n")
    trust = house(tmp_path, clock)
    assert trust.check(trust.cookie()) is not None


def test_a_process_that_runs_for_a_year_signs_with_new_keys(tmp_path: Path, clock: FakeClock):
    trust = house(tmp_path, clock)
    first = trust.secrets()[0]
    clock.now += KEY_LIFETIME_S + 1
    cookie = trust.cookie()
    assert trust.secrets()[0] != first
    assert first in trust.secrets()
    assert trust.check(cookie) is not None
