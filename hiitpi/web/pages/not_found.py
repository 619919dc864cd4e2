"""The page for addresses that do not exist."""

from dash import dcc, html


def layout(**_: str) -> html.Main:
    """There is nothing here."""
    return html.Main(
        [
            html.H1("There is no such page"),
            html.P("The address may be misspelled."),
            dcc.Link("Go to training", href="/train", className="button primary"),
        ],
        className="page narrow",
    )
