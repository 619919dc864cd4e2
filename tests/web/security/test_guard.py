"""A hostile client, request by request."""

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
from hiitpi.web.security.login_code import _safe_next_url
from tests.support.waiting import until

#: Everything that must not be had without the code.
GUARDED = (
    *(page.PATH for page in PAGES), *(path for path, _ in FILES), "/live", "/videostream",
    "/wall/live", "/wall/video",
    "/healthz", "/export/program/shipped-0.toml", "/_dash-layout", "/_dash-dependencies",
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
def test_a_stranger_sees_nothing(phone: FlaskClient, path: str):
    answer = phone.get(path)
    assert answer.status_code == 401
    assert len(answer.data) < 200
    person = phone.get(path, headers=HTML)
    assert person.status_code in (303, 401)
    if person.status_code == 303:
        assert person.headers["Location"].startswith("/code")


def test_a_stranger_asks_for_nothing(phone: FlaskClient):
    for path in ("/_dash-update-component", "/", "/live"):
        assert phone.post(path, json={}).status_code == 401


def test_this_machine_itself_needs_no_code(app: Flask):
    client = app.test_client()
    assert client.get("/train").status_code == 200
    for header in ("X-Forwarded-For", "Forwarded"):
        assert client.get("/train", headers={header: "for=192.168.1.20"}).status_code == 401


def test_the_code_lets_a_device_in_once_and_for_long(phone: FlaskClient, code: str):
    assert b"house code" in phone.get("/code", headers=HTML).data
    answer = phone.post("/code", data={"code": code, "next": "/leaderboard?x=1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/leaderboard?x=1")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=7776000" in cookie
    assert phone.get("/train").status_code == 200
    assert phone.get("/code").headers["Location"] == "/"


def test_the_link_in_the_qr_code_lets_a_device_in(phone: FlaskClient, code: str):
    answer = phone.get(f"/code?code={code}", headers=HTML)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert phone.get("/train").status_code == 200


def test_a_wrong_code_is_told_and_too_many_wait(phone: FlaskClient, code: str, app: Flask):
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(5):
        answer = phone.post("/code", data={"code": wrong})
        assert answer.status_code == 401
        assert b"Wrong code" in answer.data
        assert "Set-Cookie" not in answer.headers
    answer = phone.post("/code", data={"code": code})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    other = app.test_client()
    other.environ_base |= {"REMOTE_ADDR": "192.168.1.21"}
    assert other.post("/code", data={"code": code}).status_code == 303


def test_a_new_code_logs_devices_out_and_ends_their_streams(
    phone: FlaskClient, code: str, redis: Settings, app: Flask
):
    phone.post("/code", data={"code": code})
    answer = phone.get("/live")
    parts = answer.iter_encoded()
    assert next(parts).startswith(b"retry")
    HouseCode(redis.instance).renew()
    Publisher(connect(redis.redis(0)), "home").set_status({"state": "on"})
    until(lambda: phone.get("/train").status_code == 401)
    assert list(parts) in ([], [b""])
    answer.close()


def test_a_house_without_a_code_lets_everybody_in(redis: Settings):
    app = create_app(redis.model_copy(update={"house_code": "off"}))
    client = app.test_client()
    client.environ_base |= PHONE
    assert client.get("/train").status_code == 200


@pytest.mark.parametrize(
    "there", ["//evil.example", "https://evil.example", "/\\evil", "javascript:x", "/code", "/a\nb"]
)
def test_the_way_on_stays_in_the_house(there: str):
    assert _safe_next_url(there) == "/"


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("192.168.1.5:8050", True), ("[::1]:8050", True), ("[fe80::1%25eth0]", True),
        ("localhost", True), ("raspberrypi:8050", True), ("hiitpi.local", True),
        ("HIITPI.LOCAL.:8050", True), ("gym.example.org", True), ("", True),
        ("evil.example", False), ("evil.example:8050", False), ("192.168.1.5.evil.example", False),
        ("local.evil.example", False), ("hiitpi.local.evil.example", False),
    ],
)  # fmt: skip
def test_names_that_can_only_mean_us(host: str, ours: bool):
    assert is_known_host(host, frozenset({"gym.example.org"})) == ours


def test_a_foreign_name_is_refused(app: Flask):
    answer = app.test_client().get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 421
    assert "HIITPI_HOSTS" in answer.text


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
def test_another_site_triggers_and_reads_nothing(app: Flask, headers: dict[str, str]):
    client = app.test_client()
    for path in ("/live", "/videostream", "/export/sessions.json", "/_dash-layout"):
        assert client.get(path, headers=headers).status_code == 403
    assert client.post("/_dash-update-component", json={}, headers=headers).status_code == 403


def test_a_link_from_another_site_opens_a_page(app: Flask):
    visit = {
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
        "Referer": "https://chat.example/",
    }
    assert app.test_client().get("/train", headers=visit).status_code == 200
    assert app.test_client().post("/code", headers=visit).status_code == 403


@pytest.mark.parametrize(
    "path", ["/", "/train", "/code", "/nowhere", "/healthz", "/assets/train.js"]
)
def test_every_answer_says_what_browsers_may_do(app: Flask, phone: FlaskClient, path: str):
    for client in (app.test_client(), phone):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        scripts = re.search(r"script-src ([^;]+)", policy)[1]
        assert "unsafe" not in scripts
        assert "http" not in scripts
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in answer.headers
        answer.close()


def test_what_is_too_large_is_refused(app: Flask):
    answer = app.test_client().post("/code", data={"code": "1" * 100_000})
    assert answer.status_code in (303, 413)  # this machine is let in without reading it
    phone = app.test_client()
    phone.environ_base |= PHONE
    assert phone.post("/code", data={"code": "1" * 100_000}).status_code == 413


def test_an_error_shows_nothing_of_the_inside(app: Flask, caplog: pytest.LogCaptureFixture):
    client = app.test_client()
    for body in (b"", b"{", b"[]", b"null", b'{"output": 1}', b'{"output": "x.y", "inputs": 3}'):
        answer = client.post("/_dash-update-component", data=body, content_type="application/json")
        assert answer.status_code == 400
        assert b"Traceback" not in answer.data
        assert b"File" not in answer.data
    assert client.delete("/train").status_code == 405
