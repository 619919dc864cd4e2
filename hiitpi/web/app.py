"""Creates the web app: Dash pages on Flask, with browser sessions and cache in Redis."""

import re
import time
from contextlib import suppress
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
from hiitpi.access.rate_limit import ApiRateLimiter, LoginRateLimiter
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.errors import RecordsError
from hiitpi.integrations.backup_targets import backup_target
from hiitpi.integrations.heart_rate_monitor import HeartRateMonitor
from hiitpi.integrations.nightly_backup import NightlyBackup
from hiitpi.integrations.webhook_sender import WebhookSender, sender_name
from hiitpi.live.redis_client import connect
from hiitpi.records.replays import ReplayFolder
from hiitpi.records.sessions import Store
from hiitpi.settings import Settings
from hiitpi.web import exports
from hiitpi.web.api.routes import api_routes
from hiitpi.web.asset_urls import ASSETS, cache_assets, figure_urls, icons, scripts, styles
from hiitpi.web.callback_payload import check_callbacks
from hiitpi.web.club.head_to_head import MatchCoordinator
from hiitpi.web.club.stations import Stations
from hiitpi.web.club.wall import Wall
from hiitpi.web.components.error_pages import (
    banner,
    database_unavailable,
    error_text,
    handle_exception,
    show_error,
)
from hiitpi.web.components.ghost import ghost_routes
from hiitpi.web.components.header import header, header_callbacks
from hiitpi.web.components.replay import replay_callbacks, replay_routes
from hiitpi.web.components.teacher import recording_routes
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
    webhooks,
    workouts,
)
from hiitpi.web.security.guard import guard, set_script_policy
from hiitpi.web.security.https import trust_routes
from hiitpi.web.security.login_code import login_routes
from hiitpi.web.security.player_session import current_player
from hiitpi.web.security.session_fallback import install_session_fallback
from hiitpi.web.services import Services

PAGES = (
    login,
    train,
    programs,
    leaderboard,
    history,
    session,
    account,
    status,
    wall,
    head_to_head,
    webhooks,
    workouts,
)

#: Pages that need a player; other devices are redirected to the login page.
PLAYER_PATHS = (history.PATH, programs.PATH, account.PATH, webhooks.PATH, workouts.PATH)

#: Paths that need no workouts, and are asked for often.
WITHOUT_WORKOUTS = ("/assets/", "/live", "/videostream", "/wall/", "/healthz", "/_dash-component")


#: Page paths of earlier versions, which people may have bookmarked, and their replacements.
MOVED_PATHS = {"/data": account.PATH, "/versus": head_to_head.PATH}

#: How long a player stays logged in on a device.
LOGIN_LIFETIME = timedelta(days=90)

#: Maximum number of concurrent live data streams.
MAX_LIVE_STREAMS = 40

#: Seconds after which cached query results expire, at the latest.
CACHE_TIMEOUT_S = 60


def create_app(settings: Settings) -> Flask:
    """Create the Flask app with all pages and routes.

    Raises:
        HiitPiError: a setting or a workout is invalid.
    """
    server = Flask("hiitpi")
    code = HouseCode(settings.instance, settings.house_code)
    device_cookies = DeviceCookies(settings.instance, code, time.time, time.monotonic)
    guard(server, settings, device_cookies)
    _configure(server, settings, device_cookies)
    stations = Stations(settings, time.monotonic)
    store = Store(settings.database, settings.zone)
    services = Services(
        settings=settings,
        library=WorkoutLibrary(settings.workouts_dir),
        store=store,
        stations=stations,
        wall=Wall(stations),
        matches=MatchCoordinator(stations, time.time),
        live_streams=ConnectionLimit(MAX_LIVE_STREAMS),
        video_streams=ConnectionLimit(settings.max_viewers),
        cache=Cache(server),
        device_cookies=device_cookies,
        login_limiter=LoginRateLimiter(connect(settings.redis(0)), time.time),
        nightly_backup=_nightly_backup(settings),
        webhook_sender=WebhookSender(
            store.webhooks,
            sender_name(settings),
            settings.webhook_local,
            time.time,
            time.sleep,
            store.challenges.settle,
        ),
        heart_rate=_heart_rate(settings, stations, store),
        figures=figure_urls(ASSETS),
        replays=ReplayFolder(settings.instance, settings.replay_days, time.time),
    )
    server.extensions["hiitpi"] = services
    server.register_blueprint(login_routes(device_cookies, services.login_limiter))
    server.register_blueprint(trust_routes(settings))
    server.register_blueprint(streams(services))
    server.register_blueprint(programs.files(services))
    server.register_blueprint(workouts.files(services))
    server.register_blueprint(recording_routes(services))
    server.register_blueprint(exports.routes(services))
    server.register_blueprint(replay_routes(services))
    server.register_blueprint(ghost_routes(services))
    server.register_blueprint(
        api_routes(services, ApiRateLimiter(connect(settings.redis(0)), time.time))
    )
    server.before_request(partial(_read_workouts, services))
    server.before_request(_require_player)
    server.after_request(_set_not_found_status)
    server.register_error_handler(RecordsError, lambda error: error_text(error, 503))
    server.register_error_handler(Exception, handle_exception)
    server.add_url_rule("/healthz", view_func=partial(healthz, services), endpoint="healthz")
    check_callbacks(server)
    for old, new in MOVED_PATHS.items():
        server.add_url_rule(old, old, partial(_redirect_moved, new))
    _create_dash(server, services)
    return server


def _nightly_backup(settings: Settings) -> NightlyBackup | None:
    if settings.backup_to is None:
        return None
    target = backup_target(settings.backup_to)
    backup = NightlyBackup(settings, target, time.time, time.sleep)
    backup.loop.start()
    return backup


def _heart_rate(settings: Settings, stations: Stations, store: Store) -> HeartRateMonitor | None:
    if stations.own is None:
        return None
    highest = store.bodies.highest_heart_rate
    return HeartRateMonitor(settings.instance, stations.own.bus, highest, time.monotonic)


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
        SESSION_COOKIE_SECURE=settings.scheme == "https",
        PERMANENT_SESSION_LIFETIME=LOGIN_LIFETIME,
        CACHE_TYPE="RedisCache",
        CACHE_REDIS_URL=settings.redis(2),
        CACHE_KEY_PREFIX="hiitpi:cache:",
        CACHE_DEFAULT_TIMEOUT=CACHE_TIMEOUT_S,
        # Only what a browser loads completely: compression would delay the parts of streams.
        COMPRESS_MIMETYPES=[
            "text/html",
            "text/css",
            "text/javascript",
            "application/javascript",
            "application/json",
            "image/svg+xml",
        ],
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=5,
        COMPRESS_STREAMS=True,
    )
    ServerSession(server)
    install_session_fallback(server)
    Compress(server)


def _create_dash(server: Flask, services: Services) -> None:
    app = Dash(
        "hiitpi",
        server=server,  # type: ignore[arg-type]
        use_pages=True,
        pages_folder="",
        assets_folder=str(ASSETS),
        assets_ignore=".*",  # the page template links them with a hash, see `asset_urls`
        serve_locally=True,
        title="HIIT PI",
        update_title="",
        suppress_callback_exceptions=True,
        on_error=show_error,
    )
    app.index_string = (
        INDEX.replace("{icons}", icons(ASSETS))
        .replace("{styles}", styles(ASSETS))
        .replace("{app_scripts}", scripts(ASSETS))
    )
    cache_assets(server, ASSETS)
    for page in PAGES:
        register_page(
            f"hiitpi.{page.PATH}",
            path=page.PATH,
            path_template=getattr(page, "TEMPLATE", None),
            title=f"{page.TITLE} · HIIT PI",
            name=page.TITLE,
            layout=_page_layout(page, services),
        )
        page.callbacks(app, services)
    register_page("hiitpi.not_found_404", path="/404", title="HIIT PI", layout=not_found.layout)
    app.layout = lambda: html.Div([header(services), banner(), page_container], className="app")
    header_callbacks(app, services)
    replay_callbacks(app)
    set_script_policy(server, app)


def _redirect_moved(path: str) -> Any:
    """Redirect from an earlier version's path to the current one, keeping the query string."""
    query = request.query_string.decode()
    return redirect(f"{path}?{query}" if query else path, 308)


def _read_workouts(services: Services) -> None:
    """Read the taught workouts again if they have changed: another process may have kept one."""
    if not request.path.startswith(WITHOUT_WORKOUTS):
        with suppress(RecordsError):  # the page itself says that the database is unavailable
            services.store.taught_workouts.refresh(services.library.set_taught)


def _require_player() -> Any:
    """Redirect a device without a player from a player's own pages to the login page."""
    if request.path in PLAYER_PATHS and current_player() is None:
        return redirect(login.PATH)
    return None


def _set_not_found_status(response: Any) -> Any:
    """Set status 404 for unknown paths: Dash serves its single document with 200 for any path."""
    is_document = response.status_code == 200 and request.endpoint in ("/", "/<path:path>")
    if is_document and not any(_matches_page(page, request.path) for page in PAGES):
        response.status_code = 404
    return response


def _matches_page(page: Any, path: str) -> bool:
    """Return whether a path is that of a page, or matches the page's path template."""
    template = getattr(page, "TEMPLATE", None)
    if template is None:
        return bool(path == page.PATH)
    return re.fullmatch(re.sub("<[^>]+>", "[^/]+", template), path) is not None


def _page_layout(page: Any, services: Services) -> Any:
    """Return a layout function for Dash that passes the page only the parameters it `TAKES`."""

    def layout(**parameters: Any) -> Any:
        try:
            accepted = {n: str(parameters.get(n) or "") for n in getattr(page, "TAKES", ())}
            return page.layout(services, **accepted)
        except RecordsError as error:
            return database_unavailable(error)

    return layout


INDEX = """<!doctype html>
<html lang="en">
<head>
{%metas%}
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="dark">
<meta name="theme-color" content="#0f1115">
<title>{%title%}</title>
{icons}
{%css%}
{styles}
</head>
<body>
{%app_entry%}
<footer>{app_scripts}{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>
"""
