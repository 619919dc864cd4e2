"""Takes requests in without a thread: bytes are collected until one is whole. Pure.

A thread that waits for a client is a thread that a client can hold. So the poller reads heads and
small bodies itself, and a thread only sees requests that are complete. What is too large for that
goes to the one route that takes uploads, a few at a time.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from hiitpi.web.callback_payload import CALLBACKS

#: Bytes that the head of a request, and a body that is collected here, may have.
MAX_HEAD_BYTES: Final = 32_768
MAX_SMALL_BODY_BYTES: Final = 65_536

#: Where export files may come in, as text within a callback's JSON.
UPLOADS: Final = CALLBACKS.encode()

#: "whole": a thread can have it; "large": its body is to be read by a thread; "refused": neither.
State = Literal["partial", "whole", "large", "refused"]

_LENGTH: Final = re.compile(rb"(?im)^content-length:[ \t]*(\d{1,18})[ \t]*\r$")
_ENCODED: Final = re.compile(rb"(?im)^transfer-encoding:")


@dataclass(frozen=True, slots=True)
class Request:
    """How far a request has come in.

    Attributes:
        state: see `State`.
        body_bytes: length of its body as announced; 0 while the head is not whole.
    """

    state: State
    body_bytes: int = 0


def examine(data: bytes) -> Request:
    """How far the request at the beginning of `data` has come in."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return Request("refused" if len(data) >= MAX_HEAD_BYTES else "partial")
    head = data[: end + 2]
    if end >= MAX_HEAD_BYTES:
        return Request("refused")
    uploads = head.split(b" ", 2)[1:2] == [UPLOADS]
    if _ENCODED.search(head):  # of unknown length: no browser of ours sends it
        return Request("refused")
    lengths = _LENGTH.findall(head)
    body = int(lengths[-1]) if lengths else 0
    if body > MAX_SMALL_BODY_BYTES:
        return Request("large" if uploads else "refused", body)
    return Request("whole" if len(data) >= end + 4 + body else "partial", body)
