"""Decides from the bytes received so far whether an HTTP request is complete. Pure functions.

A thread that waits for a client can be held by that client. So the poller reads heads and small
bodies itself and hands only complete requests to a thread. Larger bodies are accepted only on the
paths for uploads, whose number is limited.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from hiitpi.web.uploads import MAX_UPLOAD_BYTES

#: Maximum size of a request's head, and of a body that the poller reads itself.
MAX_HEAD_BYTES: Final = 32_768
MAX_SMALL_BODY_BYTES: Final = 65_536

#: Paths that accept uploads.
UPLOAD_PATHS: Final = frozenset(path.encode() for path in MAX_UPLOAD_BYTES)

#: "partial": more bytes are needed. "complete": the request can be passed to a thread. "upload":
#: the head is complete, and a thread reads the body. "rejected": too large.
State = Literal["partial", "complete", "upload", "rejected"]

_CONTENT_LENGTH: Final = re.compile(rb"(?im)^content-length:[ \t]*(\d{1,18})[ \t]*\r$")
_TRANSFER_ENCODING: Final = re.compile(rb"(?im)^transfer-encoding:")


@dataclass(frozen=True, slots=True)
class Request:
    """The progress of a request.

    Attributes:
        state: see `State`.
        body_bytes: the announced length of the body; 0 while the head is incomplete.
    """

    state: State
    body_bytes: int = 0


def examine(data: bytes) -> Request:
    """Return the progress of the request at the beginning of `data`."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return Request("rejected" if len(data) >= MAX_HEAD_BYTES else "partial")
    head = data[: end + 2]
    if end >= MAX_HEAD_BYTES:
        return Request("rejected")
    # Dash adds the hash of the callback to the path, as a query.
    target = head.split(b" ", 2)[1:2]
    is_upload_path = bool(target) and target[0].partition(b"?")[0] in UPLOAD_PATHS
    if _TRANSFER_ENCODING.search(head):  # length unknown; browsers do not send such requests
        return Request("rejected")
    lengths = _CONTENT_LENGTH.findall(head)
    body_bytes = int(lengths[-1]) if lengths else 0
    if body_bytes > MAX_SMALL_BODY_BYTES:
        return Request("upload" if is_upload_path else "rejected", body_bytes)
    return Request("complete" if len(data) >= end + 4 + body_bytes else "partial", body_bytes)
