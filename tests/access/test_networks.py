"""Classification of network addresses."""

import pytest

from hiitpi.access.networks import household, is_loopback


@pytest.mark.parametrize(
    ("address", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("::ffff:127.0.0.1", True),
     ("192.168.1.2", False), ("::ffff:10.0.0.1", False), ("fe80::1%eth0", False), ("", True)],
)  # fmt: skip
def test_loopback_addresses_are_detected(address: str, loopback: bool):
    assert is_loopback(address) == loopback


def test_ipv6_addresses_with_one_prefix_are_one_household():
    assert (
        household("2001:db8::1") == household("2001:db8::dead:beef") != household("2001:db8:0:1::1")
    )
    assert household("192.168.1.2") == "192.168.1.2"
    assert household("::ffff:10.0.0.1") == "::ffff:10.0.0.1"
    assert household("fe80::1%eth0") == household("fe80::2%eth0")
    assert household("nonsense") == "nonsense"
