"""Measurements of a strap, as another implementation of the Bluetooth service encodes them."""

import pytest
from bumble.profiles.heart_rate_service import HeartRateService
from hypothesis import given
from hypothesis import strategies as st

from hiitpi.integrations.heart_rate_measurement import PLAUSIBLE_BPM, decode_measurement

Measurement = HeartRateService.HeartRateMeasurement


@given(
    bpm=st.integers(*PLAUSIBLE_BPM),
    contact=st.sampled_from([None, True]),
    energy=st.none() | st.integers(0, 65535),
    intervals=st.none() | st.lists(st.floats(0, 60), max_size=9),
)
def test_the_rate_is_decoded_whatever_else_is_sent(
    bpm: int, contact: bool | None, energy: int | None, intervals: list[float] | None
):
    assert decode_measurement(bytes(Measurement(bpm, contact, energy, intervals))) == bpm


def test_the_rate_may_have_two_bytes():
    assert decode_measurement(bytes([0x01, 145, 0])) == 145
    assert decode_measurement(bytes([0x01, 0, 1])) is None  # 256
    assert decode_measurement(bytes([0x01, 145])) == 145  # cut off


def test_without_contact_there_is_no_rate():
    assert decode_measurement(bytes(Measurement(145, sensor_contact_detected=False))) is None


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x01", b"\x00\x00", b"\x00\xff"])
def test_what_cannot_be_a_heart_rate_is_none(data: bytes):
    assert decode_measurement(data) is None


@given(st.binary(max_size=20))
def test_no_data_fails(data: bytes):
    lowest, highest = PLAUSIBLE_BPM
    bpm = decode_measurement(data)
    assert bpm is None or lowest <= bpm <= highest
