"""Control of a session by one device, and claims of others."""

from collections.abc import Callable

import pytest

from hiitpi.coach.session.device_control import CLAIM_TIMEOUT_S, Device, DeviceControl

ADA, BOB, CLEO = (Device(f"{name}-device", name) for name in ("Ada", "Bob", "Cleo"))


def test_only_one_device_has_control():
    control = DeviceControl(ADA)
    assert control.is_allowed(ADA.id)
    assert not control.is_allowed(BOB.id)
    assert not control.is_allowed("")


def test_without_a_device_id_every_device_is_allowed():
    assert DeviceControl(Device("", "Ada")).is_allowed("anybody")


def test_a_claim_is_granted_after_a_timeout():
    control = DeviceControl(ADA)
    assert control.claim(BOB, 100.0)
    assert control.claimant == BOB
    assert control.is_allowed(ADA.id)
    assert not control.tick(100.0 + CLAIM_TIMEOUT_S - 0.1)
    assert control.tick(100.0 + CLAIM_TIMEOUT_S)
    assert (control.holder, control.claimant) == (BOB, None)
    assert not control.is_allowed(ADA.id)


def test_the_holder_grants_or_declines_a_claim():
    control = DeviceControl(ADA)
    control.claim(BOB, 0.0)
    assert not control.hand_over(BOB.id)
    assert control.hand_over(ADA.id)
    assert control.holder == BOB
    control.claim(ADA, 0.0)
    assert control.cancel_claim(BOB.id)
    assert not control.tick(1000.0)
    assert control.holder == BOB


def test_the_claimant_may_withdraw_and_others_have_no_influence():
    control = DeviceControl(ADA)
    control.claim(BOB, 0.0)
    assert not control.cancel_claim(CLEO.id)
    assert not control.claim(CLEO, 1.0)
    assert control.cancel_claim(BOB.id)
    assert not control.tick(1000.0)


def test_the_holder_has_nothing_to_claim():
    control = DeviceControl(ADA)
    assert not control.claim(ADA, 0.0)
    assert not control.hand_over(ADA.id)
    assert not control.cancel_claim(ADA.id)


@pytest.mark.parametrize("answer", [DeviceControl.cancel_claim, DeviceControl.hand_over])
def test_an_answered_claim_has_no_timeout(answer: Callable[[DeviceControl, str], bool]):
    control = DeviceControl(ADA)
    control.claim(BOB, 0.0)
    assert answer(control, ADA.id)
    assert control.claimant is None
    assert not control.tick(CLAIM_TIMEOUT_S)
    assert control.claim(CLEO, 5.0)
    assert not control.tick(CLAIM_TIMEOUT_S)
    assert control.tick(5.0 + CLAIM_TIMEOUT_S)
    assert control.holder == CLEO
    assert not control.tick(1000.0)
