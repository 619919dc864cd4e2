"""Browsers, as far as the server can tell: any number of streams read by one loop."""

import re
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

PART: Final = re.compile(rb"X-Seq: (\d+)\r\nX-Encoded: ([\d.]+)\r\n")

#: Bytes read at a time.
PIECE: Final = 1 << 18


class Body:
    """Takes the frames of HTTP/1.1's chunked coding (RFC 9112) off what arrives."""

    def __init__(self) -> None:
        self._raw, self._started, self._left = bytearray(), False, 0

    def feed(self, data: bytes) -> bytes:
        """What `data` adds to the answer's body."""
        self._raw += data
        if not self._started:
            head, found, rest = self._raw.partition(b"\r\n\r\n")
            if not found:
                return b""
            if b" 200 " not in head.split(b"\r\n")[0]:
                raise ConnectionError(head.split(b"\r\n")[0].decode())
            self._started, self._raw = True, rest
        out = bytearray()
        while self._raw:
            if self._left == 0:
                size, found, rest = self._raw.partition(b"\r\n")
                if not found:
                    break
                self._left, self._raw = int(size, 16) + 2, rest
            piece = self._raw[: self._left]
            del self._raw[: self._left]
            keep = max(0, min(len(piece), self._left - 2))
            out += piece[:keep]
            self._left -= len(piece)
        return bytes(out)


@dataclass
class Client:
    """One stream.

    Attributes:
        seqs: of the pictures or samples that came, in order.
        ages: seconds from when a picture was encoded, or from when a sample's frame was captured,
            until it was here.
        encoded: when pictures were.
        size: bytes in all.
    """

    path: str
    seqs: list[int] = field(default_factory=list)
    ages: list[float] = field(default_factory=list)
    encoded: list[float] = field(default_factory=list)
    size: int = 0
    body: Body = field(default_factory=Body)
    rest: bytearray = field(default_factory=bytearray)

    def open(self, address: tuple[str, int], headers: str = "") -> socket.socket:
        """Ask for the stream."""
        connection = socket.create_connection(address, timeout=10)
        ask = f"GET {self.path} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n{headers}\r\n"
        connection.sendall(ask.encode())
        return connection

    def take(self, data: bytes, now: float) -> None:
        """What has just arrived."""
        self.size += len(data)
        self.rest += self.body.feed(data)
        if self.path.startswith("/live"):
            self._events(now)
        else:
            self._pictures(now)

    def _pictures(self, now: float) -> None:
        # A picture is there when the boundary that ends it is.
        while (end := self.rest.find(b"\r\n--frame\r\n", 2)) >= 0:
            found = PART.search(self.rest, 0, end)
            if found:
                self.seqs.append(int(found[1]))
                self.encoded.append(float(found[2]))
                self.ages.append(now - self.encoded[-1])
            del self.rest[: end + 2]

    def _events(self, now: float) -> None:
        while (end := self.rest.find(b"\n\n")) >= 0:
            event = bytes(self.rest[:end])
            del self.rest[: end + 2]
            _, found, data = event.partition(b"data: ")
            for sample in orjson.loads(data)["samples"] if found else ():
                self.seqs.append(sample["seq"])
                self.ages.append(now - sample["time"])


def follow(
    address: tuple[str, int],
    clients: list[Client],
    seconds: float,
    *,
    headers: str = "",
    begun: Callable[[], Any] = lambda: None,
    settle: float = 2.0,
    stall: tuple[int, float] = (0, 0.0),
) -> None:
    """Read all streams for so long; what came while they were settling is forgotten.

    Args:
        address: of the server.
        clients: who reads.
        seconds: of reading that are measured.
        headers: lines that each request brings besides.
        begun: called when measuring begins.
        settle: seconds before that.
        stall: the first so many clients read nothing for the first so many seconds.

    Raises:
        ConnectionError: the server refused one, or hung up.
    """
    with selectors.DefaultSelector() as ready:
        sockets = [client.open(address, headers) for client in clients]
        for one, client in zip(sockets, clients, strict=True):
            one.setblocking(False)
            ready.register(one, selectors.EVENT_READ, client)
        try:
            _read(ready, time.monotonic() + settle)
            for client in clients:
                client.seqs.clear()
                client.ages.clear()
                client.encoded.clear()
                client.size = 0
            begun()
            until = time.monotonic() + seconds
            asleep = list(zip(sockets, clients, strict=True))[: stall[0]]
            for one, _ in asleep:
                ready.unregister(one)
            if asleep:
                _read(ready, time.monotonic() + stall[1])
            for one, client in asleep:
                ready.register(one, selectors.EVENT_READ, client)
            _read(ready, until)
        finally:
            for one in sockets:
                one.close()


def _read(ready: selectors.BaseSelector, until: float) -> None:
    while (left := until - time.monotonic()) > 0:
        for key, _ in ready.select(left):
            assert isinstance(key.fileobj, socket.socket)
            data = key.fileobj.recv(PIECE)
            if not data:
                raise ConnectionError(f"The server ended {key.data.path}.")
            key.data.take(data, time.monotonic())
