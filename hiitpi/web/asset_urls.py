"""Cache-busting URLs for scripts and style sheets: the URL contains a hash of the content."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from flask import Flask, Response, redirect, request

from hiitpi.settings import ROOT

ASSETS: Final = ROOT / "assets"

#: In load order.
SCRIPTS: Final = (
    "a11y.js",
    "preferences.js",
    "distance.js",
    "tools.js",
    "sound.js",
    "wake_lock.js",
    "ghost.js",
    "metronome.js",
    "graphs.js",
    "scoreboard.js",
    "train.js",
    "wall.js",
    "replay.js",
    "show_recorder.js",
    "teach.js",
    "share.js",
)
#: Plotly without the kinds of charts that the pages do not use: a third of its size. It is asked
#: for by Dash, under the address of the whole library, when the first graph is shown.
PLOTLY: Final = "vendor/plotly-cartesian.min.js"
PLOTLY_PATH: Final = "/_dash-component-suites/plotly/package_data/plotly.min.js"

#: Folder of the pictures of the workouts, in that of the assets.
FIGURES: Final = "workouts"

STYLES: Final = ("style.css", "train.css", "pages.css", "wall.css", "distance.css")

#: One year. Longer lifetimes used to be prohibited and can cause problems (RFC 9111, section 5.3).
IMMUTABLE: Final = "public, max-age=31536000, immutable"


def icons(folder: Path) -> str:
    """Return the link tags of the icons, and of the manifest for the home screen."""
    icon, touch_icon, manifest = (
        asset_url(folder, name)
        for name in ("icons/icon.svg", "icons/icon-180.png", "manifest.webmanifest")
    )
    return (
        f'<link rel="icon" href="{icon}" type="image/svg+xml">'
        f'<link rel="apple-touch-icon" href="{touch_icon}">'
        f'<link rel="manifest" href="{manifest}" crossorigin="use-credentials">'
    )


def styles(folder: Path) -> str:
    """Return the link tags of the app's style sheets in `folder`."""
    return "".join(f'<link rel="stylesheet" href="{asset_url(folder, n)}">' for n in STYLES)


def scripts(folder: Path) -> str:
    """Return the script tags of the app's scripts in `folder`; they go before Dash's own."""
    return "".join(f'<script src="{asset_url(folder, n)}"></script>' for n in SCRIPTS)


def figure_urls(folder: Path) -> dict[str, str]:
    """Return the addresses of the moving pictures of the workouts, by slug."""
    names = sorted(path.stem for path in (folder / FIGURES).glob("*.svg"))
    return {name: asset_url(folder, f"{FIGURES}/{name}.svg") for name in names}


def cache_assets(server: Flask, folder: Path) -> None:
    """Let browsers cache assets with a hash in their URL, and fonts, which never change.

    Also leads Dash to the smaller Plotly.
    """
    plotly = asset_url(folder, PLOTLY)
    server.add_url_rule(PLOTLY_PATH, "plotly", lambda: redirect(plotly))

    @server.after_request
    def set_cache_control(response: Response) -> Response:
        is_asset = request.path.startswith("/assets/")
        if (
            is_asset
            and response.status_code == 200
            and ("v" in request.args or "/fonts/" in request.path)
        ):
            response.headers["Cache-Control"] = IMMUTABLE
        return response


def asset_url(folder: Path, name: str) -> str:
    """Return the address of a file in `folder`, with the hash of its content."""
    return f"/assets/{name}?v={_content_hash(folder / name)}"


@cache
def _content_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
