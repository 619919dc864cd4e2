"""Downloads from a real HTTP server on loopback: complete, interrupted and resumed."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hiitpi.pose.catalog import download

CONTENT = bytes(range(256)) * 2000


class Server(http.server.BaseHTTPRequestHandler):
    """Serves CONTENT, with range requests; interrupts the response where the test wants it to."""

    requested_ranges: list[str | None] = []  # noqa: RUF012
    interrupt_at: int | None = None
    supports_ranges = True

    def do_GET(self) -> None:
        requested = self.headers.get("Range")
        self.requested_ranges.append(requested)
        start = (
            int(requested.split("=")[1].rstrip("-")) if requested and self.supports_ranges else 0
        )
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        self.wfile.write(CONTENT[start : self.interrupt_at])

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve CONTENT, and return its URL."""
    monkeypatch.setattr(Server, "requested_ranges", [])
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/model"
        server.shutdown()


def test_progress_is_reported_until_the_end(url: str, tmp_path: Path):
    progress: list[tuple[int, int]] = []
    download(url, tmp_path / "m", lambda name, received, size: progress.append((received, size)))
    assert (tmp_path / "m").read_bytes() == CONTENT
    assert progress[-1] == (len(CONTENT), len(CONTENT))
    assert [received for received, _ in progress] == sorted(received for received, _ in progress)


@pytest.mark.parametrize("ranges", [True, False], ids=["resumes", "starts over"])
def test_an_interrupted_download_is_resumed(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ranges: bool
):
    monkeypatch.setattr(Server, "interrupt_at", 100_000)
    with pytest.raises(OSError, match="incomplete"):
        download(url, tmp_path / "m", lambda *_: None)
    assert (tmp_path / "m").read_bytes() == CONTENT[:100_000]
    monkeypatch.setattr(Server, "interrupt_at", None)
    monkeypatch.setattr(Server, "supports_ranges", ranges)
    download(url, tmp_path / "m", lambda *_: None)
    assert (tmp_path / "m").read_bytes() == CONTENT
    assert Server.requested_ranges == [None, "bytes=100000-"]
