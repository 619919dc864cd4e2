"""Load clients: any number of HTTP streams, read like browsers do, by one event loop."""

import re
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

#: Headers of a part of the MJPEG stream.
PART_HEADERS: Final = re.compile(rb"X-Seq: (\d+)\r\nX-Encoded: ([\d.]+)\r\n")

#: Bytes read at a time.
READ_BYTES: Final = 1 << 18


class ChunkedDecoder:
    """Decodes a response with HTTP/1.1 chunked transfer coding (RFC 9112)."""

    def __init__(self) -> None:
        self._buffer, self._in_body, self._chunk_left = bytearray(), False, 0

    def feed(self, data: bytes) -> bytes:
        """Return the part of the body that the received `data` completes.

        Raises:
            ConnectionError: the status is not 200.
        """
        self._buffer += data
        if not self._in_body:
            head, separator, rest = self._buffer.partition(b"\r\n\r\n")
            if not separator:
                return b""
            if b" 200 " not in head.split(b"\r\n")[0]:
                raise ConnectionError(head.split(b"\r\n")[0].decode())
            self._in_body, self._buffer = True, rest
        body = bytearray()
        while self._buffer:
            if self._chunk_left == 0:
                size, separator, rest = self._buffer.partition(b"\r\n")
                if not separator:
                    break
                self._chunk_left, self._buffer = int(size, 16) + 2, rest  # with the final CRLF
            piece = self._buffer[: self._chunk_left]
            del self._buffer[: self._chunk_left]
            payload_bytes = max(0, min(len(piece), self._chunk_left - 2))
            body += piece[:payload_bytes]
            self._chunk_left -= len(piece)
        return bytes(body)


@dataclass
class Client:
    """One stream.

    Attributes:
        path: path of the stream, with the query.
        seqs: sequence numbers of the received pictures or samples, in order.
        ages: seconds from the encoding of a picture, or the capture of a sample's frame, to its
            arrival.
        encoded: monotonic seconds when the pictures were encoded.
        size: bytes received.
        body: decoder of the response.
        rest: decoded data of an incomplete picture or event.
    """

    path: str
    seqs: list[int] = field(default_factory=list)
    ages: list[float] = field(default_factory=list)
    encoded: list[float] = field(default_factory=list)
    size: int = 0
    body: ChunkedDecoder = field(default_factory=ChunkedDecoder)
    rest: bytearray = field(default_factory=bytearray)

    def open(self, address: tuple[str, int], headers: str = "") -> socket.socket:
        """Connect and send the request.

        Args:
            address: host and port of the server.
            headers: additional header lines, each with its line end.
        """
        connection = socket.create_connection(address, timeout=10)
        request = f"GET {self.path} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n{headers}\r\n"
        connection.sendall(request.encode())
        return connection

    def receive(self, data: bytes, now: float) -> None:
        """Process received data.

        Args:
            data: bytes from the socket.
            now: monotonic seconds of their arrival.
        """
        self.size += len(data)
        self.rest += self.body.feed(data)
        if self.path.startswith("/live"):
            self._parse_events(now)
        else:
            self._parse_pictures(now)

    def _parse_pictures(self, now: float) -> None:
        # A picture is complete when its closing boundary has arrived.
        while (end := self.rest.find(b"\r\n--frame\r\n", 2)) >= 0:
            headers = PART_HEADERS.search(self.rest, 0, end)
            if headers:
                self.seqs.append(int(headers[1]))
                self.encoded.append(float(headers[2]))
                self.ages.append(now - self.encoded[-1])
            del self.rest[: end + 2]

    def _parse_events(self, now: float) -> None:
        while (end := self.rest.find(b"\n\n")) >= 0:
            event = bytes(self.rest[:end])
            del self.rest[: end + 2]
            _, prefix, data = event.partition(b"data: ")
            for sample in orjson.loads(data)["samples"] if prefix else ():
                self.seqs.append(sample["seq"])
                self.ages.append(now - sample["time"])


def follow(
    address: tuple[str, int],
    clients: list[Client],
    seconds: float,
    *,
    headers: str = "",
    on_start: Callable[[], Any] = lambda: None,
    settle: float = 2.0,
    stall: tuple[int, float] = (0, 0.0),
) -> None:
    """Read all streams and measure, after a warm-up whose data is discarded.

    Args:
        address: host and port of the server.
        clients: the clients; they hold the results.
        seconds: duration of the measurement.
        headers: additional header lines of each request.
        on_start: called when the measurement starts.
        settle: duration of the warm-up in seconds.
        stall: number of clients that read nothing at first, and for how many seconds.

    Raises:
        ConnectionError: the server rejected a client, or closed a stream.
    """
    with selectors.DefaultSelector() as selector:
        sockets = [client.open(address, headers) for client in clients]
        for connection, client in zip(sockets, clients, strict=True):
            connection.setblocking(False)
            selector.register(connection, selectors.EVENT_READ, client)
        try:
            _read(selector, time.monotonic() + settle)
            for client in clients:
                client.seqs.clear()
                client.ages.clear()
                client.encoded.clear()
                client.size = 0
            on_start()
            until = time.monotonic() + seconds
            stalled = list(zip(sockets, clients, strict=True))[: stall[0]]
            for connection, _ in stalled:
                selector.unregister(connection)
            if stalled:
                _read(selector, time.monotonic() + stall[1])
            for connection, client in stalled:
                selector.register(connection, selectors.EVENT_READ, client)
            _read(selector, until)
        finally:
            for connection in sockets:
                connection.close()


def _read(selector: selectors.BaseSelector, until: float) -> None:
    """Pass what arrives to the clients until a point in monotonic time."""
    while (remaining_s := until - time.monotonic()) > 0:
        for key, _ in selector.select(remaining_s):
            assert isinstance(key.fileobj, socket.socket)
            data = key.fileobj.recv(READ_BYTES)
            if not data:
                raise ConnectionError(f"The server closed {key.data.path}.")
            key.data.receive(data, time.monotonic())
