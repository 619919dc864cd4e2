"""The first page: choose a player, or create one."""

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from hiitpi.errors import RecordsError
from hiitpi.records.player_names import COLOURS, MAX_NAME_CHARS, clean_name, next_colour
from hiitpi.records.players import Player
from hiitpi.web.components.header import dot
from hiitpi.web.security.player_session import log_in
from hiitpi.web.services import Services

PATH, TITLE = "/", "Who is training?"

#: Maximum number of players shown as buttons: enough for a household; in a large club the others
#: type their names.
MAX_NAMES = 48


def layout(services: Services) -> html.Main:
    """Return the page with a button for each player, and a form for a new one.

    While the database is unavailable, players type their names: training works without it.
    """
    players: list[Player] = []
    error_message = ""
    try:
        players = services.store.players.all()
    except RecordsError as error:
        error_message = f"{error} Type your name: your sessions are kept and saved later."
    return html.Main(
        [
            html.H1(TITLE),
            html.Div([_player_button(player) for player in players[:MAX_NAMES]], className="names")
            if players
            else None,
            html.Details(
                [
                    html.Summary("New here?", className="button"),
                    html.Div(
                        [
                            html.Label(
                                [
                                    html.Span("Your name"),
                                    dcc.Input(
                                        id="name",
                                        type="text",
                                        maxLength=MAX_NAME_CHARS,
                                        autoComplete="nickname",
                                        n_submit=0,
                                    ),
                                ]
                            ),
                            html.Fieldset(
                                [
                                    html.Legend("Your colour"),
                                    dcc.RadioItems(
                                        id="colour",
                                        options=[_swatch(c, text) for c, text in COLOURS.items()],
                                        value=next_colour(p.colour for p in players),
                                        className="swatches",
                                    ),
                                ]
                            ),
                            html.Button(
                                "Let’s go", id="enter", className="button primary large", n_clicks=0
                            ),
                        ],
                        className="new-name",
                    ),
                ],
                open=not players,
            ),
            html.P(error_message, id="name-trouble", className="trouble", role="alert"),
            dcc.Link("Just watch", href="/train", className="quiet"),
            dcc.Location(id="after-login", refresh="callback-nav"),
        ],
        className="page narrow login",
    )


def _player_button(player: Player) -> html.Button:
    return html.Button(
        [dot(player.colour), html.Span(player.name)],
        id={"type": "known", "name": player.name},
        className="button name",
        n_clicks=0,
    )


def _swatch(colour: str, text: str) -> dict[str, Any]:
    return {"value": colour, "label": [dot(colour), html.Span(text, className="hidden")]}


def callbacks(app: Dash, services: Services) -> None:
    """Register the callback that logs a player in."""

    @app.callback(
        Output("after-login", "href"),
        Output("name-trouble", "children"),
        Input("enter", "n_clicks"),
        Input("name", "n_submit"),
        Input({"type": "known", "name": ALL}, "n_clicks"),
        State("name", "value"),
        State("colour", "value"),
        prevent_initial_call=True,
    )
    def enter(
        clicks: int, submits: int, name_clicks: list[int], typed: str | None, colour: str | None
    ) -> Any:
        try:
            if isinstance(ctx.triggered_id, dict):
                if not any(name_clicks):
                    return no_update, no_update
                player = services.store.players.get_or_create_player(str(ctx.triggered_id["name"]))
            else:
                player = services.store.players.create_player(typed or "", colour or "")
            name = player.name
        except ValueError as error:
            return no_update, str(error)
        except RecordsError:
            try:
                name = clean_name(typed or "")
            except ValueError as error:
                return no_update, str(error)
        log_in(name)
        services.stations.save()
        return "/train", ""
