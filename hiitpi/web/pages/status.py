"""The status page: camera, engine, speed, viewers and more, and how to fix what is wrong."""

from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import redis
from dash import Dash, Input, Output, State, dcc, html

from hiitpi.errors import RecordsError
from hiitpi.integrations.heart_rate_monitor import StrapStatus
from hiitpi.system.host import HOT_CELSIUS, temperature
from hiitpi.system.urls import without_password
from hiitpi.web.club.stations import Station
from hiitpi.web.components.session_titles import plural
from hiitpi.web.components.strap_pairing import describe, pairing_callbacks, pairing_section
from hiitpi.web.health import unhealthy_loops, unsaved_sessions
from hiitpi.web.security.https import TRUST_PATH
from hiitpi.web.services import Services

PATH, TITLE = "/status", "Status"
TAKES = ("station",)

#: Name of what was checked; whether it is good (None: neither good nor bad); description.
Finding = tuple[str, bool | None, str]

#: Polling interval.
REFRESH_MS: Final = 2000

#: Fraction of the camera's frame rate below which the analysis is too slow.
MIN_RATE_RATIO: Final = 0.8

#: Descriptions of a camera that is off intentionally, by the state in the pipeline's status.
IDLE: Final = {
    "off": "asleep: nobody is training or watching",
    "covered": "the lens is covered; open it on the Train page",
}

#: What to do, by name of a finding that is not good.
HELP: Final = {
    "camera": "Check the camera’s cable, and that no other program uses it. HIIT PI retries "
    "every few seconds. Then: python -m hiitpi doctor",
    "engine": "No frames were analysed recently. Check the camera first, then the logs in "
    "instance/logs/pipeline.log, and: python -m hiitpi doctor",
    "frames/s": "This machine cannot keep up: choose a faster model (HIITPI_MODEL=movenet), add "
    "an Edge TPU, or lower the frame rate (HIITPI_CAMERA_FPS=15).",
    "temperature": "The processor slows down when it is hot: add a heat sink or a fan.",
    "station": "It is switched off or its network is down. It keeps working alone; the wall says "
    "for how long it has been offline.",
    "club": "This station works alone and sends its sessions when the connection is back. "
    "Check the network, HIITPI_REDIS_URL, and that every station has its own HIITPI_STATION.",
    "MQTT": "HIIT PI tries again by itself. Check that the broker runs, HIITPI_MQTT_URL and, for "
    "mqtts, HIITPI_MQTT_CA.",
    "heart rate": "Put the strap on with moist electrodes, and close apps and watches that are "
    "connected to it. docs/heart-rate.md says what else to check.",
    "background": "A background thread failed and is being retried. The reason is in "
    "instance/logs; if this persists, restart the app and report the log.",
    "live server": "Redis restarts automatically. If it does not, see instance/logs/redis.log.",
    "database": "You can still train: sessions are kept in instance/unsaved and saved later. The "
    "row says what to do.",
    "backup": "It is tried again every hour. Check HIITPI_BACKUP_TO and what the row says; "
    "docs/records.md describes the targets.",
    "webhooks": "Messages are sent again for a day. Check the address and its receiver; the page "
    "Webhooks shows every message and sends a test.",
    "house code": "Remove HIITPI_HOUSE_CODE=off to create one (python -m hiitpi code).",
    "viewers": "HIITPI_MAX_VIEWERS limits how many videos are shown.",
}


def layout(services: Services, station: str = "") -> html.Main:
    """Return the page; it refreshes every two seconds."""
    return html.Main(
        [
            html.H1(f"{TITLE} of “{station}”" if station else TITLE),
            html.Div(_table(services, station), id="status"),
            html.Div(
                [
                    dcc.Link("Webhooks", href="/webhooks", className="button"),
                    html.A("Trust this house", href=TRUST_PATH, className="button")
                    if services.settings.tls == "auto"
                    else None,
                ],
                className="row start",
            ),
            None if station else pairing_section(services),
            dcc.Store(id="status-station", data=station),
            dcc.Interval(id="status-tick", interval=REFRESH_MS),
            html.H2("What to do"),
            html.Dl(
                [
                    html.Div([html.Dt(name), html.Dd(text)], id=_anchor(name))
                    for name, text in HELP.items()
                ],
                className="help",
            ),
        ],
        className="page status",
    )


def callbacks(app: Dash, services: Services) -> None:
    """Register the callbacks that refresh the page and choose the heart rate strap."""
    pairing_callbacks(app, services)

    @app.callback(
        Output("status", "children"),
        Input("status-tick", "n_intervals"),
        State("status-station", "data"),
        prevent_initial_call=True,
    )
    def refresh(_: int, station: Any) -> Any:
        return _table(services, str(station or ""))


def _table(services: Services, station: str) -> html.Table:
    rows = [_row(*finding) for finding in findings(services, services.stations.get(station))]
    return html.Table(html.Tbody(rows))


def findings(services: Services, station: Station | None) -> list[Finding]:
    """Check the app and a station.

    Args:
        services: the services of the app.
        station: the station to check; None for a machine without a camera.

    Returns:
        The findings; only that Redis is unreachable, if so.
    """
    try:
        live_findings = [("live server", True, "connected"), *_pipeline(services, station)]
    except redis.RedisError:
        return [("live server", False, "not available; trying again")]
    return [
        *live_findings,
        ("viewers", not services.video_streams.full,
         f"{services.video_streams.active} of {services.video_streams.limit}"),
        *_loops(services),
        *_club(services),
        *_mqtt(services),
        *_heart_rate(services),
        _database(services),
        *_backup(services),
        *_webhooks(services),
        _house_code(services),
        *_temperature(),
    ]  # fmt: skip


def _pipeline(services: Services, station: Station | None) -> list[Finding]:
    """Check the camera and the pose engine of a station."""
    if station is None:
        return [("camera", None, "none: this machine only shows other stations")]
    station.live.start()
    if station is not services.stations.own and not station.bus.is_online():
        return [("station", False, f"“{station.name}” is not connected")]
    status = station.bus.status()
    stats, settings = station.live.stats(), services.settings
    status = status or {"camera": "none yet", "model": "none yet", "trouble": "not started"}
    error = status["trouble"]
    camera = status["camera"] + (" (no camera)" if status.get("drawn") else "")
    idle = IDLE.get(status.get("state", ""))
    # Without statistics, because reading has only just started, nothing is known to be wrong.
    neutral = bool(idle) or (not error and stats.rate == 0 and station.live.warming_up)
    min_rate = MIN_RATE_RATIO * min(settings.camera_fps, stats.camera_rate or settings.camera_fps)
    return [
        ("camera", None if idle else not error, idle or error or camera),
        ("engine", None if neutral else stats.rate > 0, _engine(status)),
        (
            "frames/s",
            None if neutral else stats.rate >= min_rate,
            "none while the camera is off" if idle else f"{stats.rate:.1f} analysed",
        ),
        ("inference", None, f"{stats.inference_ms:.0f} ms"),
        ("dropped frames", None, f"{stats.dropped:.0%} in the last 10 s"),
    ]


def _engine(status: dict[str, Any]) -> str:
    """Describe the pose engine, and how fast it is if that is why it was chosen."""
    fps = status.get("fps")
    chosen = f", chosen automatically (up to {fps:.0f} frames/s)" if fps else ""
    return f"{status['model']}{chosen}"


def _loops(services: Services) -> list[Finding]:
    """Check the background threads of this machine's processes."""
    unhealthy = unhealthy_loops(services)
    if not unhealthy:
        return [("background", True, "all threads are running")]
    return [
        (
            "background",
            False,
            f"{loop['process']}, {loop['name']}: {loop['error']} (for {loop['for_s']} s)",
        )
        for loop in unhealthy
    ]


def _club(services: Services) -> list[Finding]:
    """Check the connection to the club."""
    stations = services.stations
    if stations.club is None:
        return []
    error = stations.club_error()
    return [("club", not error, error or f"connected; {plural(len(stations.names()), 'station')}")]


def _mqtt(services: Services) -> list[Finding]:
    """Check the connection to the MQTT broker."""
    url = services.settings.mqtt_url
    if url is None or services.stations.own is None:
        return []
    error = services.stations.mqtt_error()
    if error is None:
        return [("MQTT", False, "its process does not report; see instance/logs/mqtt.log")]
    return [("MQTT", not error, error or f"connected to {without_password(url)}")]


def _heart_rate(services: Services) -> list[Finding]:
    """Check the connection to the heart rate strap, if there is one."""
    status = services.heart_rate.status if services.heart_rate else StrapStatus()
    if status.strap is None:
        return []
    return [
        (
            "heart rate",
            True if status.connected else False if status.trouble else None,
            f"{status.strap.name}: {describe(status)}",
        )
    ]


def _database(services: Services) -> Finding:
    """Check the database, and count the sessions that wait to be saved or were set aside."""
    waiting, rejected = unsaved_sessions(services)
    text = f"{plural(waiting, 'session')} waiting to be saved" if waiting else "writable"
    if rejected:
        text += f"; {plural(rejected, 'session')} could not be saved, see *.bad"
    try:
        services.store.check()
    except RecordsError as error:
        return "database", False, f"{error} {text if waiting else ''}".strip()
    return "database", not waiting and not rejected, text


def _backup(services: Services) -> list[Finding]:
    """Check the nightly backups."""
    backup = services.nightly_backup
    if backup is None:
        return [("backup", None, "none every night (HIITPI_BACKUP_TO)")]
    state = backup.state
    if not state.made_at:
        return [
            ("backup", False if state.error else None, state.error or "the first is being made")
        ]
    made = datetime.fromtimestamp(state.made_at, UTC).astimezone(services.settings.zone)
    newest = f"{made:%d %b %H:%M}, {plural(state.sessions, 'session')}, in {backup.target.title}"
    good = not state.error and not backup.is_too_old()
    return [("backup", good, f"{state.error} The newest: {newest}" if state.error else newest)]


def _webhooks(services: Services) -> list[Finding]:
    """Check what became of the newest message to each webhook."""
    try:
        webhooks = services.store.webhooks.all()
        newest = services.store.webhooks.newest_attempts()
    except RecordsError:  # the row of the database says so
        return []
    if not webhooks:
        return []
    failing = [
        # Only the host: the rest of an address is often a secret.
        f"{urlsplit(delivery.webhook.url).hostname}: {delivery.result}"
        for delivery in newest
        if not delivery.accepted
    ]
    text = "; ".join(failing) or f"{plural(len(webhooks), 'address', 'addresses')}"
    return [("webhooks", not failing, text)]


def _house_code(services: Services) -> Finding:
    if services.device_cookies.code.value is None:
        return "house code", False, "off: everyone on the network can see the video"
    attempts = services.login_limiter.recent()
    return "house code", True, f"required; {plural(attempts, 'recent attempt')}"


def _temperature() -> list[Finding]:
    degrees = temperature()
    if degrees is None:
        return [("temperature", None, "not available on this machine")]
    return [("temperature", degrees < HOT_CELSIUS, f"{degrees:.0f} °C")]


def _row(name: str, good: bool | None, text: str) -> html.Tr:
    mark = {True: "✓", False: "✗", None: "·"}[good]
    label = {True: "good", False: "problem", None: ""}[good]
    help_link = html.A("What to do", href=f"#{_anchor(name)}") if good is False else None
    return html.Tr(
        [
            html.Td([html.Span(mark), html.Span(label, className="hidden")]),
            html.Th(name, scope="row"),
            html.Td(text),
            html.Td(help_link),
        ],
        className={True: "good", False: "trouble", None: ""}[good],
    )


def _anchor(name: str) -> str:
    return "help-" + name.replace("/", "-").replace(" ", "-")
