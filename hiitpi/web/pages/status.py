"""How everything is: camera, engine, speed, viewers; and what to do about what is red."""

from typing import Any, Final

import redis
from dash import Dash, Input, Output, dcc, html

from hiitpi.errors import RecordsError
from hiitpi.machine import HOT, temperature
from hiitpi.web.services import Services

PATH, TITLE = "/status", "Status"

#: Milliseconds between two looks.
PERIOD: Final = 2000

#: Below this part of the camera's rate something is too slow.
SLOW: Final = 0.8

#: A camera that is off on purpose, by the trainer's word for it.
IDLE: Final = {
    "off": "asleep: nobody trains, and nobody looks on",
    "covered": "its lens is covered; the training floor has the button that opens it",
}

#: What to do, by what is red.
HELP: Final = {
    "camera": "Check the camera’s cable and that no other program has it. It is tried again by "
    "itself every few seconds. Then: python -m hiitpi doctor",
    "engine": "No frame was analysed lately. Look at the camera first; then at the logs in "
    "instance/logs/trainer.log, and: python -m hiitpi doctor",
    "frames/s": "The machine cannot keep up: choose a faster model (HIITPI_MODEL=movenet), plug "
    "in an Edge TPU, or ask the camera for less (HIITPI_CAMERA_FPS=15).",
    "temperature": "The processor slows down when it is hot: give it a heat sink or a fan.",
    "live server": "Redis starts again by itself. If not: instance/logs/redis.log",
    "record book": "Training goes on; sessions are kept in instance/unsaved and stored as soon as "
    "that is possible. The row says what to do.",
    "house code": "Take HIITPI_HOUSE_CODE=off away, and one is made (python -m hiitpi code).",
    "viewers": "No more videos are shown than HIITPI_MAX_VIEWERS says.",
}


def layout(services: Services) -> html.Main:
    """The page; it looks again every two seconds."""
    services.live.start()
    return html.Main(
        [
            html.H1(TITLE),
            html.Div(_rows(services), id="status"),
            dcc.Interval(id="status-tick", interval=PERIOD),
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
        prevent_initial_call=True,
    )
    def look(_: int) -> Any:
        return _rows(services)


def _rows(services: Services) -> html.Table:
    return html.Table(
        html.Tbody([_row(name, good, says) for name, good, says in findings(services)])
    )


def findings(services: Services) -> list[tuple[str, bool | None, str]]:
    """(what, whether it is good, what it says); None: neither good nor bad."""
    try:
        status = services.bus.status()
    except redis.RedisError:
        return [("live server", False, "away; trying again")]
    figures, settings = services.live.figures(), services.settings
    status = status or {"camera": "none yet", "model": "none yet", "trouble": "not started"}
    trouble = status["trouble"]
    camera = status["camera"] + (" (a drawing, no camera)" if status.get("drawn") else "")
    idle = IDLE.get(status.get("state", ""))
    enough = SLOW * min(settings.camera_fps, figures.camera_rate or settings.camera_fps)
    return [
        ("live server", True, "answers"),
        ("camera", None if idle else not trouble, idle or trouble or camera),
        ("engine", None if idle else figures.rate > 0, status["model"]),
        (
            "frames/s",
            None if idle else figures.rate >= enough,
            f"{figures.rate:.1f} analysed",
        ),
        ("inference", None, f"{figures.inference_ms:.0f} ms"),
        ("dropped frames", None, f"{figures.dropped:.0%} in the last 10 s"),
        (
            "viewers",
            services.video.viewers < settings.max_viewers,
            f"{services.video.viewers} of {settings.max_viewers}",
        ),
        _records(services),
        _code(services),
        *_temperature(),
    ]


def _records(services: Services) -> tuple[str, bool | None, str]:
    waiting = len(list((services.settings.instance / "unsaved").glob("*.json")))
    kept = f"{waiting} sessions wait to be stored" if waiting else "can be written"
    try:
        services.store.check()
    except RecordsError as error:
        return "record book", False, f"{error} {kept if waiting else ''}".strip()
    return "record book", not waiting, kept


def _code(services: Services) -> tuple[str, bool | None, str]:
    if services.trust.code.value is None:
        return "house code", False, "off: everybody on the network sees the video"
    wrong = services.guesses.wrong_in_all
    return "house code", True, f"{wrong} wrong codes since the start" if wrong else "asked for"


def _temperature() -> list[tuple[str, bool | None, str]]:
    degrees = temperature()
    if degrees is None:
        return [("temperature", None, "this machine does not tell")]
    return [("temperature", degrees < HOT, f"{degrees:.0f} °C")]


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
