"""The page for addresses that do not exist."""

from dash import dcc, html


def layout(**_: str) -> html.Main:
    """Return the page, whatever parameters the address has."""
    return html.Main(
        [
            html.H1("Page not found"),
            html.P("The address may be misspelled."),
            dcc.Link("Go to training", href="/train", className="button primary"),
        ],
        className="page narrow",
    )
