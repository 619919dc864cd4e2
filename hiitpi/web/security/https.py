"""Leads plain http to https, and explains how a device trusts the certificate of this house.

Only the page that explains it is also served by plain http, since devices need it before https
works; `assets/trust.js` goes on as soon as the device trusts the house.
"""

from html import escape
from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, abort, request

from hiitpi.settings import Settings
from hiitpi.system.house_https import fingerprint, house_certificate
from hiitpi.web.asset_urls import ASSETS, asset_url
from hiitpi.web.security.own_paths import own_path

TRUST_PATH: Final = "/trust"
AUTHORITY_PATH: Final = "/trust/hiit-pi-house.crt"
PROBE_PATH: Final = "/trust/ok.svg"

#: What a device may open before it has entered the house code, and by plain http.
OPEN_PATHS: Final = frozenset({TRUST_PATH, AUTHORITY_PATH, PROBE_PATH})

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; "
    "img-src 'self' data: {secure}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def is_plain_http(settings: Settings) -> bool:
    """Return whether the request came by plain http although the pages are open by https."""
    return settings.scheme == "https" and request.scheme == "http"


def lead_to_https(settings: Settings) -> Response | None:
    """Return the answer to a request by plain http; None if it may be answered like that.

    Nothing else is served by plain http, and no cookie.
    """
    if request.path in OPEN_PATHS or _is_own_picture():
        return None
    path = own_path(request.full_path.rstrip("?"))
    is_page = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
    response = Response(status=302 if is_page else 308)
    explains = settings.tls == "auto" and is_page
    target = f"{TRUST_PATH}?next={quote(path)}" if explains else f"https://{request.host}{path}"
    response.headers["Location"] = target
    return response


def _is_own_picture() -> bool:
    return request.path == "/assets/trust.js" or request.path.startswith("/assets/trust/")


def trust_routes(settings: Settings) -> Blueprint:
    """Return the routes of the page, and of the certificate of the house's authority."""
    routes = Blueprint("trust", __name__)

    @routes.before_request
    def require_authority() -> None:
        if settings.tls != "auto":
            abort(404, "This house has no certificate authority: HIITPI_TLS is not auto.")

    @routes.get(TRUST_PATH)
    def trust() -> Response:
        secure = f"https://{request.host}"
        values = {
            "secure": secure,
            "next": own_path(request.values.get("next", "/")),
            "fingerprint": fingerprint(settings),
            "script": asset_url(ASSETS, "trust.js"),
            "devices": "".join(_device(*device) for device in DEVICES),
        }
        page = PAGE
        for name, value in values.items():
            page = page.replace(f"{{{name}}}", value if name == "devices" else escape(value))
        response = Response(page, mimetype="text/html")
        response.headers["Content-Security-Policy"] = POLICY.format(secure=secure)
        return response

    @routes.get(AUTHORITY_PATH)
    def authority() -> Response:
        content = house_certificate(settings).authority()
        return Response(content, mimetype="application/x-x509-ca-cert")

    @routes.get(PROBE_PATH)
    def probe() -> Response:
        response = Response(EMPTY_PICTURE, mimetype="image/svg+xml")
        response.headers["Cache-Control"] = "no-store"
        # The page by plain http is another origin.
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return routes


def _device(picture: str, name: str, alt: str, steps: tuple[str, ...]) -> str:
    items = "".join(f"<li>{step}</li>" for step in steps)
    source = asset_url(ASSETS, f"trust/{picture}.svg")
    return (
        f"<details name='device'><summary>{name}</summary><ol>{items}</ol>"
        f'<img src="{source}" alt="{alt}" width="320" height="200"></details>'
    )


EMPTY_PICTURE: Final = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'

#: Picture, name, text for the picture, and steps.
DEVICES: Final = (
    (
        "ios",
        "iPhone and iPad",
        "Certificate Trust Settings with HIIT PI house switched on",
        (
            "Open this page in Safari, download the certificate and tap <b>Allow</b>.",
            "Open <b>Settings</b>, tap <b>Profile Downloaded</b> and <b>Install</b>.",
            "<b>Settings › General › About › Certificate Trust Settings</b>: switch "
            "<b>HIIT PI house</b> on.",
        ),
    ),
    (
        "android",
        "Android",
        "Install a certificate: CA certificate",
        (
            "Download the certificate.",
            "<b>Settings › Security › More security settings › Encryption &amp; credentials › "
            "Install a certificate › CA certificate</b>. Names differ a little between phones: "
            "search the settings for “certificate”.",
            "Tap <b>Install anyway</b> and choose the file.",
        ),
    ),
    (
        "windows",
        "Windows",
        "Certificate Import Wizard: Trusted Root Certification Authorities",
        (
            "Download the certificate, open it, and choose <b>Install Certificate… › Current "
            "User</b>.",
            "<b>Place all certificates in the following store › Browse › Trusted Root "
            "Certification Authorities</b>.",
            "<b>Next</b>, <b>Finish</b>, <b>Yes</b>.",
        ),
    ),
    (
        "macos",
        "Mac",
        "The certificate in Keychain Access: Always Trust",
        (
            "Download the certificate and open it: <b>Keychain Access</b> adds it to the login "
            "keychain.",
            "Double-click <b>HIIT PI house</b> there and unfold <b>Trust</b>.",
            "Choose <b>Always Trust</b>, close the window and enter your password.",
        ),
    ),
)

PAGE: Final = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark"><link rel="icon" href="data:,">
<title>Trust this house · HIIT PI</title>
<style>
body { background: #0f1115; color: #e8eaed; font: 18px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 40rem; margin: 0 auto; padding: 24px; }
h1 { font-size: 28px; margin: 0 0 12px; }
p { color: #b6bdc8; }
.button { display: block; box-sizing: border-box; text-align: center; padding: 14px; margin: 12px 0;
  min-height: 56px; border-radius: 12px; font-weight: 700; color: #0f1115; background: #3ddc84;
  text-decoration: none; }
.button.quiet { color: #e8eaed; background: #2a2f39; }
details { border: 2px solid #3a4150; border-radius: 12px; margin: 12px 0; padding: 0 16px; }
summary { min-height: 52px; line-height: 52px; font-weight: 700; cursor: pointer; }
ol { padding-left: 24px; } li { margin: 8px 0; }
img { display: block; width: 100%; max-width: 420px; height: auto; margin: 0 auto 16px; }
code { overflow-wrap: anywhere; color: #b6bdc8; font-size: 14px; }
:is(a, summary):focus-visible { outline: 3px solid #4da3ff; outline-offset: 2px; }
</style></head><body data-secure="{secure}" data-next="{next}"><main>
<h1>Trust this house, once</h1>
<p>HIIT PI is open by https. This device does not know its certificate yet: tell it once, and there
are no warnings, the screen stays on while you train, and you can put HIIT PI on the home
screen.</p>
<a class="button" href="/trust/hiit-pi-house.crt" download>1. Download the certificate</a>
<p>2. Install it:</p>
{devices}
<a class="button quiet" id="open" href="{secure}{next}">3. Open HIIT PI</a>
<p>The authority can only vouch for names and addresses of home networks, not for other sites. It is
genuine if this is also shown where HIIT PI was started:<br><code>SHA-256 {fingerprint}</code></p>
</main><script src="{script}"></script></body></html>
"""
