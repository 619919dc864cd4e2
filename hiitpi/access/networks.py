"""What an internet address says of who is there."""

import ipaddress


def is_loopback(address: str) -> bool:
    """Whether an address, IPv4 in IPv6's clothes too, is this machine's own."""
    try:
        one = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:  # a unix socket has none
        return address == ""
    mapped = getattr(one, "ipv4_mapped", None)
    return bool((mapped or one).is_loopback)


def owner(address: str) -> str:
    """Whom an address belongs to: of IPv6 one house has 2^64 of them."""
    try:
        one = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(one, ipaddress.IPv6Address) and one.ipv4_mapped is None:
        return str(ipaddress.ip_network((one, 64), strict=False))
    return address
