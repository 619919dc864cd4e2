"""The wall: the state of every station on one screen."""

from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.services import Services

PATH, TITLE = "/wall", "Wall"


def layout(services: Services) -> html.Main:
    """Return the page; `assets/wall.js` adds a tile for each station."""
    return html.Main(
        [
            html.H1(TITLE, className="hidden"),
            html.P("", id="wall-notice", className="trouble banner", role="status"),
            html.Ul(id="wall", className="wall", **attributes(aria_label="Stations")),
            html.Div(
                [
                    dcc.Link("Head-to-head", href="/head-to-head", className="button"),
                    html.Button(
                        "Full screen", className="button", **attributes(data_full="toggle")
                    ),
                ],
                className="row wall-row",
            ),
        ],
        id="wall-page",
        className="wall-page",
    )


def callbacks(app: Dash, services: Services) -> None:
    """Register the callback that starts `assets/wall.js` on the page."""
    app.clientside_callback(
        ClientsideFunction("hiitpi", "wall"),
        Output("wall-page", "title"),
        Input("wall-page", "id"),
    )
