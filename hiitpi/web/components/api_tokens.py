"""The part of “Your data” that makes and revokes tokens of the API."""

from typing import Any, Final

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from hiitpi.errors import RecordsError
from hiitpi.records.api_tokens import MAX_NAME_CHARS, ApiToken
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.security.player_session import current_player
from hiitpi.web.services import Services

#: What a token may do, by scope.
SCOPE_TEXTS: Final = {
    "read": "Read",
    "control": "Read, and start and end sessions",
}


def token_section(services: Services) -> html.Section:
    """Return the section."""
    return html.Section(
        [
            html.H2("Access for scripts"),
            html.P(
                "A token lets a script of this house use the API: players, sessions, what happens "
                "now, and figures for Prometheus.",
                className="quiet",
            ),
            html.Div(
                [
                    html.Label(
                        [
                            html.Span("What it is for"),
                            dcc.Input(id="t-name", type="text", maxLength=MAX_NAME_CHARS),
                        ]
                    ),
                    html.Button("Make a token", id="t-add", className="button", n_clicks=0),
                ],
                className="row start fill",
            ),
            dcc.RadioItems(
                id="t-scope",
                options=[{"value": scope, "label": text} for scope, text in SCOPE_TEXTS.items()],
                value="read",
            ),
            html.P("", id="t-says", className="says", role="status"),
            html.Div(_tokens(services), id="t-list"),
        ],
        className="tokens",
    )


def token_callbacks(app: Dash, services: Services) -> None:
    """Register the callback that makes and revokes tokens."""

    @app.callback(
        Output("t-says", "children"),
        Output("t-list", "children"),
        Output("t-name", "value"),
        Input("t-add", "n_clicks"),
        Input("t-name", "n_submit"),
        Input({"type": "t-revoke", "id": ALL}, "n_clicks"),
        State("t-name", "value"),
        State("t-scope", "value"),
        prevent_initial_call=True,
    )
    def change(
        added: int, submitted: int, revoked: list[int], name: str | None, scope: str | None
    ) -> Any:
        if current_player() is None or not ctx.triggered[0]["value"]:
            return no_update, no_update, no_update
        tokens = services.store.api_tokens
        if not isinstance(ctx.triggered_id, str):
            tokens.revoke(int(ctx.triggered_id["id"]))
            return "Revoked", _tokens(services), no_update
        try:
            secret = tokens.add(str(name or ""), str(scope or ""))
        except RecordsError as error:
            return str(error), no_update, no_update
        shown = ["The token, which is only shown now: ", html.Code(secret, className="secret")]
        return shown, _tokens(services), ""


def _tokens(services: Services) -> html.Ul | None:
    zone = services.store.zone

    def about(token: ApiToken) -> str:
        used = token.last_used.astimezone(zone) if token.last_used else None
        when = f"last used {used:%-d %b %Y}" if used else "never used"
        made = token.created.astimezone(zone)
        return f"{SCOPE_TEXTS[token.scope]}; made {made:%-d %b %Y}, {when}"

    items = [
        html.Li(
            [
                html.Span([html.B(token.name), html.Br(), about(token)]),
                html.Button(
                    "Revoke",
                    id={"type": "t-revoke", "id": token.id},
                    className="button",
                    n_clicks=0,
                    **attributes(aria_label=f"Revoke {token.name}"),
                ),
            ]
        )
        for token in services.store.api_tokens.all()
    ]
    return html.Ul(items, className="gone") if items else None
