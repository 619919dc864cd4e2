"""How everything is: camera, engine, speed, viewers; and what to do about what is red."""

from typing import Any, Final

import redis
from dash import Dash, Input, Output, State, dcc, html

from hiitpi.errors import RecordsError
from hiitpi.system.host import HOT_CELSIUS, temperature
from hiitpi.web.club.stations import Station
from hiitpi.web.components.session_titles import plural
from hiitpi.web.health import unhealthy_loops
from hiitpi.web.services import Services

PATH, TITLE = "/status", "Status"
TAKES = ("station",)

Finding = tuple[str, bool | None, str]

#: Milliseconds between two looks.
REFRESH_MS: Final = 2000

#: Below this part of the camera's rate something is too slow.
SLOW_PART: Final = 0.8

#: A camera that is off on purpose, by the trainer's word for it.
IDLE: Final = {
    "off": "asleep: nobody is training or watching",
    "covered": "the lens is covered; open it on the Train page",
}

#: What to do, by what is red.
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
    "background": "A background thread failed and is being retried. The reason is in "
    "instance/logs; if this persists, restart the app and report the log.",
    "live server": "Redis restarts automatically. If it does not, see instance/logs/redis.log.",
    "database": "You can still train: sessions are kept in instance/unsaved and saved later. The "
    "row says what to do.",
    "house code": "Remove HIITPI_HOUSE_CODE=off to create one (python -m hiitpi code).",
    "viewers": "HIITPI_MAX_VIEWERS limits how many videos are shown.",
}


def layout(services: Services, station: str = "") -> html.Main:
    """The page; it looks again every two seconds."""
    return html.Main(
        [
            html.H1(f"{TITLE} of “{station}”" if station else TITLE),
            html.Div(_rows(services, station), id="status"),
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
    """The page looks again."""

    @app.callback(
        Output("status", "children"),
        Input("status-tick", "n_intervals"),
        State("status-station", "data"),
        prevent_initial_call=True,
    )
    def look(_: int, station: Any) -> Any:
        return _rows(services, str(station or ""))


def _rows(services: Services, name: str) -> html.Table:
    found = findings(services, services.stations.get(name))
    return html.Table(html.Tbody([_row(*finding) for finding in found]))


def findings(services: Services, station: Station | None) -> list[Finding]:
    """(what, whether it is good, what it says); None: neither good nor bad."""
    try:
        seen = [("live server", True, "answers"), *_trainer(services, station)]
    except redis.RedisError:
        return [("live server", False, "away; trying again")]
    return [
        *seen,
        ("viewers", not services.video_streams.full,
         f"{services.video_streams.active} of {services.video_streams.limit}"),
        *_loops(services),
        *_club(services),
        _records(services),
        _code(services),
        *_temperature(),
    ]  # fmt: skip


def _trainer(services: Services, station: Station | None) -> list[Finding]:
    """How the camera and the engine of a station are."""
    if station is None:
        return [("camera", None, "none: this machine only shows other stations")]
    station.live.start()
    if station is not services.stations.own and not station.bus.is_online():
        return [("station", False, f"“{station.name}” is not connected")]
    status = station.bus.status()
    figures, settings = station.live.stats(), services.settings
    status = status or {"camera": "none yet", "model": "none yet", "trouble": "not started"}
    trouble = status["trouble"]
    camera = status["camera"] + (" (no camera)" if status.get("drawn") else "")
    idle = IDLE.get(status.get("state", ""))
    # A page that has just begun to read has no figures yet: that is no trouble.
    calm = bool(idle) or (not trouble and figures.rate == 0 and station.live.warming_up)
    enough = SLOW_PART * min(settings.camera_fps, figures.camera_rate or settings.camera_fps)
    return [
        ("camera", None if idle else not trouble, idle or trouble or camera),
        ("engine", None if calm else figures.rate > 0, status["model"]),
        (
            "frames/s",
            None if calm else figures.rate >= enough,
            "none while the camera sleeps" if idle else f"{figures.rate:.1f} analysed",
        ),
        ("inference", None, f"{figures.inference_ms:.0f} ms"),
        ("dropped frames", None, f"{figures.dropped:.0%} in the last 10 s"),
    ]


def _loops(services: Services) -> list[Finding]:
    """The background threads of this machine's processes."""
    ill = unhealthy_loops(services)
    if not ill:
        return [("background", True, "all threads work")]
    return [
        (
            "background",
            False,
            f"{one['process']}, {one['name']}: {one['error']} (for {one['for_s']} s)",
        )
        for one in ill
    ]


def _club(services: Services) -> list[Finding]:
    """The way to the other stations."""
    stations = services.stations
    if stations.club is None:
        return []
    trouble = stations.club_error()
    return [("club", not trouble, trouble or f"connected; {len(stations.names())} stations")]


def _records(services: Services) -> Finding:
    waiting = len(list((services.settings.instance / "unsaved").glob("*.json")))
    kept = f"{plural(waiting, 'session')} waiting to be saved" if waiting else "can be written"
    aside = len(list((services.settings.instance / "unsaved").glob("*.bad")))
    if aside:
        kept += f"; {plural(aside, 'session')} could not be stored and was put aside as *.bad"
    try:
        services.store.check()
    except RecordsError as error:
        return "database", False, f"{error} {kept if waiting else ''}".strip()
    return "database", not waiting and not aside, kept


def _code(services: Services) -> Finding:
    if services.device_cookies.code.value is None:
        return "house code", False, "off: everybody on the network sees the video"
    guesses = services.login_limiter.recent()
    return "house code", True, f"asked for; {plural(guesses, 'guess', 'guesses')} lately"


def _temperature() -> list[Finding]:
    degrees = temperature()
    if degrees is None:
        return [("temperature", None, "not available on this machine")]
    return [("temperature", degrees < HOT_CELSIUS, f"{degrees:.0f} °C")]


def _row(name: str, good: bool | None, says: str) -> html.Tr:
    mark = {True: "✓", False: "✗", None: "·"}[good]
    words = {True: "good", False: "trouble", None: ""}[good]
    more = html.A("What to do", href=f"#{_anchor(name)}") if good is False else None
    return html.Tr(
        [
            html.Td([html.Span(mark), html.Span(words, className="hidden")]),
            html.Th(name, scope="row"),
            html.Td(says),
            html.Td(more),
        ],
        className=words,
    )


def _anchor(name: str) -> str:
    return "help-" + name.replace("/", "-").replace(" ", "-")
