"""Downloads from a real HTTP server on loopback: whole, interrupted, and gone on with."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hiitpi.pose.catalog import download

CONTENT = bytes(range(256)) * 2000


class Server(http.server.BaseHTTPRequestHandler):
    """Serves CONTENT, from where it is asked to; breaks off where the test wants it to."""

    asked: list[str | None] = []  # noqa: RUF012
    breaks_after: int | None = None
    ranges = True

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.asked.append(asked)
        begin = int(asked.split("=")[1].rstrip("-")) if asked and self.ranges else 0
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(CONTENT) - begin))
        self.end_headers()
        self.wfile.write(CONTENT[begin : self.breaks_after])

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Server, "asked", [])
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/model"
        server.shutdown()


def test_progress_is_shown_to_the_end(url: str, tmp_path: Path):
    seen: list[tuple[int, int]] = []
    download(url, tmp_path / "m", lambda name, have, size: seen.append((have, size)))
    assert (tmp_path / "m").read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [have for have, _ in seen] == sorted(have for have, _ in seen)


@pytest.mark.parametrize("ranges", [True, False], ids=["goes on", "begins anew"])
def test_an_interrupted_download_is_gone_on_with(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ranges: bool
):
    monkeypatch.setattr(Server, "breaks_after", 100_000)
    with pytest.raises(OSError, match="incomplete"):
        download(url, tmp_path / "m", lambda *_: None)
    assert (tmp_path / "m").read_bytes() == CONTENT[:100_000]
    monkeypatch.setattr(Server, "breaks_after", None)
    monkeypatch.setattr(Server, "ranges", ranges)
    download(url, tmp_path / "m", lambda *_: None)
    assert (tmp_path / "m").read_bytes() == CONTENT
    assert Server.asked == [None, "bytes=100000-"]
