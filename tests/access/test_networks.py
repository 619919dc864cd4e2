"""Who is at an address."""

import pytest

from hiitpi.access.networks import household, is_loopback


@pytest.mark.parametrize(
    ("address", "local"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("::ffff:127.0.0.1", True),
     ("192.168.1.2", False), ("::ffff:10.0.0.1", False), ("fe80::1%eth0", False), ("", True)],
)  # fmt: skip
def test_loopback_is_told_from_the_rest(address: str, local: bool):
    assert is_loopback(address) == local


def test_a_house_has_many_addresses_of_ipv6_and_is_one():
    assert (
        household("2001:db8::1") == household("2001:db8::dead:beef") != household("2001:db8:0:1::1")
    )
    assert household("192.168.1.2") == "192.168.1.2"
    assert household("::ffff:10.0.0.1") == "::ffff:10.0.0.1"
    assert household("fe80::1%eth0") == household("fe80::2%eth0")
    assert household("nonsense") == "nonsense"
