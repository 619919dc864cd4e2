"""What a page that is somebody's shows to nobody."""

from dash import dcc, html


def stranger() -> html.Main:
    """The way to the login."""
    return html.Main(
        [
            html.H1("Who is training?"),
            html.P("Log in to see this page.", className="quiet"),
            dcc.Link("Choose your name", href="/", className="button primary large"),
        ],
        className="page narrow stranger",
    )
