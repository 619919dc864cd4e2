"""House code and device cookies."""

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


def device_cookies(folder: Path, clock: FakeClock, code: str = "") -> DeviceCookies:
    """Return the device cookies of a household that stores its files in `folder`."""
    return DeviceCookies(folder, HouseCode(folder, code), clock, clock)


def test_a_code_is_created_once_and_readable_by_its_user_only(tmp_path: Path):
    code = HouseCode(tmp_path).value
    assert len(code) == 6
    assert code.isdigit()
    assert HouseCode(tmp_path).value == code
    assert stat.S_IMODE(os.stat(tmp_path / "house_code").st_mode) == 0o600


def test_a_running_process_uses_a_new_code(tmp_path: Path):
    running, old_code = HouseCode(tmp_path), HouseCode(tmp_path).value
    assert running.value == old_code
    new_code = HouseCode(tmp_path).renew()
    assert running.value == new_code


@pytest.mark.parametrize(
    ("code", "guess", "matches"),
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
def test_codes_match_regardless_of_case_and_separators(
    tmp_path: Path, code: str, guess: str, matches: bool
):
    assert HouseCode(tmp_path, code).matches(guess) == matches


@pytest.mark.parametrize("code", ["123456", "1234567", "off", "", "blue horse", "äöüäöüäöü"])
def test_valid_codes(code: str):
    assert check_house_code(code) == code


@pytest.mark.parametrize("code", ["12345", "horse", "a-b-c-d", "OFF", " " * 20])
def test_invalid_codes(code: str):
    with pytest.raises(ValueError, match="6 digits"):
        check_house_code(code)


def test_a_configured_code_cannot_be_renewed(tmp_path: Path):
    for code in ("123456", "off"):
        with pytest.raises(SettingsError, match="HIITPI_HOUSE_CODE"):
            HouseCode(tmp_path, code).renew()


def test_an_unwritable_folder_is_reported(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError):
        HouseCode(tmp_path / "file").value  # noqa: B018


def test_a_cookie_expires_after_ninety_days(tmp_path: Path, clock: FakeClock):
    cookies = device_cookies(tmp_path, clock)
    cookie = cookies.cookie()
    clock.now += COOKIE_LIFETIME_S - 1
    assert cookies.check(cookie) == COOKIE_LIFETIME_S - 1
    clock.now += 2
    assert cookies.check(cookie) is None


def test_cookies_stay_valid_when_the_clock_is_set_back(tmp_path: Path, clock: FakeClock):
    cookie = device_cookies(tmp_path, clock).cookie()
    clock.now = 0.0  # a Pi without a clock battery, before it has synchronised the time
    cookies = device_cookies(tmp_path, clock)
    assert cookies.check(cookie) is not None
    assert len((tmp_path / "keys").read_text().splitlines()) == 1


@pytest.mark.parametrize("cookie", [None, "", "x", "a.b.c", "ImZvbyI.abc", "é", "1" * 5000])
def test_cookies_with_an_invalid_signature_are_rejected(tmp_path: Path, clock: FakeClock, cookie):
    assert device_cookies(tmp_path, clock).check(cookie) is None


@settings(deadline=None)  # other processes can slow an example down
@given(st.text(max_size=100))
def test_random_text_is_no_valid_cookie(cookie: str):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        assert device_cookies(Path(folder), FakeClock()).check(cookie) is None


def test_cookies_of_another_household_are_rejected(tmp_path: Path, clock: FakeClock):
    other = device_cookies(tmp_path / "other", clock).cookie()
    assert device_cookies(tmp_path / "own", clock).check(other) is None


def test_a_new_code_and_revoke_all_log_all_devices_out(tmp_path: Path, clock: FakeClock):
    cookies = device_cookies(tmp_path, clock)
    cookie, generation = cookies.cookie(), cookies.current_generation()
    HouseCode(tmp_path).renew()
    clock.now += RELOAD_S
    assert cookies.check(cookie) is None
    assert cookies.current_generation() != generation
    new_cookie = cookies.cookie()
    device_cookies(tmp_path, clock).revoke_all()
    clock.now += RELOAD_S
    assert cookies.check(new_cookie) is None


def test_changing_the_configured_code_logs_all_devices_out(tmp_path: Path, clock: FakeClock):
    cookie = device_cookies(tmp_path, clock, "first phrase").cookie()
    assert device_cookies(tmp_path, clock, "first phrase").check(cookie) is not None
    assert device_cookies(tmp_path, clock, "second phrase").check(cookie) is None


def test_keys_rotate_and_old_cookies_stay_valid(tmp_path: Path, clock: FakeClock):
    cookie = device_cookies(tmp_path, clock).cookie()
    for months in range(1, 7):
        clock.now += KEY_LIFETIME_S + 1
        cookies = device_cookies(tmp_path, clock)
        lines = (tmp_path / "keys").read_text().splitlines()
        assert len(lines) <= 6
        assert (cookies.check(cookie) is not None) == (
            months * (KEY_LIFETIME_S + 1) <= COOKIE_LIFETIME_S
        )
    assert stat.S_IMODE(os.stat(tmp_path / "keys").st_mode) == 0o600


def test_damaged_keys_are_replaced(tmp_path: Path, clock: FakeClock):
    (tmp_path / "keys").write_bytes(b"\xff\xfe nonsense\n\n")
    cookies = device_cookies(tmp_path, clock)
    assert cookies.check(cookies.cookie()) is not None


def test_a_long_running_process_rotates_its_keys(tmp_path: Path, clock: FakeClock):
    cookies = device_cookies(tmp_path, clock)
    first_key = cookies.secrets()[0]
    clock.now += KEY_LIFETIME_S + 1
    cookie = cookies.cookie()
    assert cookies.secrets()[0] != first_key
    assert first_key in cookies.secrets()
    assert cookies.check(cookie) is not None
