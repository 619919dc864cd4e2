"""Requests to webhooks: real receivers, and hostile ones."""

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from hiitpi.errors import WebhookError
from hiitpi.integrations import webhook_request
from hiitpi.integrations.webhook_request import Answer, check_url, post, signature
from hiitpi.system.own_hosts import lan_address
from tests.support.webhook_receiver import Handle, receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@contextmanager
def raw_receiver(handle: Callable[[socket.socket], None]) -> Iterator[str]:
    """Run a receiver that does as it likes with a connection; yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):  # the sender has closed the connection
                handle(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join(10)
        assert not thread.is_alive(), "the sender keeps the connection open"


def read_request(connection: socket.socket) -> None:
    """Read a request with the body "{}": closing a connection with unread bytes resets it."""
    received = b""
    while not received.endswith(b"\r\n\r\n{}"):
        received += connection.recv(65536)


def answering(status: int, **headers: str) -> Handle:
    """Return a handler that answers with a status."""

    def handle(request: BaseHTTPRequestHandler) -> None:
        request.rfile.read(int(request.headers["Content-Length"]))
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return handle


@pytest.mark.parametrize(
    ("key", "timestamp", "body", "expected"),
    [
        (
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            '{"test": 2432232314}',
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        )
    ],
)
def test_the_signature_is_that_of_the_specification(key, timestamp, body, expected):
    """The test vector of the Standard Webhooks libraries."""
    assert signature(SECRET, key, timestamp, body) == expected


def test_the_receiver_gets_headers_and_body():
    seen: dict[str, Any] = {}

    def handle(request: BaseHTTPRequestHandler) -> None:
        seen.update(request.headers, path=request.path)
        seen["body"] = request.rfile.read(int(request.headers["Content-Length"])).decode()
        answering_ok(request)

    def answering_ok(request: BaseHTTPRequestHandler) -> None:
        request.send_response(204)
        request.end_headers()

    with receiver(handle) as url:
        answer = post(url, {"webhook-id": "msg_1"}, '{"name": "Zoë"}', allow_local=True)
    assert answer.accepted
    assert (seen["path"], seen["webhook-id"]) == ("/hook?house=1", "msg_1")
    assert (seen["body"], seen["Content-Type"]) == ('{"name": "Zoë"}', "application/json")
    assert seen["Host"] == url.split("/")[2]


@pytest.mark.parametrize("status", [200, 202, 301, 307, 400, 410, 500, 503])
def test_only_2xx_is_acceptance_and_redirects_are_not_followed(status: int):
    with receiver(answering(status, Location="http://127.0.0.1:1/")) as url:
        answer = post(url, {}, "{}", allow_local=True)
    assert (answer.status, answer.accepted) == (status, status < 300)
    assert answer.text.startswith(str(status))


def test_a_receiver_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch):
    """A byte at a time, so that no single read takes long."""
    monkeypatch.setattr(webhook_request, "TIMEOUT_S", 0.5)
    ended = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        while not ended.wait(0.05):
            connection.sendall(b"x")

    with raw_receiver(drip) as url:
        with pytest.raises(WebhookError, match="no answer within"):
            post(url, {}, "{}", allow_local=True)
        ended.set()


def test_a_receiver_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(webhook_request, "TIMEOUT_S", 0.3)
    with (
        raw_receiver(lambda connection: connection.recv(1) and _until_closed(connection)) as url,
        pytest.raises(WebhookError, match="no answer within"),
    ):
        post(url, {}, "{}", allow_local=True)


def _until_closed(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"220 mail.example.org ESMTP\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 200 + b"\r\n",
        b"\xff\xfe\x00" * 50,
    ],
    ids=["nothing", "another protocol", "status", "long header", "many headers", "noise"],
)
def test_nonsense_is_no_answer(answer: bytes):
    def handle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(answer)

    with raw_receiver(handle) as url, pytest.raises(WebhookError, match="no answer"):
        post(url, {}, "{}", allow_local=True)


def test_an_endless_answer_is_not_read_to_its_end():
    def handle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with raw_receiver(handle) as url:
        assert post(url, {}, "{}", allow_local=True) == Answer(200, "200 OK")


def test_every_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch):
    """Like a name with an IPv6 address on which nobody listens."""
    with receiver(answering(200)) as url:
        port = int(url.split(":")[2].split("/")[0])
        both = [(socket.AF_INET6, 1, 6, "", ("::1", port, 0, 0)),
                (socket.AF_INET, 1, 6, "", ("127.0.0.1", port))]  # fmt: skip
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
        assert post(f"http://receiver.example:{port}/", {}, "{}", allow_local=True).accepted


def test_a_closed_port_and_an_unknown_name_are_explained():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(WebhookError, match="no answer: Connection refused"):
        post(f"http://127.0.0.1:{port}/", {}, "{}", allow_local=True)
    with pytest.raises(WebhookError, match="no answer: "):
        post("http://nowhere.invalid/", {}, "{}", allow_local=True)


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "127.0.0.1", "127.9.9.9", "[::1]", "0.0.0.0", "[::]", "2130706433", "0x7f.1",
        "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
        "169.254.169.254", "224.0.0.1", "255.255.255.255", lan_address(),
    ],
)  # fmt: skip
def test_this_machine_is_no_receiver_unless_that_is_allowed(host: str):
    seen: list[str] = []
    with receiver(lambda request: seen.append(request.path)) as url:
        port = url.split(":")[2].split("/")[0]
        with pytest.raises(WebhookError, match=r"leads to this machine|no receiver at|no answer: "):
            post(f"http://{host}:{port}/", {}, "{}", allow_local=False)
    assert seen == []


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
def test_certificates_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    openssl = [
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
        "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate),
    ]  # fmt: skip
    subprocess.run(openssl, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def handle(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            read_request(secure)
            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with (
        raw_receiver(handle) as url,
        pytest.raises(WebhookError, match="certificate is not trusted"),
    ):
        post(url.replace("http://127.0.0.1", "https://localhost"), {}, "{}", allow_local=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with raw_receiver(handle) as url:
        secure_url = url.replace("http://127.0.0.1", "https://localhost")
        assert post(secure_url, {}, "{}", allow_local=True).accepted


def test_a_handshake_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(webhook_request, "TIMEOUT_S", 0.5)
    ended = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"\x16\x03\x03\x40\x00")  # a record of 16 kB …
        while not ended.wait(0.05):
            connection.sendall(b"\x00")  # … a byte at a time

    with raw_receiver(drip) as url:
        with pytest.raises(WebhookError, match="no answer within"):
            post(url.replace("http:", "https:"), {}, "{}", allow_local=True)
        ended.set()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "begins with http"),
        ("ftp://example.org/", "begins with http"),
        ("file:///etc/passwd", "begins with http"),
        ("http://", "begins with http"),
        ("http://exa mple.org", "begins with http"),
        ("http://münchen.example/", "begins with http"),
        ("http://example.org:99999/", "not an address"),
        ("http://[::1/", "not an address"),
        ("https://ada:secret@example.org/", "leave name and password out"),
        ("https://example.org/" + "x" * 500, "too long"),
        ("http://example.org/\r\nX-Injected: 1", "begins with http"),
    ],
)
def test_other_addresses_are_refused(url: str, reason: str):
    with pytest.raises(WebhookError, match=reason):
        check_url(url)


def test_spaces_around_an_address_are_ignored():
    assert check_url("  https://example.org:8443/a?b=c \n") == "https://example.org:8443/a?b=c"
