"""The bar at the top."""

from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from hiitpi.web.auth import current_player
from hiitpi.web.parts.attributes import attributes

LINKS = (("/train", "Train"), ("/leaderboard", "Leaderboard"), ("/history", "History"))


def header() -> html.Header:
    """Brand, links, and who is logged in."""
    return html.Header(
        [
            html.A(
                [html.Span("HIIT", className="brand-a"), "PI"], href="/train", className="brand"
            ),
            html.Nav(
                [dcc.Link(text, href=path) for path, text in LINKS],
                **attributes(aria_label="Pages"),
            ),
            dcc.Link("", href="/", id="who", className="who", title="Somebody else"),
        ],
        className="top",
    )


def header_callbacks(app: Dash) -> None:
    """The name of who is logged in, and the mark on the page that is open."""
    app.clientside_callback(
        ClientsideFunction("hiitpi", "here"),
        Output("who", "title"),
        Input("_pages_location", "pathname"),
    )

    @app.callback(Output("who", "children"), Input("_pages_location", "pathname"))
    def who(path: str | None) -> str:
        return current_player() or ""
