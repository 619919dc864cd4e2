"""The addresses people open, and a QR code of the one for other devices."""

import io
import socket
from urllib.parse import quote

import segno

from hiitpi.access.house_code import HouseCode
from hiitpi.access.networks import is_loopback
from hiitpi.settings import Settings

#: In the place of an address for other devices.
HERE_ONLY = "this machine only: by HIITPI_HOST, or for want of a network"


def lan_address() -> str | None:
    """This machine's address on the LAN; None when it has none.

    Nothing is sent: connecting a datagram socket only asks the kernel which way it would go.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1, RFC 5737: nobody's
        except OSError:
            return None
        address: str = probe.getsockname()[0]
    return None if address.startswith("127.") or address == "0.0.0.0" else address


def startup_message(settings: Settings, service: bool = False) -> str:
    """What the terminal shows when the app is open; a service's log, which others read, no code."""
    lines = ["", "HIIT PI is open:"]
    lines += [f"  on this machine   {settings.scheme}://localhost:{settings.port}"]
    address = reached_at(settings)
    if address and service:
        return "\n".join([*lines, f"  on other devices  {address}"])
    if address:
        lines += [f"  on other devices  {address}", *invitation(settings)]
    return "\n".join([*lines, "", "Ctrl-C stops it.", ""])


def reached_at(settings: Settings) -> str | None:
    """The pages' address for other devices; None: they are for this machine only."""
    everywhere = settings.host in ("0.0.0.0", "::", "")
    host = lan_address() if everywhere else settings.host
    if not host or is_loopback(host) or host == "localhost":
        return None
    return f"{settings.scheme}://{f'[{host}]' if ':' in host else host}:{settings.port}"


def invitation(settings: Settings) -> list[str]:
    """The house code, and a QR code that brings a device in with it."""
    code = HouseCode(settings.instance, settings.house_code).value
    address = reached_at(settings)
    lines = []
    if code is None:
        lines += ["", "There is no house code: EVERYBODY ON YOUR NETWORK CAN SEE THE VIDEO."]
    else:
        lines += [f"  house code        {code}"]
    if address:
        drawn = io.StringIO()
        link = address if code is None else f"{address}/code?code={quote(code)}"
        segno.make(link, error="l").terminal(drawn, compact=True, border=1)
        lines += ["", drawn.getvalue().rstrip("\n")]
    return lines
