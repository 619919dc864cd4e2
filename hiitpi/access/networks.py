"""Classifies addresses: loopback, the network that one household shares, names of a house."""

import ipaddress
from typing import Final

#: Domain suffixes that nobody can register on the internet, so that no attacker can make such a
#: name resolve to this machine (DNS rebinding): RFC 6762, 8375, 6761, and those of home routers.
LOCAL_SUFFIXES: Final = (".local", ".home.arpa", ".internal", ".localhost", ".lan")


def is_loopback(address: str) -> bool:
    """Return whether an address is a loopback address, including IPv4-mapped IPv6 ones."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:  # a Unix socket has no address
        return address == ""
    mapped = getattr(ip, "ipv4_mapped", None)
    return bool((mapped or ip).is_loopback)


def household(address: str) -> str:
    """Return the key under which an address is rate-limited.

    That is the address itself, but the /64 network of an IPv6 address: a single household has 2^64
    addresses.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is None:
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return address
