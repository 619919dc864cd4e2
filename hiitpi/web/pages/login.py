"""Who is training?"""

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from hiitpi.errors import RecordsError
from hiitpi.records.player_names import COLOURS, MAX_NAME_CHARS, clean_name, next_colour
from hiitpi.records.players import Player
from hiitpi.web.components.header import dot
from hiitpi.web.security.player_session import log_in
from hiitpi.web.services import Services

PATH, TITLE = "/", "Who is training?"

#: Names shown as buttons; a house has few people, a club types.
MAX_NAMES = 48


def layout(services: Services) -> html.Main:
    """Everybody who trains here, and a form for somebody new.

    While the database is away one types a name: training goes on without it.
    """
    known: list[Player] = []
    trouble = ""
    try:
        known = services.store.players.all()
    except RecordsError as error:
        trouble = f"{error} Type your name: your sessions are kept and saved later."
    return html.Main(
        [
            html.H1(TITLE),
            html.Div([_known(player) for player in known[:MAX_NAMES]], className="names")
            if known
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
                                        value=next_colour(p.colour for p in known),
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
                open=not known,
            ),
            html.P(trouble, id="name-trouble", className="trouble", role="alert"),
            dcc.Link("Only watch", href="/train", className="quiet"),
            dcc.Location(id="after-login", refresh="callback-nav"),
        ],
        className="page narrow login",
    )


def _known(player: Player) -> html.Button:
    return html.Button(
        [dot(player.colour), html.Span(player.name)],
        id={"type": "known", "name": player.name},
        className="button name",
        n_clicks=0,
    )


def _swatch(colour: str, text: str) -> dict[str, Any]:
    return {"value": colour, "label": [dot(colour), html.Span(text, className="hidden")]}


def callbacks(app: Dash, services: Services) -> None:
    """Logging in."""

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
        clicks: int, submits: int, known: list[int], typed: str | None, colour: str | None
    ) -> Any:
        try:
            if isinstance(ctx.triggered_id, dict):
                if not any(known):
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
