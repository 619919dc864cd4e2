"""Requests of a hostile client."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hiitpi.access.house_code import HouseCode
from hiitpi.live.publisher import Publisher
from hiitpi.live.redis_client import connect
from hiitpi.settings import Settings
from hiitpi.web.app import PAGES, create_app
from hiitpi.web.pages.account import FILES
from hiitpi.web.security.guard import COOKIE, is_known_host
from hiitpi.web.security.own_paths import own_path
from tests.support.waiting import until

#: Paths that must not be accessible without the house code.
GUARDED = (
    *(page.PATH for page in PAGES), *(path for path, _ in FILES), "/live", "/videostream",
    "/wall/live", "/wall/video",
    "/healthz", "/export/program/shipped-0.toml", "/export/session/x.fit",
    "/export/session/x.tcx", "/replay/x", "/_dash-layout", "/_dash-dependencies",
    "/assets/train.js", "/nowhere", "/static/x",
)  # fmt: skip

PHONE = {"REMOTE_ADDR": "192.168.1.20"}
HTML = {"Accept": "text/html"}


@pytest.fixture
def code(redis: Settings, app: Flask) -> str:
    return HouseCode(redis.instance).value


@pytest.fixture
def phone(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        client.environ_base |= PHONE
        yield client


@pytest.mark.parametrize("path", GUARDED)
def test_no_path_is_accessible_without_the_code(phone: FlaskClient, path: str):
    response = phone.get(path)
    assert response.status_code == 401
    assert len(response.data) < 200
    page_response = phone.get(path, headers=HTML)
    assert page_response.status_code in (303, 401)
    if page_response.status_code == 303:
        assert page_response.headers["Location"].startswith("/code")


def test_posts_are_rejected_without_the_code(phone: FlaskClient):
    for path in ("/_dash-update-component", "/", "/live"):
        assert phone.post(path, json={}).status_code == 401


def test_loopback_needs_no_code_unless_it_is_proxied(app: Flask):
    client = app.test_client()
    assert client.get("/train").status_code == 200
    for header in ("X-Forwarded-For", "Forwarded"):
        assert client.get("/train", headers={header: "for=192.168.1.20"}).status_code == 401


def test_entering_the_code_sets_a_long_lived_cookie(phone: FlaskClient, code: str):
    assert b"house code" in phone.get("/code", headers=HTML).data
    response = phone.post("/code", data={"code": code, "next": "/leaderboard?x=1"})
    assert (response.status_code, response.headers["Location"]) == (303, "/leaderboard?x=1")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=7776000" in cookie
    assert phone.get("/train").status_code == 200
    assert phone.get("/code").headers["Location"] == "/"


def test_the_link_in_the_qr_code_authorises_a_device(phone: FlaskClient, code: str):
    response = phone.get(f"/code?code={code}", headers=HTML)
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    assert phone.get("/train").status_code == 200


def test_a_wrong_code_is_reported_and_attempts_are_limited(
    phone: FlaskClient, code: str, app: Flask
):
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(5):
        response = phone.post("/code", data={"code": wrong})
        assert response.status_code == 401
        assert b"Wrong code" in response.data
        assert "Set-Cookie" not in response.headers
    response = phone.post("/code", data={"code": code})
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    other = app.test_client()
    other.environ_base |= {"REMOTE_ADDR": "192.168.1.21"}
    assert other.post("/code", data={"code": code}).status_code == 303


def test_a_new_code_logs_devices_out_and_ends_their_streams(
    phone: FlaskClient, code: str, redis: Settings, app: Flask
):
    phone.post("/code", data={"code": code})
    response = phone.get("/live")
    parts = response.iter_encoded()
    assert next(parts).startswith(b"retry")
    HouseCode(redis.instance).renew()
    Publisher(connect(redis.redis(0)), "home").set_status({"state": "on"})
    until(lambda: phone.get("/train").status_code == 401)
    assert list(parts) in ([], [b""])
    response.close()


def test_code_off_lets_every_device_in(redis: Settings):
    app = create_app(redis.model_copy(update={"house_code": "off"}))
    client = app.test_client()
    client.environ_base |= PHONE
    assert client.get("/train").status_code == 200


@pytest.mark.parametrize(
    "url", ["//evil.example", "https://evil.example", "/\\evil", "javascript:x", "/code", "/a\nb"]
)
def test_redirects_stay_on_this_site(url: str):
    assert own_path(url) == "/"


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("192.168.1.5:8050", True), ("[::1]:8050", True), ("[fe80::1%25eth0]", True),
        ("localhost", True), ("raspberrypi:8050", True), ("hiitpi.local", True),
        ("HIITPI.LOCAL.:8050", True), ("gym.example.org", True), ("", True),
        ("evil.example", False), ("evil.example:8050", False), ("192.168.1.5.evil.example", False),
        ("local.evil.example", False), ("hiitpi.local.evil.example", False),
    ],
)  # fmt: skip
def test_known_host_names(host: str, known: bool):
    assert is_known_host(host, frozenset({"gym.example.org"})) == known


def test_an_unknown_host_name_is_rejected(app: Flask):
    response = app.test_client().get("/", headers={"Host": "evil.example"})
    assert response.status_code == 421
    assert "HIITPI_HOSTS" in response.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Referer": "http://evil.example/page"},
    ],
)
def test_cross_site_requests_are_rejected(app: Flask, headers: dict[str, str]):
    client = app.test_client()
    for path in ("/live", "/videostream", "/export/sessions.json", "/_dash-layout"):
        assert client.get(path, headers=headers).status_code == 403
    assert client.post("/_dash-update-component", json={}, headers=headers).status_code == 403


def test_a_link_from_another_site_opens_a_page(app: Flask):
    headers = {
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
        "Referer": "https://chat.example/",
    }
    assert app.test_client().get("/train", headers=headers).status_code == 200
    assert app.test_client().post("/code", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "path", ["/", "/train", "/code", "/nowhere", "/healthz", "/assets/train.js"]
)
def test_every_response_has_the_security_headers(app: Flask, phone: FlaskClient, path: str):
    for client in (app.test_client(), phone):
        response = client.get(path)
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        scripts = re.search(r"script-src ([^;]+)", policy)[1]
        assert "unsafe" not in scripts
        assert "http" not in scripts
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in response.headers
        response.close()


def test_a_request_that_is_too_large_is_rejected(app: Flask):
    response = app.test_client().post("/code", data={"code": "1" * 100_000})
    assert response.status_code in (303, 413)  # loopback is let in without reading the body
    phone = app.test_client()
    phone.environ_base |= PHONE
    assert phone.post("/code", data={"code": "1" * 100_000}).status_code == 413


def test_errors_expose_no_internals(app: Flask, caplog: pytest.LogCaptureFixture):
    client = app.test_client()
    for body in (b"", b"{", b"[]", b"null", b'{"output": 1}', b'{"output": "x.y", "inputs": 3}'):
        response = client.post(
            "/_dash-update-component", data=body, content_type="application/json"
        )
        assert response.status_code == 400
        assert b"Traceback" not in response.data
        assert b"File" not in response.data
    assert client.delete("/train").status_code == 405
