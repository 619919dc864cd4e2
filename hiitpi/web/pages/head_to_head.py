"""Head-to-head: the same program at several stations, a simultaneous start, live bars, a winner."""

from typing import Any, Final

import redis
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update

from hiitpi.coach.messages import SessionRecord
from hiitpi.errors import ProgramError, RecordsError
from hiitpi.web.club.head_to_head import Competitor, Match, Standing, standings
from hiitpi.web.club.stations import LIVE_SERVER_AWAY
from hiitpi.web.components.header import dot
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.components.program_picker import GOALS, program_fields
from hiitpi.web.components.program_selection import describe, selected_program
from hiitpi.web.security.player_session import current_device
from hiitpi.web.services import Services

PATH, TITLE = "/head-to-head", "Head-to-head"
TAKES = ("match",)

#: Polling interval of the results.
REFRESH_MS: Final = 1500

NOBODY: Final = "–"

#: Buttons of a match: id, text, and the command they send to all its sessions.
COMMANDS: Final[dict[str, tuple[str, Any]]] = {
    "match-go": ("Start without waiting", "go"),
    "match-off": ("Cancel", "discard"),
    "match-end": ("End for everyone", "done"),
}

WRONG_DEVICE: Final = "Only the device that started it can do that."

#: Goals that have an end, so that there can be a winner.
GOALS_WITH_END: Final = {name: text for name, text in GOALS.items() if name != "free"}


def layout(services: Services, match: str = "") -> html.Main:
    """Return the page of the match with the id `match`, or the page for starting one."""
    try:
        current = services.matches.find(match) if match else None
    except redis.RedisError:
        return _page([html.H1(TITLE), html.P(LIVE_SERVER_AWAY, className="trouble")])
    if current is None:
        return _setup_page(services, unknown=bool(match))
    services.matches.watch(current)
    return _match_page(services, current)


def _page(children: list[Any]) -> html.Main:
    return html.Main(children, className="page versus", id="versus")


def _setup_page(services: Services, unknown: bool) -> html.Main:
    """Return the page for choosing players and program; `unknown`: a match was not found."""
    online = [name for name, state in services.wall.states().items() if state["here"]]
    if len(online) < 2:
        text = "A head-to-head needs two connected stations. The wall shows their names."
        return _page([html.H1(TITLE), html.P(text, className="quiet")])
    return _page(
        [
            html.H1(TITLE),
            html.P("This head-to-head is over or does not exist.", className="quiet")
            if unknown
            else None,
            html.P("The same program, the same start, and one winner.", className="quiet"),
            None
            if services.store.players.all()
            else html.P(
                ["Each competitor needs a name first: ", dcc.Link("add one", href="/"), "."],
                className="quiet",
            ),
            html.Div([_side(services, name) for name in online], className="sides"),
            html.Div(
                program_fields(
                    services,
                    GOALS_WITH_END,
                    persistence="versus",
                    strictness=("strict", "standard"),
                ),
                id="picker",
                className="panel picker",
            ),
            html.Button("Get ready", id="begin", className="button primary large", n_clicks=0),
            html.P("", id="begin-trouble", className="trouble", role="alert"),
            dcc.Location(id="to-match", refresh="callback-nav"),
        ]
    )


def _side(services: Services, name: str) -> html.Label:
    """Return the choice of the player who competes at a station."""
    players = [player.name for player in services.store.players.all()]
    return html.Label(
        [
            html.Span(name),
            dcc.Dropdown(
                id={"type": "side", "station": name},
                options=[NOBODY, *players],
                value=NOBODY,
                clearable=False,
            ),
        ]
    )


def _match_page(services: Services, match: Match) -> html.Main:
    """Return the page of a match, with a lane for each competitor."""
    colours = {player.name: player.colour for player in services.store.players.all()}
    return _page(
        [
            html.H1(TITLE),
            html.P(describe(match.program, services.library), className="quiet"),
            html.Div(_result(services, match), id="result", role="status"),
            html.Ol(
                [_lane(side, colours.get(side.player, "#9aa3af")) for side in match.sides],
                className="lanes",
            ),
            html.Div(
                [
                    html.Button(text, id=name, className="button large", n_clicks=0)
                    for name, (text, _) in COMMANDS.items()
                ],
                className="row",
                id="match-commands",
            ),
            html.P("", id="match-trouble", className="trouble", role="alert"),
            dcc.Link("New head-to-head", href=PATH, className="button", id="match-again"),
            dcc.Store(id="match", data=match.id),
            dcc.Interval(id="match-tick", interval=REFRESH_MS),
        ]
    )


def _lane(side: Competitor, colour: str) -> html.Li:
    return html.Li(
        [
            html.P([dot(colour), html.B(side.player), html.Small(side.station)]),
            html.Div(html.I(style={"background": colour}), className="bar"),
            html.B("0", className="count"),
            html.Span("", className="quiet state"),
        ],
        className="lane",
        **attributes(data_station=side.station),
    )


def _result(services: Services, match: Match) -> Any:
    """Return the results so far for the script, and the verdict when all sessions have ended."""
    try:
        records = services.store.match(match.id)
        states = services.wall.states()
    except RecordsError as error:
        return html.P(str(error), className="trouble")
    pending = [side.station for side in match.sides if _is_pending(match, side, states, records)]
    results = standings(match, records)
    if services.matches.is_new(match) and not (pending or results):
        return None  # its stations have not created their sessions yet
    return [
        html.Div([_result_data(result) for result in results], hidden=True),
        _result_text(results, pending, states),
    ]


def _result_data(result: Standing) -> html.Span:
    """Return a result as data attributes, which `assets/wall.js` reads."""
    data = {
        "station": result.side.station,
        "reps": str(result.reps),
        "seconds": f"{result.seconds:.1f}",
    }
    return html.Span(**attributes(**{f"data_{name}": value for name, value in data.items()}))


def _result_text(
    results: list[Standing], pending: list[str], states: dict[str, Any]
) -> html.P | None:
    if not pending and not results:
        return html.P("Cancelled before anyone started.", className="quiet")
    if pending:
        offline = [name for name in pending if not states.get(name, {}).get("here")]
        text = f"Waiting for the result of “{offline[0]}”, which is offline" if offline else ""
        return html.P(text, className="quiet") if results or offline else None
    return html.P(verdict(results), className="winner")


def _is_pending(
    match: Match, side: Competitor, states: dict[str, Any], records: list[SessionRecord]
) -> bool:
    """Return whether a competitor may still get a result."""
    record = next((record for record in records if record.station == side.station), None)
    if record is not None and record.status != "active":
        return False
    state = states.get(side.station) or {}
    session = state.get("session") or {}
    return record is not None or not state.get("here") or session.get("match") == match.id


def verdict(results: list[Standing]) -> str:
    """Return the final result as text.

    Args:
        results: from `standings`, at least one.
    """
    winners = [result for result in results if result.place == 1]
    if len(winners) > 1:
        *names, last = [result.side.player for result in winners]
        return f"A draw: {', '.join(names)} and {last}, {winners[0].reps} each"
    best, others = results[0], results[1:]
    if others and others[0].reps == best.reps:
        return f"{best.side.player} wins: {best.reps} in {best.seconds:.1f} s"
    rest = f" to {others[0].reps}" if others else ""
    return f"{best.side.player} wins: {best.reps}{rest}"


def callbacks(app: Dash, services: Services) -> None:
    """Register the callbacks: start, commands, result. `assets/wall.js` draws the bars."""
    app.clientside_callback(
        ClientsideFunction("hiitpi", "versus"), Output("versus", "title"), Input("versus", "id")
    )

    @app.callback(
        Output("to-match", "href"),
        Output("begin-trouble", "children"),
        Input("begin", "n_clicks"),
        State({"type": "side", "station": ALL}, "value"),
        State({"type": "side", "station": ALL}, "id"),
        State("mode", "value"),
        State("workout", "value"),
        State("goal", "value"),
        State("amount", "value"),
        State("program", "value"),
        State("strictness", "value"),
        prevent_initial_call=True,
    )
    def begin(clicks: int, players: list[Any], ids: list[Any], *choice: Any) -> Any:
        if not clicks:
            return no_update, no_update
        choices = zip(ids, players, strict=False)
        sides = [
            Competitor(field["station"], player)
            for field, player in choices
            if isinstance(player, str) and player != NOBODY
        ]
        try:
            program = selected_program(services, *choice)
            match = services.matches.begin(program, sides, current_device())
        except ProgramError as error:
            return no_update, str(error)
        except redis.RedisError:
            return no_update, LIVE_SERVER_AWAY
        return f"{PATH}?match={match.id}", ""

    @app.callback(
        Output("begin-trouble", "children", allow_duplicate=True),
        Input({"type": "side", "station": ALL}, "value"),
        prevent_initial_call=True,
    )
    def clear_error(_: list[Any]) -> str:
        return ""

    @app.callback(
        Output("match-trouble", "children"),
        *(Input(name, "n_clicks") for name in COMMANDS),
        State("match", "data"),
        prevent_initial_call=True,
    )
    def command(*values: Any) -> Any:
        if not any(values[:-1]):
            return no_update
        try:
            match = services.matches.find(str(values[-1]))
            if match and match.device != current_device():
                return WRONG_DEVICE
            if match:
                services.matches.command(match, COMMANDS[str(ctx.triggered_id)][1])
        except redis.RedisError:
            return LIVE_SERVER_AWAY
        return ""

    @app.callback(
        Output("result", "children"),
        Input("match-tick", "n_intervals"),
        State("match", "data"),
        prevent_initial_call=True,
    )
    def refresh(_: int, match_id: Any) -> Any:
        try:
            match = services.matches.find(str(match_id))
        except redis.RedisError:
            return no_update
        return _result(services, match) if match else no_update
