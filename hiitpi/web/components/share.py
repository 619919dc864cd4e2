"""A button that shares a picture, or downloads it where the browser cannot share."""

from typing import Any, Final

from dash import dcc, html

#: The option to put the player's name on the picture.
NAMED: Final = "yes"


def share(path: str) -> html.Div:
    """Return the button; `assets/share.js` adds the name if it is wished, and shares.

    Args:
        path: address of the picture.
    """
    options: Any = [{"label": "with my name", "value": NAMED}]
    return html.Div(
        [
            html.A("Share as a picture", href=path, className="button share", download=""),
            dcc.Checklist(options=options, value=[], className="named"),
        ],
        className="row start wrap sharing",
    )
