"""The web process as a hostile network sees it: real sockets, a real process."""

import http.client
import select
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import gunicorn
import pytest
from gunicorn.workers.gthread import ThreadWorker

from hiitpi.access.house_code import HouseCode
from hiitpi.bench.app_under_test import Station, station
from hiitpi.web.wsgi_server import MAX_UPLOADS, REQUEST_S, THREADS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def app() -> Iterator[Station]:
    with station() as app:
        yield app


def get(app: Station, path: str = "/healthz") -> int:
    connection = http.client.HTTPConnection(*app.address, timeout=3)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


#: What somebody who wants to hold threads begins with, and goes on with.
BEGINNINGS = {
    "heads": (b"GET / HTTP/1.1\r\nHost: x\r\n", b"X: y\r\n"),
    "bodies": (b"POST /code HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n", b"x"),
    "second requests": (
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n",
        b"X: y\r\n",
    ),
    "lingering": (b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b""),
    "uploads": (
        b"POST /_dash-update-component HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: application/json\r\nContent-Length: 900000\r\n\r\n{",
        b" ",
    ),
}


@pytest.mark.parametrize("kind", BEGINNINGS)
def test_whoever_drips_holds_no_thread(app: Station, kind: str):
    begin, go_on = BEGINNINGS[kind]
    sources = [(f"127.0.0.{1 + i % 50}", 0) for i in range(200)]
    slow = [socket.create_connection(app.address, source_address=source) for source in sources]
    try:
        slowest = drip(app, slow, begin, go_on)
    finally:
        for one in slow:
            one.close()
    assert slowest < 2.0  # 0.01 s on a quiet machine; a page behind a held thread takes 8 s


def drip(app: Station, slow: list[socket.socket], begin: bytes, go_on: bytes) -> float:
    """Send bytes for longer than a request may take; the time of the slowest answer meanwhile."""
    for one in slow:
        with suppress(OSError):
            one.sendall(begin)
    slowest, until = 0.0, time.monotonic() + REQUEST_S + 2
    while (began := time.monotonic()) < until:
        assert get(app) == 200
        slowest = max(slowest, time.monotonic() - began)
        for one in slow:
            with suppress(OSError):
                one.sendall(go_on)
        time.sleep(0.25)
    return slowest


def test_whoever_takes_too_long_is_hung_up_on(app: Station):
    slow = [socket.create_connection(app.address, timeout=30) for _ in range(4)]
    for one, (begin, _) in zip(slow, list(BEGINNINGS.values())[:2] * 2, strict=True):
        one.sendall(begin)
    for one in slow:
        with suppress(ConnectionResetError):
            assert one.recv(1000) == b""
        one.close()


def test_uploads_are_few_at_a_time(app: Station):
    begin, _ = BEGINNINGS["uploads"]
    with ExitStack() as stack:
        held = [
            stack.enter_context(socket.create_connection(app.address, timeout=20))
            for _ in range(MAX_UPLOADS + 1)
        ]
        for one in held:
            one.sendall(begin)
        refused = [one for one in held if select.select([one], [], [], 5 / len(held))[0]]
        assert len(refused) >= 1
        assert b"503" in refused[0].recv(200)


def test_a_large_body_is_for_uploads_only(app: Station):
    with socket.create_connection(app.address, timeout=5) as one:
        one.sendall(b"POST /code HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n")
        assert b" 413 " in one.recv(200)


def test_an_upload_comes_in_whole(app: Station):
    connection = http.client.HTTPConnection(*app.address, timeout=20)
    body = b'{"x": "' + b"y" * 3_000_000 + b'"}'
    connection.request(
        "POST", "/_dash-update-component", body, {"Content-Type": "application/json"}
    )
    assert connection.getresponse().status == 400  # read to its end, and no callback of ours
    connection.close()


def test_requests_behind_one_another_are_all_answered(app: Station):
    with socket.create_connection(app.address, timeout=5) as one:
        one.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" * 3)
        data = b""
        while data.count(b"HTTP/1.1 200") < 3:
            data += one.recv(5000)


def test_it_fits_the_gunicorn_that_is_installed():
    """Worker overrides these; after an update of gunicorn, read its gthread.py again."""
    theirs = set(vars(ThreadWorker))
    for name in ("accept", "on_pending_socket_readable", "on_client_socket_readable",
                 "murder_pending", "handle", "handle_request", "finish_request"):  # fmt: skip
        assert name in theirs, name
    assert gunicorn.__version__ == "27.0.1", "read gunicorn/workers/gthread.py again"


def test_a_head_in_pieces_is_answered(app: Station):
    with socket.create_connection(app.address, timeout=5) as one:
        for piece in (b"GET /healthz HT", b"TP/1.1\r\nHost: localhost\r\n", b"\r\n"):
            one.sendall(piece)
            time.sleep(0.2)
        assert one.recv(5000).startswith(b"HTTP/1.1 200")
        one.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")  # it was kept
        assert one.recv(5000).startswith(b"HTTP/1.1 200")


def test_who_hangs_up_in_the_middle_is_forgotten(app: Station):
    for _ in range(50):
        with socket.create_connection(app.address) as one:
            one.sendall(b"GET / HTT")
    assert get(app) == 200


def test_a_head_that_is_too_large_is_refused(app: Station):
    with socket.create_connection(app.address, timeout=5) as one:
        one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: " + b"y" * 100_000)
        try:
            answer = one.recv(5000)
        except ConnectionResetError:
            answer = b""
    assert b" 413 " in answer or not answer
    assert get(app) == 200


def test_https_with_a_certificate_of_ones_own(tmp_path: Path):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl on this machine")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    subprocess.run([*made, "-out", cert, "-keyout", key], check=True, capture_output=True)
    with station(tls_cert=cert, tls_key=key) as app:
        unknown = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection(*app.address, context=unknown, timeout=5)
        connection.request("GET", "/train")
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
        code = HouseCode(app.settings.instance).value
        stranger = {"X-Forwarded-For": "10.0.0.7"}
        connection.request("GET", f"/code?code={code}", headers=stranger)
        answer = connection.getresponse()
        answer.read()
        assert "Secure" in answer.headers["Set-Cookie"]
        plain = socket.create_connection(app.address, timeout=5)
        plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        with suppress(ConnectionResetError):
            assert not plain.recv(100).startswith(b"HTTP/1.1 200")
        plain.close()
        silent = [socket.create_connection(app.address) for _ in range(THREADS + 20)]
        began = time.monotonic()
        quick = http.client.HTTPSConnection(*app.address, context=unknown, timeout=5)
        quick.request("GET", "/healthz")
        assert quick.getresponse().status == 200
        assert time.monotonic() - began < 2.0  # 4.5 s with a thread for each handshake
        quick.close()
        for one in silent:
            one.close()
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
        connection.close()
