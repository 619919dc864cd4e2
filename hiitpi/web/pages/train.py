"""The training page: video, scoreboard, live graphs, and the buttons that control a session."""

import json
from typing import Any

import redis
import segno
from dash import ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update

from hiitpi.coach.messages import Command
from hiitpi.errors import ProgramError
from hiitpi.system.app_urls import url_for_other_devices
from hiitpi.web.club.stations import LIVE_SERVER_AWAY, STATION_OFFLINE
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.components.live_graphs import graphs
from hiitpi.web.components.login_required import NOT_LOGGED_IN
from hiitpi.web.components.program_picker import picker, picker_callbacks
from hiitpi.web.components.program_selection import selected_program
from hiitpi.web.components.scoreboard import scoreboard, takeover_box
from hiitpi.web.components.session_actions import discard_question, session_callbacks
from hiitpi.web.components.suggestion import suggestion_callbacks
from hiitpi.web.security.player_session import current_device, current_player
from hiitpi.web.services import Services

PATH, TITLE = "/train", "Train"
TAKES = ("station",)

PRIVACY_NOTICE = (
    "Video is shown, never stored. Only numbers are kept: joints, repetitions, times, form."
)
SYNTHETIC_NOTICE = "No camera: this is a synthetic athlete"
MUTED_NOTICE = "Tap here to hear this device"
DARK_NOTICE = (
    "The screen of this device may go dark while you train. Set its screen timeout to ten minutes "
    "or more, or open HIIT PI over https."
)
UNKNOWN_STATION = "This station no longer exists. The Wall page shows all stations."

#: Buttons of the scoreboard, and the commands they send.
COMMANDS: dict[str, Any] = {
    "go": "go",
    "pause": "pause",
    "resume": "resume",
    "done": "done",
    "cancel": "discard",
    "claim": "claim",
    "keep": "keep",
    "hand-over": "hand_over",
}


def layout(services: Services, station: str = "") -> html.Main:
    """Return the page of a station; a device without a player can watch.

    Args:
        services: the services of the app.
        station: name of the station; "" for the one of this machine.
    """
    player, selected = current_player(), services.stations.get(station)
    if selected is None:
        return _station_list(services, station)
    return html.Main(
        [
            html.H1(f"Station “{selected.name}”", className="hidden"),
            html.Section(
                [
                    html.Img(id="video", alt="Live video with the detected skeleton"),
                    html.Div(id="outline", **attributes(aria_hidden="true")),
                    html.Img(id="figure", alt="", hidden=True),
                    html.P(SYNTHETIC_NOTICE, id="drawn", hidden=True),
                    html.P(selected.name, className="place") if services.stations.several else None,
                    html.P(
                        [html.I(className="lamp"), html.Span("", id="watching")],
                        id="privacy",
                        title=PRIVACY_NOTICE,
                    ),
                    html.Div(id="notice", role="status"),
                    html.Div(id="cue", role="status"),
                    html.Button(MUTED_NOTICE, id="muted", className="button", hidden=True),
                    html.Button("Cover the lens", id="cover", className="button cover", n_clicks=0),
                    html.Button(
                        "Full screen",
                        id="full",
                        className="button full",
                        **attributes(data_full="toggle"),
                    ),
                ],
                className="stage",
                **attributes(aria_label="Video"),
            ),
            html.Section(
                [
                    html.P(DARK_NOTICE, id="dark", className="quiet promise", hidden=True),
                    picker(services, player) if player else _spectator_panel(services),
                    html.P(PRIVACY_NOTICE, className="quiet promise"),
                    scoreboard(),
                    _finished_panel(),
                ],
                className="side",
                **attributes(aria_label="Scoreboard"),
            ),
            graphs(),
            takeover_box(),
            discard_question(),
            dcc.Store(id="station", data=selected.name),
            dcc.Store(id="session-id"),
            dcc.Store(id="finished-id"),
        ],
        id="train",
        className="train",
        **attributes(
            data_phase="loading",
            data_player=player or "",
            data_device=current_device(),
            data_station=selected.name,
            data_figures=json.dumps(services.figures),
        ),
    )


def _station_list(services: Services, station: str) -> html.Main:
    """Return links to all stations: `station` is unknown, or "" on a machine without a camera."""
    links = [
        dcc.Link(name, href=f"{PATH}?station={name}", className="button large")
        for name in services.stations.names()
    ]
    return html.Main(
        [
            html.H1(f"There is no station “{station}”" if station else "Choose a station"),
            html.Div(links, className="names")
            if links
            else html.P(
                "No station has reported yet. Start one, then reload this page.", className="quiet"
            ),
        ],
        className="page narrow",
    )


def _spectator_panel(services: Services) -> html.Div:
    url = url_for_other_devices(services.settings)
    return html.Div(
        [
            html.H2("You are watching"),
            html.P("You will see the next session here.", className="quiet"),
            dcc.Link("Log in to train", href="/", className="button primary large"),
            html.Div(
                [
                    html.P(["On your phone: ", html.B(url.partition("//")[2])]),
                    html.Img(src=segno.make(url, error="l").svg_data_uri(scale=8), alt=""),
                ],
                className="from-far",
            )
            if url
            else None,
        ],
        className="panel picker",
    )


def _finished_panel() -> html.Div:
    return html.Div(
        [
            html.Div(id="summary"),
            html.P("", id="summary-trouble", className="trouble", role="alert"),
            html.Div(
                [
                    html.Button("Again", id="again", className="button large", n_clicks=0),
                    dcc.Link("Leaderboard", href="/leaderboard", className="button"),
                    dcc.Link("History", href="/history", className="button"),
                ],
                className="row",
            ),
        ],
        className="panel finished",
    )


def callbacks(app: Dash, services: Services) -> None:
    """Register the callbacks: start, commands, summary. `assets/train.js` shows the live data."""
    session_callbacks(app, services)
    picker_callbacks(app)
    suggestion_callbacks(app, services)
    for name, prop in (("train", "id"), ("again", "n_clicks")):
        app.clientside_callback(
            ClientsideFunction("hiitpi", name), Output(name, "title"), Input(name, prop)
        )
    app.clientside_callback(
        ClientsideFunction("hiitpi", "mode"),
        Output("picker", "className"),
        Input("mode", "value"),
        Input("goal", "value"),
    )

    @app.callback(
        Output("start-trouble", "children"),
        Input("start", "n_clicks"),
        State("mode", "value"),
        State("workout", "value"),
        State("goal", "value"),
        State("amount", "value"),
        State("program", "value"),
        State("strictness", "value"),
        State("station", "data"),
        prevent_initial_call=True,
    )
    def start(clicks: int, *values: Any) -> Any:
        *choice, station = values
        player = current_player()
        if not clicks:
            return no_update
        if player is None:
            return NOT_LOGGED_IN
        try:
            program = selected_program(services, *choice)
        except ProgramError as error:
            return str(error)
        device = current_device()
        command = Command("start", player=player, program=program, device=device)
        return _send(services, station, command)

    @app.callback(
        Output("command-trouble", "children"),
        *(Input(name, "n_clicks") for name in COMMANDS),
        State("session-id", "data"),
        State("station", "data"),
        prevent_initial_call=True,
    )
    def command(*values: Any) -> Any:
        (*_, session, station), name = values, ctx.triggered_id
        if not session or name not in COMMANDS or not ctx.triggered[0]["value"]:
            return no_update
        player = current_player()
        if name == "claim" and player is None:
            return "Please choose your name on the first page first."
        return _send(
            services,
            station,
            Command(COMMANDS[name], player or "", session=session, device=current_device()),
        )

    @app.callback(
        Output("command-trouble", "children", allow_duplicate=True),
        Input("cover", "n_clicks"),
        State("station", "data"),
        prevent_initial_call=True,
    )
    def cover(clicks: int, station: Any) -> Any:
        """Toggle the lens cover; for privacy every trusted device may, even without a player."""
        selected = services.stations.get(str(station or ""))
        if not clicks or selected is None:
            return no_update
        try:
            status = selected.bus.status() or {}
        except redis.RedisError:
            return LIVE_SERVER_AWAY
        covered = status.get("state") == "covered"
        return _send(services, station, Command("uncover" if covered else "cover"))


def _send(services: Services, station: Any, command: Command) -> str:
    """Send a command to the station with a name; return an error message, "" if it was sent."""
    selected = services.stations.get(str(station or ""))
    if selected is None:
        return UNKNOWN_STATION
    try:
        if not selected.bus.is_online():
            return STATION_OFFLINE
        selected.bus.command(command)
    except redis.RedisError:
        return LIVE_SERVER_AWAY
    return ""
