"""The web process as a hostile network sees it: real sockets, a real process."""

import http.client
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hiitpi.access.code import HouseCode
from hiitpi.bench.station import Station, station
from hiitpi.web.gateway import PATIENCE, THREADS

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


def test_requests_that_never_end_hold_no_thread(app: Station):
    slow = [socket.create_connection(app.address) for _ in range(THREADS + 20)]
    for one in slow:
        one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
    until = time.monotonic() + PATIENCE - 1
    while time.monotonic() < until:
        assert get(app) == 200
        for one in slow:
            one.sendall(b"X: y\r\n")
        time.sleep(0.5)
    time.sleep(3)
    assert get(app) == 200
    closed = 0
    for one in slow:
        one.settimeout(1)
        try:
            closed += not one.recv(1000)
        except ConnectionResetError:
            closed += 1
        one.close()
    assert closed == len(slow)


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
    assert answer == b""
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
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
        connection.close()
