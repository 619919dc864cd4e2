"""Signs a message and posts it to a webhook, but not to this machine itself.

Signatures and headers follow the Standard Webhooks specification 1.0 (standardwebhooks.com), for
which there are libraries in many languages.
"""

import base64
import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from hiitpi import __version__
from hiitpi.errors import WebhookError
from hiitpi.records.webhooks import SECRET_PREFIX

#: Time limit of a whole request, in seconds; a receiver should answer at once and work afterwards.
TIMEOUT_S: Final = 10.0

#: Length limit of an address.
MAX_URL_CHARS: Final = 500

#: How much of an answer is read.
MAX_ANSWER_BYTES: Final = 4096

PORTS: Final = {"http": 80, "https": 443}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Answer:
    """A receiver's answer.

    Attributes:
        status: HTTP status code.
        text: status code and reason, for people.
    """

    status: int
    text: str

    @property
    def accepted(self) -> bool:
        """Whether the receiver has accepted the message."""
        return 200 <= self.status < 300


def signature(secret: str, key: str, timestamp: int, body: str) -> str:
    """Return the value of the header `webhook-signature`.

    Args:
        secret: the webhook's secret, "whsec_" and base64.
        key: id of the message, the value of `webhook-id`.
        timestamp: seconds since the epoch, the value of `webhook-timestamp`.
        body: the message.
    """
    secret_bytes = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{key}.{timestamp}.{body}".encode()
    digest = hmac.new(secret_bytes, signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def check_url(url: str) -> str:
    """Return the address of a webhook, without spaces around it.

    Raises:
        WebhookError: it is not an http or https address, or contains a password.
    """
    url = url.strip()
    parts = _split(url)
    if parts.scheme not in PORTS or not parts.hostname or not url.isascii() or " " in url:
        raise WebhookError("Please enter an address that begins with http:// or https://.")
    if len(url) > MAX_URL_CHARS:
        raise WebhookError(f"The address is too long: at most {MAX_URL_CHARS} characters.")
    if parts.username is not None:
        raise WebhookError(
            "Please leave name and password out of the address: receivers recognise this house by "
            "the signature."
        )
    return url


def post(url: str, headers: dict[str, str], body: str, allow_local: bool) -> Answer:
    """Post a message. Redirects are not followed.

    Args:
        url: a valid address; see `check_url`.
        headers: headers in addition to the usual ones.
        body: the message, JSON.
        allow_local: whether addresses of this machine are allowed.

    Raises:
        WebhookError: there was no answer within `TIMEOUT_S` seconds, or the address leads to this
            machine.
    """
    parts = _split(url)
    host = parts.hostname or ""
    port = parts.port or PORTS[parts.scheme]
    try:
        address = _resolve(host, port, allow_local)
        # Connect to the address that was checked: asked again, the name might have another one.
        connection = socket.create_connection((str(address), port), TIMEOUT_S)
        with connection, _deadline(connection):
            return _exchange(connection, parts, host, headers, body)
    except TimeoutError:
        raise WebhookError(f"no answer within {TIMEOUT_S:.0f} s") from None
    except ssl.SSLCertVerificationError as error:
        raise WebhookError(f"its certificate is not trusted: {error.verify_message}") from error
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise WebhookError(f"no answer: {reason}") from error


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # checked only when it is read
    except ValueError as error:
        raise WebhookError(f"This is not an address: {error}.") from None
    return parts


def _exchange(
    raw: socket.socket, parts: SplitResult, host: str, headers: dict[str, str], body: str
) -> Answer:
    """Send the request over an open connection, and return the answer."""
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(host)
        connection.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=host)
    else:
        connection = http.client.HTTPConnection(host)
        connection.sock = raw
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    all_headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "User-Agent": f"HIIT-PI/{__version__}",
        "Connection": "close",
        **headers,
    }
    try:
        connection.request("POST", target, body.encode(), all_headers)
        response = connection.getresponse()
        response.read(MAX_ANSWER_BYTES)
        return Answer(response.status, f"{response.status} {response.reason}".strip())
    finally:
        connection.close()


def _resolve(host: str, port: int, allow_local: bool) -> Address:
    """Return the IP address of a host.

    Raises:
        WebhookError: one of its addresses leads to this machine, and that is not allowed.
        OSError: the name is unknown.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(info[4][0]).partition("%")[0]) for info in found]
    if not allow_local and any(_is_inside(address) for address in addresses):
        raise WebhookError(
            "this address leads to this machine itself; HIITPI_WEBHOOK_LOCAL=true allows that"
        )
    return addresses[0]


def _is_inside(address: Address) -> bool:
    """Return whether an IP address leads to this machine, or nowhere a receiver could be."""
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        return _is_inside(mapped)
    if (
        address.is_loopback
        or address.is_unspecified
        or address.is_link_local
        or address.is_multicast
    ):
        return True
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((str(address), 0))  # only possible for an address of this machine
        except OSError:
            return False
    return True


@contextmanager
def _deadline(connection: socket.socket) -> Iterator[None]:
    """Shut a connection down after `TIMEOUT_S`, which ends what reads from it.

    The timeout of a socket is for each read, and a receiver may send a byte at a time.

    Raises:
        TimeoutError: the time was up.
    """
    expired = threading.Event()
    watched = connection.dup()  # TLS takes the original over

    def shut_down() -> None:
        expired.set()
        with suppress(OSError):  # it has just ended by itself
            watched.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(TIMEOUT_S, shut_down)
    timer.name, timer.daemon = "webhook deadline", True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        watched.close()
        if expired.is_set():  # also if the part that has arrived looks like an answer
            raise TimeoutError
