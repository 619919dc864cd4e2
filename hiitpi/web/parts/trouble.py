"""What pages show while the record book cannot be read or written."""

import logging

from dash import dcc, html, set_props
from flask import Response

from hiitpi.errors import RecordsError

log = logging.getLogger(__name__)


def banner() -> html.P:
    """Where a button that could not do its work says why."""
    return html.P("", id="records-trouble", className="trouble banner", role="alert")


def closed(error: RecordsError) -> html.Main:
    """In the place of a page that cannot be shown."""
    log.error("A page cannot be shown: %s", error)
    return html.Main(
        [
            html.H1("The record book is closed"),
            html.P(str(error)),
            html.P(
                "You can train all the same: sessions are kept until they can be stored.",
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


def tell(error: Exception) -> None:
    """Say on the page why a button did nothing; what is no trouble of the database is a bug."""
    if not isinstance(error, RecordsError):
        raise error
    log.error("%s", error)
    set_props("records-trouble", {"children": str(error)})
