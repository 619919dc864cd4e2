"""Head-to-head: the same program at several stations, the same start, live bars, a winner."""

from typing import Any, Final

import redis
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update

from hiitpi.coach.messages import SessionRecord
from hiitpi.errors import ProgramError, RecordsError
from hiitpi.web.club.head_to_head import Competitor, Match, Standing, standings
from hiitpi.web.components.header import dot
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.components.program_picker import GOALS, describe, program_fields, selected_program
from hiitpi.web.pages.train import LIVE_SERVER_AWAY
from hiitpi.web.security.player_session import current_device
from hiitpi.web.services import Services

PATH, TITLE = "/head-to-head", "Head-to-head"
TAKES = ("match",)

#: Milliseconds between looks at the results.
REFRESH_MS: Final = 1500

NOBODY: Final = "–"

#: Buttons of a match, and what they ask of all its sessions.
COMMANDS: Final[dict[str, tuple[str, Any]]] = {
    "match-go": ("Start without waiting", "go"),
    "match-off": ("Cancel", "discard"),
    "match-end": ("End it for all", "done"),
}

NOT_YOURS: Final = "Only the device that started it can do that."

#: Goals with an end, so that there is a winner.
ENDING: Final = {name: text for name, text in GOALS.items() if name != "free"}


def layout(services: Services, match: str = "") -> html.Main:
    """Who, where and what; or the match of that id."""
    try:
        found = services.matches.find(match) if match else None
    except redis.RedisError:
        return _page([html.H1(TITLE), html.P(LIVE_SERVER_AWAY, className="trouble")])
    if found is None:
        return _setting_up(services, bool(match))
    services.matches.watch(found)
    return _lanes(services, found)


def _page(children: list[Any]) -> html.Main:
    return html.Main(children, className="page versus", id="versus")


def _setting_up(services: Services, unknown: bool) -> html.Main:
    places = [name for name, one in services.wall.states().items() if one["here"]]
    if len(places) < 2:
        says = "A head-to-head needs two connected stations. The wall shows their names."
        return _page([html.H1(TITLE), html.P(says, className="quiet")])
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
                ["Everyone who competes needs a name first: ", dcc.Link("say it", href="/")],
                className="quiet",
            ),
            html.Div([_side(services, name) for name in places], className="sides"),
            html.Div(
                program_fields(services, ENDING, "versus"), id="picker", className="panel picker"
            ),
            html.Button("Get ready", id="begin", className="button primary large", n_clicks=0),
            html.P("", id="begin-trouble", className="trouble", role="alert"),
            dcc.Location(id="to-match", refresh="callback-nav"),
        ]
    )


def _side(services: Services, name: str) -> html.Label:
    """A station, and who competes there."""
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


def _lanes(services: Services, match: Match) -> html.Main:
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
            dcc.Link("Another one", href=PATH, className="button", id="match-again"),
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
    """The results that are there, and in words who has won when all are."""
    try:
        records = services.store.match(match.id)
        seen = services.wall.states()
    except RecordsError as error:
        return html.P(str(error), className="trouble")
    open_at = [side.station for side in match.sides if _is_open(match, side, seen, records)]
    found = standings(match, records)
    if services.matches.is_new(match) and not (open_at or found):
        return None  # its stations have not heard of it yet
    return [html.Div([_entry(one) for one in found], hidden=True), _words(found, open_at, seen)]


def _entry(one: Standing) -> html.Span:
    """A result as the lanes' script reads it."""
    about = {"station": one.side.station, "reps": str(one.reps), "seconds": f"{one.seconds:.1f}"}
    return html.Span(**attributes(**{f"data_{name}": value for name, value in about.items()}))


def _words(found: list[Standing], open_at: list[str], seen: dict[str, Any]) -> html.P | None:
    if not open_at and not found:
        return html.P("Cancelled before anyone started.", className="quiet")
    if open_at:
        away = [name for name in open_at if not seen.get(name, {}).get("here")]
        says = f"Waiting for what “{away[0]}” sends when it is connected again" if away else ""
        return html.P(says, className="quiet") if found or away else None
    return html.P(verdict(found), className="winner")


def _is_open(
    match: Match, side: Competitor, seen: dict[str, Any], records: list[SessionRecord]
) -> bool:
    """Whether a side may still have a result."""
    record = next((one for one in records if one.station == side.station), None)
    if record is not None and record.status != "active":
        return False
    at = seen.get(side.station) or {}
    session = at.get("session") or {}
    return record is not None or not at.get("here") or session.get("match") == match.id


def verdict(found: list[Standing]) -> str:
    """The result in words."""
    first = [one for one in found if one.place == 1]
    if len(first) > 1:
        *names, last = [one.side.player for one in first]
        return f"A draw: {', '.join(names)} and {last}, {first[0].reps} each"
    best, others = found[0], found[1:]
    if others and others[0].reps == best.reps:
        return f"{best.side.player} wins: {best.reps} in {best.seconds:.1f} s"
    rest = f" to {others[0].reps}" if others else ""
    return f"{best.side.player} wins: {best.reps}{rest}"


def callbacks(app: Dash, services: Services) -> None:
    """Beginning, calling off, and the result; the bars are `assets/wall.js`'s."""
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
        prevent_initial_call=True,
    )
    def begin(clicks: int, players: list[Any], ids: list[Any], *choice: Any) -> Any:
        if not clicks:
            return no_update, no_update
        both = zip(ids, players, strict=False)
        sides = [Competitor(i["station"], p) for i, p in both if isinstance(p, str) and p != NOBODY]
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
    def chosen_anew(_: list[Any]) -> str:
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
            found = services.matches.find(str(values[-1]))
            if found and found.device != current_device():
                return NOT_YOURS
            if found:
                services.matches.command(found, COMMANDS[str(ctx.triggered_id)][1])
        except redis.RedisError:
            return LIVE_SERVER_AWAY
        return ""

    @app.callback(
        Output("result", "children"),
        Input("match-tick", "n_intervals"),
        State("match", "data"),
        prevent_initial_call=True,
    )
    def look(_: int, match: Any) -> Any:
        try:
            found = services.matches.find(str(match))
        except redis.RedisError:
            return no_update
        return _result(services, found) if found else no_update
