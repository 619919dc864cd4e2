"""The content of a player's page on a device without a player."""

from typing import Final

from dash import dcc, html

#: Answer to an action on a page that is still open after the device was logged out.
NOT_LOGGED_IN: Final = "This device is logged out. Open the first page and choose your name."


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
