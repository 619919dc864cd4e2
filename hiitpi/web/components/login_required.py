"""The content of a player's page on a device without a player."""

from dash import dcc, html


def login_required() -> html.Main:
    """Return a page that links to the login page."""
    return html.Main(
        [
            html.H1("Who is training?"),
            html.P("Log in to see this page.", className="quiet"),
            dcc.Link("Choose your name", href="/", className="button primary large"),
        ],
        className="page narrow stranger",
    )
