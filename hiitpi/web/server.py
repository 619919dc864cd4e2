"""Makes the web app: Dash pages on Flask, with sessions and cache in Redis."""

import re
import time
from datetime import timedelta
from functools import partial
from typing import Any

from dash import Dash, html, page_container, register_page
from flask import Flask, redirect, request
from flask_caching import Cache
from flask_compress import Compress
from flask_session import Session as ServerSession

from hiitpi.access.code import HouseCode
from hiitpi.access.rate_limit import LoginRateLimiter
from hiitpi.access.trust import Trust
from hiitpi.coach.library import Library
from hiitpi.errors import RecordsError
from hiitpi.live.bus import connect
from hiitpi.records.store import Store
from hiitpi.settings import ROOT, Settings
from hiitpi.web.auth import current_player
from hiitpi.web.bundle import keep_for_good, scripts, styles
from hiitpi.web.callback_payload import check_callbacks
from hiitpi.web.door import door
from hiitpi.web.guard import allow_scripts, guard
from hiitpi.web.health import healthz
from hiitpi.web.matches import Matches
from hiitpi.web.pages import (
    data,
    history,
    leaderboard,
    login,
    missing,
    programs,
    session,
    status,
    train,
    versus,
    wall,
)
from hiitpi.web.parts.header import header, header_callbacks
from hiitpi.web.parts.trouble import banner, broken, closed, plain, tell
from hiitpi.web.patience import be_patient
from hiitpi.web.seats import Seats
from hiitpi.web.services import Services
from hiitpi.web.stations import Stations
from hiitpi.web.streams import streams
from hiitpi.web.wall import Wall

PAGES = (login, train, programs, leaderboard, history, session, data, status, wall, versus)

ASSETS = ROOT / "assets"

#: How long a device stays logged in.
REMEMBERED = timedelta(days=90)

#: Browsers that follow live data at a time.
FOLLOWERS = 40

#: Seconds after which cached numbers are made anew in any case.
CACHED = 60


def create_app(settings: Settings) -> Flask:
    """The Flask app.

    Raises:
        HiitPiError: a setting or a workout cannot be used.
    """
    server = Flask("hiitpi")
    code = HouseCode(settings.instance, settings.house_code)
    trust = Trust(settings.instance, code, time.time, time.monotonic)
    guard(server, settings, trust)
    _configure(server, settings, trust)
    stations = Stations(settings, time.monotonic)
    services = Services(
        settings=settings,
        library=Library(settings.workouts_dir),
        store=Store(settings.database, settings.zone),
        stations=stations,
        wall=Wall(stations),
        matches=Matches(stations, time.time),
        followers=Seats(FOLLOWERS),
        viewers=Seats(settings.max_viewers),
        cache=Cache(server),
        trust=trust,
        guesses=LoginRateLimiter(connect(settings.redis(0)), time.time),
    )
    server.extensions["hiitpi"] = services
    server.register_blueprint(door(trust, services.guesses))
    server.register_blueprint(streams(services))
    server.register_blueprint(programs.files(services))
    server.register_blueprint(data.files(services))
    server.before_request(_strangers_log_in)
    server.after_request(_unknown_is_404)
    server.register_error_handler(RecordsError, lambda error: plain(error, 503))
    server.register_error_handler(Exception, broken)
    server.add_url_rule("/healthz", view_func=partial(healthz, services), endpoint="healthz")
    check_callbacks(server)
    _pages(server, services)
    return server


def _configure(server: Flask, settings: Settings, trust: Trust) -> None:
    key, *older = trust.secrets()
    server.config.update(
        SECRET_KEY=key,
        SECRET_KEY_FALLBACKS=older,
        SESSION_TYPE="redis",
        SESSION_REDIS=connect(settings.redis(1)),
        SESSION_KEY_PREFIX="hiitpi:session:",
        SESSION_COOKIE_NAME="hiitpi",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.tls_cert is not None,
        PERMANENT_SESSION_LIFETIME=REMEMBERED,
        CACHE_TYPE="RedisCache",
        CACHE_REDIS_URL=settings.redis(2),
        CACHE_KEY_PREFIX="hiitpi:cache:",
        CACHE_DEFAULT_TIMEOUT=CACHED,
        # What a browser loads; never the endless answers, which must not be held back.
        COMPRESS_MIMETYPES=[
            "text/html",
            "text/css",
            "text/javascript",
            "application/javascript",
            "application/json",
        ],
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=5,
        COMPRESS_STREAMS=True,
    )
    ServerSession(server)
    be_patient(server)
    Compress(server)


def _pages(server: Flask, services: Services) -> None:
    app = Dash(
        "hiitpi",
        server=server,  # type: ignore[arg-type]
        use_pages=True,
        pages_folder="",
        assets_folder=str(ASSETS),
        assets_ignore=".*",  # they are named by their content, see `bundle`
        serve_locally=True,
        title="HIIT PI",
        update_title="",
        suppress_callback_exceptions=True,
        on_error=tell,
    )
    app.index_string = INDEX.replace("{styles}", styles(ASSETS)).replace(
        "{our_scripts}", scripts(ASSETS)
    )
    keep_for_good(server)
    for page in PAGES:
        register_page(
            f"hiitpi.{page.PATH}",
            path=page.PATH,
            path_template=getattr(page, "TEMPLATE", None),
            title=f"{page.TITLE} · HIIT PI",
            name=page.TITLE,
            layout=_layout(page, services),
        )
        page.callbacks(app, services)
    register_page("hiitpi.not_found_404", path="/404", title="HIIT PI", layout=missing.layout)
    app.layout = lambda: html.Div([header(services), banner(), page_container], className="app")
    header_callbacks(app, services)
    allow_scripts(server, app)


def _strangers_log_in() -> Any:
    """Whoever opens somebody's page as nobody is asked first."""
    if request.path in (history.PATH, programs.PATH, data.PATH) and current_player() is None:
        return redirect(login.PATH)
    return None


def _unknown_is_404(answer: Any) -> Any:
    """Dash answers each address with its one document, and shows there what there is not."""
    document = answer.status_code == 200 and request.endpoint in ("/", "/<path:path>")
    if document and not any(_is_address_of(page, request.path) for page in PAGES):
        answer.status_code = 404
    return answer


def _is_address_of(page: Any, path: str) -> bool:
    """Whether a path leads to a page: its own, or one that its template describes."""
    template = getattr(page, "TEMPLATE", None)
    if template is None:
        return bool(path == page.PATH)
    return re.fullmatch(re.sub("<[^>]+>", "[^/]+", template), path) is not None


def _layout(page: Any, services: Services) -> Any:
    def made(**given: Any) -> Any:
        try:
            wanted = {name: str(given.get(name) or "") for name in getattr(page, "TAKES", ())}
            return page.layout(services, **wanted)
        except RecordsError as error:
            return closed(error)

    return made


INDEX = """<!doctype html>
<html lang="en">
<head>
{%metas%}
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="dark">
<meta name="theme-color" content="#0f1115">
<title>{%title%}</title>
{%favicon%}
{%css%}
{styles}
</head>
<body>
{%app_entry%}
<footer>{our_scripts}{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>
"""
