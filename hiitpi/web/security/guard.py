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

from hiitpi.access.device_cookies import COOKIE_LIFETIME_S, REFRESH_AFTER_S, DeviceCookies
from hiitpi.access.networks import is_loopback
from hiitpi.settings import Settings
from hiitpi.web.callback_payload import CALLBACKS

COOKIE: Final = "hiitpi_trust"

#: The page on which strangers say the code.
LOGIN_PATH: Final = "/code"

#: Names that nobody can register on the internet, so that no foreign page can have one of them lead
#: here (DNS rebinding): RFC 6762, 8375, 6761, and what home routers use.
LOCAL_SUFFIXES: Final = (".local", ".home.arpa", ".internal", ".localhost", ".lan")

#: Addresses of ours that no other site has a reason to lead to.
API_PREFIXES: Final = ("/_dash", "/live", "/videostream", "/wall/", "/export/", "/assets/")

#: Bytes of a request: a callback may bring export files as text (base64 takes a third more); all
#: others are small, and what strangers may send is tiny.
MAX_UPLOAD_BYTES: Final = 12 * 2**20
MAX_BODY_BYTES: Final = 2**16
MAX_LOGIN_BYTES: Final = 2**12
MAX_BYTES_BY_PATH: Final = {CALLBACKS: MAX_UPLOAD_BYTES, LOGIN_PATH: MAX_LOGIN_BYTES}

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


def guard(server: Flask, settings: Settings, trust: DeviceCookies) -> None:
    """Check every request before anything else does, and tell browsers what they may do."""
    hosts = frozenset(name.strip().lower() for name in settings.hosts.split(",") if name.strip())

    @server.before_request
    def check() -> Response | None:
        request.max_content_length = MAX_BYTES_BY_PATH.get(request.path, MAX_BODY_BYTES)
        if not is_our_name(request.headers.get("Host", ""), hosts):
            return error_response(
                "Unknown host name. Open the address that is printed at start-up, or add "
                "the name to HIITPI_HOSTS.", 421,
            )  # fmt: skip
        if is_foreign():
            return error_response("Cross-site requests are not allowed.", 403)
        g.age = trust.check(request.cookies.get(COOKIE))
        if g.age is None and not is_exempt(trust) and request.path != LOGIN_PATH:
            return login_redirect()
        return None

    @server.after_request
    def tell(answer: Response) -> Response:
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        answer.headers.setdefault("Content-Security-Policy", POLICY.format(scripts=""))
        page = answer.mimetype == "text/html"
        if page:
            answer.headers.setdefault("Cache-Control", "no-store")
        if page and getattr(g, "age", None) is not None and g.age > REFRESH_AFTER_S:
            set_device_cookie(answer, trust)
        return answer


def set_script_policy(server: Flask, app: Dash) -> None:
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


def set_device_cookie(answer: Response, trust: DeviceCookies) -> None:
    """Trust this device from now on."""
    answer.set_cookie(
        COOKIE,
        trust.cookie(),
        max_age=COOKIE_LIFETIME_S,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )


def is_exempt(trust: DeviceCookies) -> bool:
    """Whether nobody needs to be asked: this machine itself, or a house without a code."""
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return trust.code.value is None or (is_loopback(request.remote_addr or "?") and not forwarded)


def still_trusted(trust: DeviceCookies) -> Callable[[], bool]:
    """For answers that never end: whether the device that asked would be let in now."""
    if is_exempt(trust):
        return lambda: True
    generation = trust.current_generation()
    return lambda: trust.current_generation() == generation


def is_our_name(host: str, more: frozenset[str]) -> bool:
    """Whether a Host header can only mean this machine."""
    name = re.sub(r":\d+$", "", host).strip("[]").rstrip(".").lower()
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return (
            "." not in name or name.endswith(LOCAL_SUFFIXES) or name in more or name == _own_name()
        )
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
    return bool(
        came_from and came_from != request.host.lower() and request.path.startswith(API_PREFIXES)
    )


def login_redirect() -> Response:
    """Ask for the code: people are shown where, programs are told."""
    html = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
    if html and not request.path.startswith(API_PREFIXES):
        path = request.full_path.rstrip("?")
        answer = Response(status=303)
        answer.headers["Location"] = (
            f"{LOGIN_PATH}?next={quote(path)}" if path != "/" else LOGIN_PATH
        )
        return answer
    return error_response(
        "This device has not entered the house code yet: open the first page.", 401
    )


def error_response(words: str, code: int) -> Response:
    """A short answer for whoever may not."""
    return Response(words + "\n", code, mimetype="text/plain")


@cache
def _own_name() -> str:
    return socket.gethostname().lower()
