"""Receivers of webhooks: real HTTP servers on loopback."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Handle = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def receiver(handle: Handle) -> Iterator[str]:
    """Run a receiver that handles each POST request; yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            handle(self)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook?house=1"
    server.shutdown()
    server.server_close()


class Receiver:
    """Accepts messages, or answers with the statuses in `answers` first."""

    def __init__(self, *answers: int) -> None:
        self.answers, self.requests = list(answers), []

    def __call__(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"])).decode()
        self.requests.append((request.headers, body))
        request.send_response(self.answers.pop(0) if self.answers else 200)
        request.end_headers()

    @property
    def kinds(self) -> list[str]:
        return [json.loads(body)["type"] for _, body in self.requests]
