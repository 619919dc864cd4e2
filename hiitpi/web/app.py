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

from hiitpi.access.device_cookies import DeviceCookies
from hiitpi.access.house_code import HouseCode
from hiitpi.access.rate_limit import LoginRateLimiter
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.errors import RecordsError
from hiitpi.live.redis_client import connect
from hiitpi.records.sessions import Store
from hiitpi.settings import ROOT, Settings
from hiitpi.web.asset_urls import keep_for_good, scripts, styles
from hiitpi.web.callback_payload import check_callbacks
from hiitpi.web.club.head_to_head import MatchCoordinator
from hiitpi.web.club.stations import Stations
from hiitpi.web.club.wall import Wall
from hiitpi.web.components.error_pages import banner, broken, closed, plain, tell
from hiitpi.web.components.header import header, header_callbacks
from hiitpi.web.health import healthz
from hiitpi.web.live.connection_limit import ConnectionLimit
from hiitpi.web.live.routes import streams
from hiitpi.web.pages import (
    account,
    head_to_head,
    history,
    leaderboard,
    login,
    not_found,
    programs,
    session,
    status,
    train,
    wall,
)
from hiitpi.web.security.guard import guard, set_script_policy
from hiitpi.web.security.login_code import login_routes
from hiitpi.web.security.player_session import current_player
from hiitpi.web.security.session_fallback import install_session_fallback
from hiitpi.web.services import Services

PAGES = (login, train, programs, leaderboard, history, session, account, status, wall, head_to_head)

ASSETS = ROOT / "assets"

#: Addresses of pages in earlier versions, which people may have kept.
MOVED = {"/data": account.PATH, "/versus": head_to_head.PATH}

#: How long a device stays logged in.
LOGIN_LIFETIME = timedelta(days=90)

#: Browsers that follow live data at a time.
MAX_LIVE_STREAMS = 40

#: Seconds after which cached numbers are made anew in any case.
CACHE_TIMEOUT_S = 60


def create_app(settings: Settings) -> Flask:
    """The Flask app.

    Raises:
        HiitPiError: a setting or a workout cannot be used.
    """
    server = Flask("hiitpi")
    code = HouseCode(settings.instance, settings.house_code)
    device_cookies = DeviceCookies(settings.instance, code, time.time, time.monotonic)
    guard(server, settings, device_cookies)
    _configure(server, settings, device_cookies)
    stations = Stations(settings, time.monotonic)
    services = Services(
        settings=settings,
        library=WorkoutLibrary(settings.workouts_dir),
        store=Store(settings.database, settings.zone),
        stations=stations,
        wall=Wall(stations),
        matches=MatchCoordinator(stations, time.time),
        live_streams=ConnectionLimit(MAX_LIVE_STREAMS),
        video_streams=ConnectionLimit(settings.max_viewers),
        cache=Cache(server),
        device_cookies=device_cookies,
        login_limiter=LoginRateLimiter(connect(settings.redis(0)), time.time),
    )
    server.extensions["hiitpi"] = services
    server.register_blueprint(login_routes(device_cookies, services.login_limiter))
    server.register_blueprint(streams(services))
    server.register_blueprint(programs.files(services))
    server.register_blueprint(account.files(services))
    server.before_request(_strangers_log_in)
    server.after_request(_unknown_is_404)
    server.register_error_handler(RecordsError, lambda error: plain(error, 503))
    server.register_error_handler(Exception, broken)
    server.add_url_rule("/healthz", view_func=partial(healthz, services), endpoint="healthz")
    check_callbacks(server)
    for old, page in MOVED.items():
        server.add_url_rule(old, old, partial(_moved, page))
    _pages(server, services)
    return server


def _configure(server: Flask, settings: Settings, device_cookies: DeviceCookies) -> None:
    key, *older = device_cookies.secrets()
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
        PERMANENT_SESSION_LIFETIME=LOGIN_LIFETIME,
        CACHE_TYPE="RedisCache",
        CACHE_REDIS_URL=settings.redis(2),
        CACHE_KEY_PREFIX="hiitpi:cache:",
        CACHE_DEFAULT_TIMEOUT=CACHE_TIMEOUT_S,
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
    install_session_fallback(server)
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
    register_page("hiitpi.not_found_404", path="/404", title="HIIT PI", layout=not_found.layout)
    app.layout = lambda: html.Div([header(services), banner(), page_container], className="app")
    header_callbacks(app, services)
    set_script_policy(server, app)


def _moved(page: str) -> Any:
    """Lead an address of an earlier version to the page's new one, with its parameters."""
    query = request.query_string.decode()
    return redirect(f"{page}?{query}" if query else page, 308)


def _strangers_log_in() -> Any:
    """Whoever opens somebody's page as nobody is asked first."""
    if request.path in (history.PATH, programs.PATH, account.PATH) and current_player() is None:
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
