"""What pages show while the database cannot be read or written."""

import logging
import os
import traceback
from pathlib import Path
from typing import Final

from dash import dcc, html, set_props
from flask import Response, request
from werkzeug.exceptions import HTTPException

from hiitpi.errors import RecordsError
from hiitpi.web.callback_payload import CALLBACKS

log = logging.getLogger(__name__)

#: How the file names of our own code begin.
OURS: Final = f"{Path(__file__).parents[2]}{os.sep}"


def banner() -> html.P:
    """Where a button that could not do its work says why."""
    return html.P("", id="records-trouble", className="trouble banner", role="alert")


def closed(error: RecordsError) -> html.Main:
    """In the place of a page that cannot be shown."""
    log.error("Could not render a page: %s", error)
    return html.Main(
        [
            html.H1("The database is not available"),
            html.P(str(error)),
            html.P(
                "You can still train: sessions are kept and saved later.",
                className="quiet",
            ),
            dcc.Link("Train", href="/train", className="button primary"),
        ],
        className="page narrow stranger",
    )


def plain(error: Exception, code: int) -> Response:
    """What a file that cannot be had answers."""
    log.error("%s", error)
    return Response(str(error), code, mimetype="text/plain")


def broken(error: Exception) -> Response:
    """Answer what nothing else has an answer for: in words, and with no inner part of ours.

    What fails because of what came in a callback's request is the asker's: no page of ours asks so.
    It is logged all the same.
    """
    if isinstance(error, HTTPException):
        words = error.description or error.name
        return Response(f"{words}\n", error.code or 500, mimetype="text/plain")
    if request.path.startswith("/_dash-component-suites/"):  # of a library that there is not
        return Response("No such file.\n", 404, mimetype="text/plain")
    if request.path == CALLBACKS and _is_malformed(error):
        log.warning("Rejected a malformed callback: %r", error)
        return Response("Invalid request.\n", 400, mimetype="text/plain")
    log.exception("A request failed: %s %s", request.method, request.path)
    return Response(
        "Something went wrong here. The log in instance/logs/web.log says more.\n",
        500,
        mimetype="text/plain",
    )


def _is_malformed(error: Exception) -> bool:
    """Whether Dash itself could not read the request, before any code of ours ran."""
    frames = {frame.filename for frame in traceback.extract_tb(error.__traceback__)}
    # This file only passes errors on.
    return not any(name.startswith(OURS) for name in frames - {__file__})


def tell(error: Exception) -> None:
    """Say on the page why a button did nothing; what is no trouble of the database is a bug."""
    if not isinstance(error, RecordsError):
        raise error  # `assets/preferences.js` says so on the page
    log.error("%s", error)
    set_props("records-trouble", {"children": str(error)})
