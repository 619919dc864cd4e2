"""The host names and addresses of this machine, for its certificate."""

import json
import socket
import subprocess
from contextlib import suppress
from typing import Final

from hiitpi.settings import Settings

#: Under this name `deploy/publish-name` announces the app in the network.
PUBLISHED: Final = "hiitpi.local"


def lan_address() -> str | None:
    """Return this machine's IPv4 address on the LAN; None if it has none.

    No packet is sent: connecting a datagram socket only makes the kernel choose a route.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1: reserved for documentation (RFC 5737)
        except OSError:
            return None
        address: str = probe.getsockname()[0]
    return None if address.startswith("127.") or address == "0.0.0.0" else address


def own_names(settings: Settings) -> list[str]:
    """Return the host names under which devices of the house reach this machine."""
    name = socket.gethostname().lower().partition(".")[0]
    return [
        "localhost", name, f"{name}.local", f"{name}.lan", f"{name}.home.arpa", PUBLISHED,
        *configured_hosts(settings),
    ]  # fmt: skip


def own_addresses() -> list[str]:
    """Return the IP addresses of this machine."""
    found = ["127.0.0.1", "::1", lan_address() or ""]
    command = ["ip", "-j", "address", "show", "scope", "global"]
    with suppress(OSError, ValueError, subprocess.SubprocessError):  # without iproute2: the first
        answer = subprocess.run(command, capture_output=True, check=True, timeout=5)
        interfaces = json.loads(answer.stdout)
        entries = [entry for each in interfaces for entry in each.get("addr_info", ())]
        found += [entry.get("local", "") for entry in entries]  # some are empty
    return list(filter(None, dict.fromkeys(found)))


def configured_hosts(settings: Settings) -> list[str]:
    """Return the additional host names of the settings, in lower case."""
    return [name.strip().lower() for name in settings.hosts.split(",") if name.strip()]
