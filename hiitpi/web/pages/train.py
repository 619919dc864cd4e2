"""The training floor: video, counter, live graphs, start and done."""

from typing import Any

import redis
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update

from hiitpi.coach.messages import Command, SessionRecord
from hiitpi.web.auth import current_player
from hiitpi.web.parts import charts
from hiitpi.web.parts.attributes import attributes
from hiitpi.web.parts.stranger import stranger
from hiitpi.web.services import Services

PATH, TITLE = "/train", "Train"

DRAWN = "No camera: this is a drawn athlete"
AWAY = "The live server is away; try again in a moment."


def layout(services: Services) -> Any:
    """The page; without a player, the way to the login."""
    player = current_player()
    if player is None:
        return stranger()
    workouts = list(services.library)
    return html.Main(
        [
            html.Section(
                [
                    html.Img(id="video", alt="Live video with the skeleton that was found"),
                    html.P(DRAWN, id="drawn", hidden=True),
                    html.Div(id="notice", role="status"),
                    html.Div(id="cue", role="status"),
                ],
                className="stage",
            ),
            html.Section([_picker(player, workouts), _board(), _summary()], className="side"),
            html.Section(
                [
                    dcc.Graph(id="graph", figure=_figure(), config=charts.CONFIG, responsive=True),
                ],
                className="graphs",
                **attributes(aria_label="Live graphs"),
            ),
            dcc.Store(id="session-id"),
            dcc.Store(id="finished-id"),
        ],
        id="train",
        className="train",
        **attributes(data_phase="loading", data_player=player),
    )


def _picker(player: str, workouts: list[Any]) -> html.Div:
    return html.Div(
        [
            html.H1(f"Ready, {player}?"),
            dcc.RadioItems(
                id="workout",
                options=[{"label": w.name, "value": w.slug} for w in workouts],
                value=workouts[0].slug if workouts else None,
                className="workouts",
                persistence=True,
                persistence_type="local",
            ),
            html.Button("Start", id="start", className="button primary large", n_clicks=0),
            html.P("", id="start-trouble", className="trouble", role="alert"),
        ],
        className="panel picker",
    )


def _board() -> html.Div:
    return html.Div(
        [
            html.P(
                [html.Span("Work", id="phase"), html.Span("0:00", id="clock")], className="phase"
            ),
            html.P("0", id="reps", className="reps", **attributes(aria_live="polite")),
            html.P("", id="workout-name", className="workout-name"),
            html.Dl(
                [
                    html.Div([html.Dt("pace /30 s"), html.Dd("–", id="pace")]),
                    html.Div([html.Dt("form"), html.Dd("–", id="score")]),
                    html.Div([html.Dt("sway"), html.Dd("–", id="sway")]),
                    html.Div([html.Dt("did not count"), html.Dd("0", id="attempts")]),
                ],
                className="facts",
            ),
            html.Div(id="bars", className="bars", **attributes(aria_hidden="true")),
            html.P("", id="who-trains", className="quiet"),
            html.Button("Done", id="done", className="button large", n_clicks=0),
            html.P("", id="done-trouble", className="trouble", role="alert"),
        ],
        className="panel board",
    )


def _summary() -> html.Div:
    return html.Div(
        [
            html.Div(id="summary"),
            html.Button("Again", id="again", className="button primary large", n_clicks=0),
            html.Div(
                [
                    dcc.Link("Leaderboard", href="/leaderboard", className="button"),
                    dcc.Link("History", href="/history", className="button"),
                ],
                className="row",
            ),
        ],
        className="panel finished",
    )


def _figure() -> dict[str, Any]:
    """Three live graphs side by side; the browser extends their traces."""
    graphs: tuple[tuple[str, str, Any, str, dict[str, Any]], ...] = (
        ("signal", "signal", (0.0, 0.6), charts.SERIES[0], {}),
        ("inference_ms", "inference ms", (0.67, 0.81), charts.SERIES[1], {"rangemode": "tozero"}),
        ("confidence", "confidence", (0.86, 1.0), charts.SERIES[3], {"range": [0, 1.05]}),
    )
    data: list[dict[str, Any]] = []
    axes: dict[str, Any] = {}
    small = {"size": 12, "color": charts.MUTED}
    common = {"zeroline": False, "fixedrange": True, "tickfont": small}
    for i, (name, title, domain, colour, more) in enumerate(graphs):
        n = str(i + 1) if i else ""
        line = {"color": colour, "width": 2}
        data.append(_trace(f"x{n}", f"y{n}", name=name, mode="lines", line=line))
        axes[f"yaxis{n}"] = {
            **common,
            **more,
            "anchor": f"x{n}",
            "title": {"text": title, "font": small, "standoff": 8},
            "gridcolor": charts.LINE,
            "nticks": 4,
        }
        axes[f"xaxis{n}"] = {
            **common,
            "domain": domain,
            "anchor": f"y{n}",
            "showgrid": False,
            "ticksuffix": " s",
            "nticks": 3 if i else 8,
        }
    dot = {"color": charts.TEXT, "size": 9}
    data.append(_trace("x", "y", name="repetition", mode="markers", marker=dot))
    margin = {"l": 60, "r": 12, "t": 8, "b": 28}
    return {"data": data, "layout": charts.layout(showlegend=False, margin=margin, **axes)}


def _trace(x: str, y: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": [],
        "y": [],
        "xaxis": x,
        "yaxis": y,
        "hoverinfo": "skip",
        **more,
    }


def callbacks(app: Dash, services: Services) -> None:
    """Start and Done; everything that moves is in assets/live.js."""
    app.clientside_callback(
        ClientsideFunction("hiitpi", "train"), Output("train", "title"), Input("train", "id")
    )
    app.clientside_callback(
        ClientsideFunction("hiitpi", "again"), Output("again", "title"), Input("again", "n_clicks")
    )

    @app.callback(
        Output("start-trouble", "children"),
        Input("start", "n_clicks"),
        State("workout", "value"),
        prevent_initial_call=True,
    )
    def start(clicks: int, workout: str | None) -> Any:
        player = current_player()
        if not clicks:
            return no_update
        if player is None:
            return "This device is not logged in any more. Open the first page and say who you are."
        if workout is None or workout not in services.library:
            return "Please choose a workout."
        return _ask(services, Command("start", player=player, workout=workout))

    @app.callback(
        Output("done-trouble", "children"),
        Input("done", "n_clicks"),
        State("session-id", "data"),
        prevent_initial_call=True,
    )
    def done(clicks: int, session: str | None) -> Any:
        if not clicks or not session:
            return no_update
        return _ask(services, Command("done", session=session))

    @app.callback(Output("summary", "children"), Input("finished-id", "data"))
    def summary(session: str | None) -> Any:
        record = services.store.session(session) if session else None
        return None if record is None else _told(services, record)


def _ask(services: Services, command: Command) -> str:
    try:
        services.bus.command(command)
    except redis.RedisError:
        return AWAY
    return ""


def _told(services: Services, record: SessionRecord) -> list[Any]:
    minutes, seconds = divmod(round((record.ended or record.started) - record.started), 60)
    facts = [
        ("time", f"{minutes}:{seconds:02d}"),
        ("pace /30 s", f"{record.pace:g}"),
        ("form", "–" if record.score is None else f"{record.score:.0f}"),
        ("sway", "–" if record.sway is None else f"{record.sway:.0f}°"),
        ("did not count", str(record.attempts)),
    ]
    return [
        html.P("Saved", className="phase"),
        html.P(str(record.reps), className="reps"),
        html.P(services.library.counted(record.workout), className="workout-name"),
        html.Dl([html.Div([html.Dt(k), html.Dd(v)]) for k, v in facts], className="facts"),
    ]
