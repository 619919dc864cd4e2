"""Error pages, error responses, and the banner for errors of buttons."""

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
    """Return the banner that shows why a callback failed."""
    return html.P("", id="records-trouble", className="trouble banner", role="alert")


def database_unavailable(error: RecordsError) -> html.Main:
    """Return the page that replaces one whose data cannot be read."""
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


def error_text(error: Exception, code: int) -> Response:
    """Log an error and return its message as a plain-text response with the status `code`."""
    log.error("%s", error)
    return Response(str(error), code, mimetype="text/plain")


def handle_exception(error: Exception) -> Response:
    """Return a plain-text response to an unhandled exception, without internal details.

    A callback request that Dash itself cannot read gets status 400: no page of this app sends such
    a request. It is logged as a warning. Everything else is logged with its traceback and gets 500.
    """
    if isinstance(error, HTTPException):
        message = error.description or error.name
        return Response(f"{message}\n", error.code or 500, mimetype="text/plain")
    if request.path.startswith("/_dash-component-suites/"):  # Dash raises for unknown libraries
        return Response("No such file.\n", 404, mimetype="text/plain")
    if request.path == CALLBACKS and _is_malformed(error):
        log.warning("Rejected a malformed callback: %r", error)
        return Response("Invalid request.\n", 400, mimetype="text/plain")
    log.exception("Request failed: %s %s", request.method, request.path)
    return Response(
        "Something went wrong. See instance/logs/web.log for details.\n",
        500,
        mimetype="text/plain",
    )


def _is_malformed(error: Exception) -> bool:
    """Return whether Dash failed to read the request before any code of ours ran."""
    frames = {frame.filename for frame in traceback.extract_tb(error.__traceback__)}
    # This file only re-raises.
    return not any(name.startswith(OURS) for name in frames - {__file__})


def show_error(error: Exception) -> None:
    """Show a database error in the banner; re-raise any other error of a callback, a bug."""
    if not isinstance(error, RecordsError):
        raise error  # assets/preferences.js shows a message in the banner
    log.error("%s", error)
    set_props("records-trouble", {"children": str(error)})
