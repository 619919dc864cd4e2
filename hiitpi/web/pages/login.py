"""Who is training?"""

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from hiitpi.records.players import LONGEST
from hiitpi.web.auth import log_in
from hiitpi.web.services import Services

PATH, TITLE = "/", "Who is training?"

#: Names shown as buttons; a house has few people, a club types.
SHOWN = 24


def layout(services: Services) -> html.Main:
    """Names of those who have trained here, and a field for a new one."""
    known = services.store.players()[:SHOWN]
    buttons = [
        html.Button(name, id={"type": "known", "name": name}, className="button name")
        for name in known
    ]
    return html.Main(
        [
            html.H1(TITLE),
            html.Div(buttons, className="names") if buttons else None,
            html.Div(
                [
                    html.Label("New here? Your name" if known else "Your name", htmlFor="name"),
                    dcc.Input(
                        id="name",
                        type="text",
                        maxLength=LONGEST,
                        autoComplete="nickname",
                        autoFocus=not known,
                        n_submit=0,
                    ),
                    html.Button("Let’s go", id="enter", className="button primary", n_clicks=0),
                ],
                className="new-name",
            ),
            html.P("", id="name-trouble", className="trouble", role="alert"),
            dcc.Location(id="after-login", refresh="callback-nav"),
        ],
        className="page narrow login",
    )


def callbacks(app: Dash, services: Services) -> None:
    """Logging in."""

    @app.callback(
        Output("after-login", "href"),
        Output("name-trouble", "children"),
        Input("enter", "n_clicks"),
        Input("name", "n_submit"),
        Input({"type": "known", "name": ALL}, "n_clicks"),
        State("name", "value"),
        prevent_initial_call=True,
    )
    def enter(clicks: int, submits: int, known: list[int], typed: str | None) -> Any:
        if isinstance(ctx.triggered_id, dict):
            if not any(known):
                return no_update, no_update
            name = str(ctx.triggered_id["name"])
        else:
            name = typed or ""
        try:
            log_in(name)
        except ValueError as error:
            return no_update, str(error)
        services.bus.save()
        return "/train", ""
