"""Who gets an answer: this house's own pages, on devices that it trusts."""

import ipaddress
import re
import socket
from collections.abc import Callable
from functools import cache
from typing import Final
from urllib.parse import quote, urlsplit

from dash import Dash
from flask import Flask, Response, g, request

from hiitpi.access.addresses import is_loopback
from hiitpi.access.trust import REFRESHED, TRUSTED, Trust
from hiitpi.settings import Settings
from hiitpi.web.callback_payload import CALLBACKS

COOKIE: Final = "hiitpi_trust"

#: The page on which strangers say the code.
DOOR: Final = "/code"

#: Names that nobody can register on the internet, so that no foreign page can have one of them lead
#: here (DNS rebinding): RFC 6762, 8375, 6761, and what home routers use.
PRIVATE: Final = (".local", ".home.arpa", ".internal", ".localhost", ".lan")

#: Addresses of ours that no other site has a reason to lead to.
INNER: Final = ("/_dash", "/live", "/videostream", "/wall/", "/export/", "/assets/")

#: Bytes of a request: a callback may bring export files as text (base64 takes a third more); all
#: others are small, and what strangers may send is tiny.
LARGEST: Final = 12 * 2**20
SMALL: Final = 2**16
TINY: Final = 2**12
MOST_BYTES: Final = {CALLBACKS: LARGEST, DOOR: TINY}

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}

#: Plotly and Dash write styles into the page; scripts come from here only.
POLICY: Final = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; media-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def guard(server: Flask, settings: Settings, trust: Trust) -> None:
    """Check every request before anything else does, and tell browsers what they may do."""
    hosts = frozenset(name.strip().lower() for name in settings.hosts.split(",") if name.strip())

    @server.before_request
    def check() -> Response | None:
        request.max_content_length = MOST_BYTES.get(request.path, SMALL)
        if not is_our_name(request.headers.get("Host", ""), hosts):
            return refuse(
                "This name is not known here. Use the address that HIIT PI shows at its start, or "
                "name it in HIITPI_HOSTS.", 421,
            )  # fmt: skip
        if is_foreign():
            return refuse("Another site may not use HIIT PI.", 403)
        g.age = trust.check(request.cookies.get(COOKIE))
        if g.age is None and not is_at_home(trust) and request.path != DOOR:
            return stranger()
        return None

    @server.after_request
    def tell(answer: Response) -> Response:
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        answer.headers.setdefault("Content-Security-Policy", POLICY.format(scripts=""))
        page = answer.mimetype == "text/html"
        if page:
            answer.headers.setdefault("Cache-Control", "no-store")
        if page and getattr(g, "age", None) is not None and g.age > REFRESHED:
            welcome(answer, trust)
        return answer


def allow_scripts(server: Flask, app: Dash) -> None:
    """Let pages run the scripts that Dash writes into them, and no others."""

    @cache
    def policy() -> str:
        # Dash adds its last script when it makes the first page.
        return POLICY.format(scripts="".join(f" {digest}" for digest in app.csp_hashes()))

    @server.after_request
    def tell(answer: Response) -> Response:
        if answer.mimetype == "text/html" and request.endpoint in ("/", "/<path:path>"):
            answer.headers["Content-Security-Policy"] = policy()
        return answer


def welcome(answer: Response, trust: Trust) -> None:
    """Trust this device from now on."""
    answer.set_cookie(
        COOKIE,
        trust.cookie(),
        max_age=TRUSTED,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )


def is_at_home(trust: Trust) -> bool:
    """Whether nobody needs to be asked: this machine itself, or a house without a code."""
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return trust.code.value is None or (is_loopback(request.remote_addr or "?") and not forwarded)


def still_trusted(trust: Trust) -> Callable[[], bool]:
    """For answers that never end: whether the device that asked would be let in now."""
    if is_at_home(trust):
        return lambda: True
    generation = trust.mark()
    return lambda: trust.mark() == generation


def is_our_name(host: str, more: frozenset[str]) -> bool:
    """Whether a Host header can only mean this machine."""
    name = re.sub(r":\d+$", "", host).strip("[]").rstrip(".").lower()
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return "." not in name or name.endswith(PRIVATE) or name in more or name == _own_name()
    return True


def is_foreign() -> bool:
    """Whether another site's page had the browser ask for this."""
    site = request.headers.get("Sec-Fetch-Site", "none")
    visit = (
        request.method == "GET"
        and request.headers.get("Sec-Fetch-Mode") == "navigate"
        and request.headers.get("Sec-Fetch-Dest") == "document"
    )
    if site not in ("none", "same-origin") and not visit:
        return True
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request.host.lower():
        return True
    # Browsers do not tell all of this over plain http; what leads into our middle is no link.
    came_from = urlsplit(request.headers.get("Referer", "")).netloc.lower()
    return bool(came_from and came_from != request.host.lower() and request.path.startswith(INNER))


def stranger() -> Response:
    """Ask for the code: people are shown where, programs are told."""
    html = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
    if html and not request.path.startswith(INNER):
        path = request.full_path.rstrip("?")
        answer = Response(status=303)
        answer.headers["Location"] = f"{DOOR}?next={quote(path)}" if path != "/" else DOOR
        return answer
    return refuse("This device has not said the house code yet: open the first page.", 401)


def refuse(words: str, code: int) -> Response:
    """A short answer for whoever may not."""
    return Response(words + "\n", code, mimetype="text/plain")


@cache
def _own_name() -> str:
    return socket.gethostname().lower()
