"""The page on which a device enters the house code, once."""

from html import escape
from typing import Final

from flask import Blueprint, Response, request

from hiitpi.access.device_cookies import DeviceCookies
from hiitpi.access.rate_limit import LoginRateLimiter
from hiitpi.web.security.guard import COOKIE, is_exempt, set_device_cookie
from hiitpi.web.security.own_paths import LOGIN_PATH, own_path

#: Longer input is truncated.
MAX_CODE_CHARS: Final = 200


def login_routes(device_cookies: DeviceCookies, limiter: LoginRateLimiter) -> Blueprint:
    """Return the route of the login page.

    Args:
        device_cookies: issues the cookie of a trusted device.
        limiter: limits the rate of attempts.
    """
    routes = Blueprint("login_code", __name__)

    @routes.route(LOGIN_PATH, methods=["GET", "POST"])
    def code() -> Response:
        next_url = own_path(request.values.get("next", "/"))
        if (
            is_exempt(device_cookies)
            or device_cookies.check(request.cookies.get(COOKIE)) is not None
        ):
            return _redirect_to(next_url)
        guess = request.values.get("code", "")[:MAX_CODE_CHARS].strip()
        if not guess:
            return _page(next_url, "", 200 if request.method == "GET" else 400)
        address = request.remote_addr or ""
        wait_s = limiter.take(address)
        if wait_s > 0:
            message = f"Too many wrong codes. Try again in {wait_s:.0f} s."
            response = _page(next_url, message, 429)
            response.headers["Retry-After"] = f"{wait_s:.0f}"
            return response
        if not device_cookies.code.matches(guess):
            return _page(next_url, "Wrong code.", 401)
        limiter.refund(address)
        response = _redirect_to(next_url)
        set_device_cookie(response, device_cookies)
        return response

    return routes


def _redirect_to(path: str) -> Response:
    response = Response(status=303)
    response.headers["Location"] = path
    return response


def _page(next_url: str, error: str, status: int) -> Response:
    page = PAGE.replace("{next}", escape(next_url)).replace("{trouble}", escape(error))
    return Response(page, status, mimetype="text/html")


PAGE: Final = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark"><link rel="icon" href="data:,">
<title>House code · HIIT PI</title>
<style>
body { background: #0f1115; color: #e8eaed; font: 20px/1.4 system-ui, sans-serif; margin: 0;
  display: grid; place-items: center; min-height: 100vh; }
main { width: min(26rem, calc(100vw - 48px)); }
h1 { font-size: 28px; margin: 0 0 12px; }
p { color: #9aa3af; margin: 0 0 20px; }
label span { display: block; font-size: 16px; margin-bottom: 8px; }
input { width: 100%; box-sizing: border-box; font: inherit; font-size: 28px; padding: 12px 16px;
  color: inherit; background: #181b21; border: 2px solid #3a4150; border-radius: 12px; }
button { font: inherit; font-weight: 700; margin-top: 16px; width: 100%; min-height: 56px;
  color: #0f1115; background: #3ddc84; border: 0; border-radius: 12px; }
:is(input, button):focus-visible { outline: 3px solid #4da3ff; outline-offset: 2px; }
.trouble { color: #ff8a8a; min-height: 1.4em; margin: 12px 0 0; }
</style></head><body><main>
<h1>Enter the house code</h1>
<p>It keeps strangers out of your living room. This device needs it once. HIIT PI shows it where it
was started, and with <code>python -m hiitpi code</code>.</p>
<form method="post" action="/code">
<input type="hidden" name="next" value="{next}">
<label><span>House code</span>
<input name="code" autocomplete="off" autocapitalize="none" autofocus required maxlength="200">
</label>
<button>Continue</button>
<p class="trouble" role="alert">{trouble}</p>
</form></main></body></html>
"""
