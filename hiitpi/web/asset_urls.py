"""What the browser loads of ours: named by content, so that it may keep it for good."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from flask import Flask, Response, request

#: In the order in which they are needed.
SCRIPTS: Final = (
    "a11y.js",
    "preferences.js",
    "sound.js",
    "graphs.js",
    "scoreboard.js",
    "train.js",
    "wall.js",
)
STYLES: Final = ("style.css", "train.css", "pages.css", "wall.css")

#: A year: the longest that HTTP caches are meant to keep anything (RFC 9111).
IMMUTABLE: Final = "public, max-age=31536000, immutable"


def styles(folder: Path) -> str:
    """The links to our style sheets."""
    return "".join(f'<link rel="stylesheet" href="{_address(folder, n)}">' for n in STYLES)


def scripts(folder: Path) -> str:
    """The script tags of ours; they come before Dash's own."""
    return "".join(f'<script src="{_address(folder, n)}"></script>' for n in SCRIPTS)


def keep_for_good(server: Flask) -> None:
    """Have browsers keep what is named by its content, and fonts, whose files never change."""

    @server.after_request
    def kept(answer: Response) -> Response:
        ours = request.path.startswith("/assets/")
        if (
            ours
            and answer.status_code == 200
            and ("v" in request.args or "/fonts/" in request.path)
        ):
            answer.headers["Cache-Control"] = IMMUTABLE
        return answer


def _address(folder: Path, name: str) -> str:
    return f"/assets/{name}?v={_hash(folder / name)}"


@cache
def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
