"""The URLs under which the app is reachable, and a QR code of the one for other devices."""

import io
from contextlib import suppress
from urllib.parse import quote

import segno

from hiitpi.access.house_code import HouseCode
from hiitpi.access.networks import is_loopback
from hiitpi.settings import Settings
from hiitpi.system.house_https import fingerprint
from hiitpi.system.own_hosts import lan_address

#: Shown if there is no URL for other devices.
LOCAL_ONLY = "only on this machine (HIITPI_HOST, or no network)"


def startup_message(settings: Settings, service: bool = False) -> str:
    """Return what is printed when the app has started.

    Args:
        settings: settings of this machine.
        service: whether the app runs as a systemd service. Its log is readable by others, so the
            house code is left out.
    """
    lines = ["", "HIIT PI is open:"]
    lines += [f"  on this machine   {settings.scheme}://localhost:{settings.port}"]
    url = url_for_other_devices(settings)
    if url and service:
        return "\n".join([*lines, f"  on other devices  {url}"])
    if url:
        lines += [f"  on other devices  {url}", *login_lines(settings)]
    return "\n".join([*lines, "", "Press Ctrl-C to stop.", ""])


def url_for_other_devices(settings: Settings) -> str | None:
    """Return the app's URL on the LAN; None if it is reachable from this machine only."""
    all_interfaces = settings.host in ("0.0.0.0", "::", "")
    host = lan_address() if all_interfaces else settings.host
    if not host or is_loopback(host) or host == "localhost":
        return None
    return f"{settings.scheme}://{f'[{host}]' if ':' in host else host}:{settings.port}"


def login_lines(settings: Settings) -> list[str]:
    """Return lines with the house code, and a QR code of a link that logs a device in."""
    code = HouseCode(settings.instance, settings.house_code).value
    url = url_for_other_devices(settings)
    lines = []
    if code is None:
        lines += ["", "There is no house code: ANYONE ON YOUR NETWORK CAN SEE THE VIDEO."]
    else:
        lines += [f"  house code        {code}"]
    if url:
        qr_code = io.StringIO()
        link = url if code is None else f"{url}/code?code={quote(code)}"
        if settings.tls == "auto":
            # By http, for devices that do not trust the house yet; a fragment is not sent.
            link = f"{url.replace('https', 'http', 1)}/trust#code={quote(code or '')}"
            with suppress(OSError):  # it was never started
                lines += [f"  SHA-256           {fingerprint(settings)}"]
        segno.make(link, error="l").terminal(qr_code, compact=True, border=1)
        lines += ["", qr_code.getvalue().rstrip("\n")]
    return lines
