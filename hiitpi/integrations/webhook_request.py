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
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from hiitpi import __version__
from hiitpi.errors import WebhookError
from hiitpi.records.webhooks import SECRET_PREFIX

#: Time limit of a request, in seconds, without looking its name up; a receiver should answer at
#: once and work afterwards.
TIMEOUT_S: Final = 10.0

#: Length limit of an address.
MAX_URL_CHARS: Final = 500

#: How much of an answer is read.
MAX_ANSWER_BYTES: Final = 4096

PORTS: Final = {"http": 80, "https": 443}

BROADCAST: Final = ipaddress.ip_address("255.255.255.255")

#: IPv6 networks whose addresses end in an IPv4 address: mapped, compatible, and NAT64 (RFC 6052).
EMBEDDING: Final = tuple(
    ipaddress.IPv6Network(network) for network in ("::ffff:0:0/96", "::/96", "64:ff9b::/96")
)

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
        began = time.monotonic()
        connection = _connect(_resolve(host, port, allow_local), port)
        with connection, _deadline(connection, TIMEOUT_S - (time.monotonic() - began)):
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


def _connect(addresses: list[Address], port: int) -> socket.socket:
    """Connect to the first address that answers.

    To those that were checked: asked again, the name might have others.

    Raises:
        OSError: none answers.
    """
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection((str(address), port), TIMEOUT_S / len(addresses))
    return socket.create_connection((str(addresses[-1]), port), TIMEOUT_S / len(addresses))


def _resolve(host: str, port: int, allow_local: bool) -> list[Address]:
    """Return the IP addresses of a host, in the order in which to try them.

    Raises:
        WebhookError: one of its addresses leads to this machine, and that is not allowed, or
            nowhere a receiver could be.
        OSError: the name is unknown.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(info[4][0]).partition("%")[0]) for info in found]
    for address in map(_embedded, addresses):
        if address.is_link_local or address.is_multicast or address == BROADCAST:
            raise WebhookError("there can be no receiver at this kind of address")
        if not allow_local and _is_inside(address):
            raise WebhookError(
                "this address leads to this machine itself; HIITPI_WEBHOOK_LOCAL=true allows that"
            )
    return list(dict.fromkeys(addresses))


def _embedded(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if any(address in network for network in EMBEDDING) and int(address) > 1:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.sixtofour or address


def _is_inside(address: Address) -> bool:
    """Return whether an IP address leads to this machine."""
    if address.is_loopback or address.is_unspecified:
        return True
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((str(address), 0))  # only possible for an address of this machine
        except OSError:
            return False
    return True


@contextmanager
def _deadline(connection: socket.socket, seconds: float) -> Iterator[None]:
    """Shut a connection down after a number of seconds, which ends what reads from it.

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

    timer = threading.Timer(max(0.0, seconds), shut_down)
    timer.name, timer.daemon = "webhook deadline", True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        watched.close()
        if expired.is_set():  # also if the part that has arrived looks like an answer
            raise TimeoutError
