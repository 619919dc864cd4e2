"""The addresses people open, and a QR code of the one for other devices."""

import io
import socket

import segno

from hiitpi.settings import Settings


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


def welcome(settings: Settings) -> str:
    """What the terminal shows when the app is open."""
    lines = ["", "HIIT PI is open:", f"  on this machine   http://localhost:{settings.port}"]
    everywhere = settings.host in ("0.0.0.0", "::", "")
    address = lan_address() if everywhere else settings.host
    if address and not address.startswith("127."):
        url = f"http://{address}:{settings.port}"
        code = io.StringIO()
        segno.make(url, error="l").terminal(code, compact=True, border=1)
        lines += [f"  on other devices  {url}", "", code.getvalue().rstrip("\n")]
    return "\n".join([*lines, "", "Ctrl-C stops it.", ""])
