"""The web process under attack from the network: real sockets, a real process."""

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
    """Request a page over a new connection, and return the status."""
    connection = http.client.HTTPConnection(*app.address, timeout=3)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


#: Requests of a client that tries to occupy threads: the first bytes, and those sent repeatedly.
SLOW_REQUESTS = {
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


@pytest.mark.parametrize("kind", SLOW_REQUESTS)
def test_slow_clients_hold_no_thread(app: Station, kind: str):
    first_bytes, more_bytes = SLOW_REQUESTS[kind]
    sources = [(f"127.0.0.{1 + i % 50}", 0) for i in range(200)]
    clients = [socket.create_connection(app.address, source_address=source) for source in sources]
    try:
        slowest = send_slowly(app, clients, first_bytes, more_bytes)
    finally:
        for client in clients:
            client.close()
    assert slowest < 2.0  # 0.01 s on an idle machine; 8 s if it has to wait for a thread


def send_slowly(
    app: Station, clients: list[socket.socket], first_bytes: bytes, more_bytes: bytes
) -> float:
    """Send bytes for longer than the request timeout; return the slowest response time meanwhile.

    Args:
        app: the app.
        clients: the slow clients.
        first_bytes: sent once by each client.
        more_bytes: sent repeatedly by each client.
    """
    for client in clients:
        with suppress(OSError):
            client.sendall(first_bytes)
    slowest, deadline = 0.0, time.monotonic() + REQUEST_S + 2
    while (began := time.monotonic()) < deadline:
        assert get(app) == 200
        slowest = max(slowest, time.monotonic() - began)
        for client in clients:
            with suppress(OSError):
                client.sendall(more_bytes)
        time.sleep(0.25)
    return slowest


def test_slow_requests_time_out(app: Station):
    clients = [socket.create_connection(app.address, timeout=30) for _ in range(4)]
    for client, (first_bytes, _) in zip(clients, list(SLOW_REQUESTS.values())[:2] * 2, strict=True):
        client.sendall(first_bytes)
    for client in clients:
        with suppress(ConnectionResetError):
            assert client.recv(1000) == b""
        client.close()


def test_concurrent_uploads_are_limited(app: Station):
    first_bytes, _ = SLOW_REQUESTS["uploads"]
    with ExitStack() as stack:
        uploads = [
            stack.enter_context(socket.create_connection(app.address, timeout=20))
            for _ in range(MAX_UPLOADS + 1)
        ]
        for upload in uploads:
            upload.sendall(first_bytes)
        timeout_s = 5 / len(uploads)
        refused = [upload for upload in uploads if select.select([upload], [], [], timeout_s)[0]]
        assert len(refused) >= 1
        assert b"503" in refused[0].recv(200)


def test_only_uploads_may_have_a_large_body(app: Station):
    with socket.create_connection(app.address, timeout=5) as client:
        client.sendall(b"POST /code HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n")
        assert b" 413 " in client.recv(200)


def test_an_upload_is_received_completely(app: Station):
    connection = http.client.HTTPConnection(*app.address, timeout=20)
    body = b'{"x": "' + b"y" * 3_000_000 + b'"}'
    connection.request(
        "POST", "/_dash-update-component?endId=x~1", body, {"Content-Type": "application/json"}
    )
    assert connection.getresponse().status == 400  # read completely, but not a known callback
    connection.close()


def test_pipelined_requests_are_all_answered(app: Station):
    with socket.create_connection(app.address, timeout=5) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" * 3)
        data = b""
        while data.count(b"HTTP/1.1 200") < 3:
            data += client.recv(5000)


def test_the_worker_overrides_existing_methods_of_gunicorn():
    """Our worker overrides these methods; review gunicorn's gthread.py after an update."""
    methods = set(vars(ThreadWorker))
    for name in ("accept", "on_pending_socket_readable", "on_client_socket_readable",
                 "murder_pending", "handle", "handle_request", "finish_request"):  # fmt: skip
        assert name in methods, name
    assert gunicorn.__version__ == "27.0.1", "read gunicorn/workers/gthread.py again"


def test_a_request_head_in_several_packets_is_answered(app: Station):
    with socket.create_connection(app.address, timeout=5) as client:
        for piece in (b"GET /healthz HT", b"TP/1.1\r\nHost: localhost\r\n", b"\r\n"):
            client.sendall(piece)
            time.sleep(0.2)
        assert client.recv(5000).startswith(b"HTTP/1.1 200")
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")  # keep-alive
        assert client.recv(5000).startswith(b"HTTP/1.1 200")


def test_clients_that_disconnect_mid_request_are_cleaned_up(app: Station):
    for _ in range(50):
        with socket.create_connection(app.address) as client:
            client.sendall(b"GET / HTT")
    assert get(app) == 200


def test_a_request_head_that_is_too_large_is_rejected(app: Station):
    with socket.create_connection(app.address, timeout=5) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: " + b"y" * 100_000)
        try:
            response = client.recv(5000)
        except ConnectionResetError:
            response = b""
    assert b" 413 " in response or not response
    assert get(app) == 200


def test_https_with_the_authority_of_the_house():
    with station(tls="auto") as app:
        status, headers, _ = plain_get(app, "/train?station=x", Accept="text/html")
        assert (status, headers["Location"]) == (302, "/trust?next=/train%3Fstation%3Dx")
        assert plain_get(app, "/export/sessions.json")[0] == 308  # not even a cookie is set
        assert plain_get(app, "/healthz")[1]["Location"] == f"https://{address_of(app)}/healthz"
        status, _, page = plain_get(app, "/trust?next=//elsewhere")
        assert status == 200
        assert f'data-secure="https://{address_of(app)}" data-next="/"'.encode() in page
        _, headers, authority = plain_get(app, "/trust/hiit-pi-house.crt")
        assert headers["Content-Type"] == "application/x-x509-ca-cert"
        device = ssl.create_default_context(cadata=authority)
        device.verify_flags &= ~ssl.VERIFY_X509_STRICT  # as browsers
        for host in ("localhost", "127.0.0.1"):
            connection = http.client.HTTPSConnection(host, app.address[1], context=device)
            connection.request("GET", "/train")
            response = connection.getresponse()
            assert (response.status, response.read()[:9]) == (200, b"<!doctype")
            connection.close()


def address_of(app: Station) -> str:
    """Return host and port of an app."""
    return f"{app.address[0]}:{app.address[1]}"


def plain_get(
    app: Station, path: str, **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Return status, headers and body of an answer by plain http."""
    connection = http.client.HTTPConnection(*app.address, timeout=5)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, response.headers, body


def test_https_with_a_self_signed_certificate(tmp_path: Path):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl on this machine")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    subprocess.run([*command, "-out", cert, "-keyout", key], check=True, capture_output=True)
    with station(tls_cert=cert, tls_key=key) as app:
        unverified = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection(*app.address, context=unverified, timeout=5)
        connection.request("GET", "/train")
        response = connection.getresponse()
        response.read()
        assert response.status == 200
        code = HouseCode(app.settings.instance).value
        remote = {"X-Forwarded-For": "10.0.0.7"}
        connection.request("GET", f"/code?code={code}", headers=remote)
        response = connection.getresponse()
        response.read()
        assert "Secure" in response.headers["Set-Cookie"]
        plain = socket.create_connection(app.address, timeout=5)
        plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert plain.recv(100).startswith(b"HTTP/1.1 308")
        plain.close()
        idle_clients = [socket.create_connection(app.address) for _ in range(THREADS + 20)]
        began = time.monotonic()
        new_client = http.client.HTTPSConnection(*app.address, context=unverified, timeout=5)
        new_client.request("GET", "/healthz")
        assert new_client.getresponse().status == 200
        assert time.monotonic() - began < 2.0  # 4.5 s if each TLS handshake occupied a thread
        new_client.close()
        for client in idle_clients:
            client.close()
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
        connection.close()
