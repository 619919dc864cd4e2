"""A past session: its sets and repetitions, its program, its corrections."""

from datetime import datetime
from typing import Any

from dash import Dash, dcc, html

from hiitpi.coach.messages import SessionRecord
from hiitpi.web.components.program_selection import describe
from hiitpi.web.components.session_actions import discard_question, session_panel
from hiitpi.web.components.session_table import when
from hiitpi.web.exports import session_files
from hiitpi.web.security.player_session import current_player
from hiitpi.web.services import Services

PATH, TITLE = "/session", "Session"

TEMPLATE = "/session/<uuid>"
TAKES = ("uuid",)


def layout(services: Services, uuid: str = "") -> html.Main:
    """Return the page of the session with a uuid."""
    record = services.store.session(uuid)
    if record is None or record.status == "active":
        return html.Main(
            [
                html.H1("Session not found"),
                html.P("It was deleted, or has not ended yet.", className="quiet"),
                dcc.Link("History", href="/history", className="button"),
            ],
            className="page narrow stranger",
        )
    now = datetime.now().astimezone(services.store.zone)
    content, _ = session_panel(services, uuid)
    about = describe(record.program, services.library)
    return html.Main(
        [
            html.H1(f"{record.player}, {when(record.started, now, services.store.zone)}"),
            html.P(f"{record.program.name}: {about}", className="quiet"),
            html.P(f"Analysed by {record.model} at “{record.station}”.", className="quiet"),
            html.Div(content, id="summary", className="finished past"),
            html.P("", id="summary-trouble", className="trouble", role="alert"),
            discard_question(),
            dcc.Store(id="finished-id", data=uuid),
            html.Div(
                [
                    dcc.Link("All sessions", href="/history", className="button"),
                    *_downloads(record),
                ],
                className="row start wrap",
            ),
        ],
        className="page",
    )


def _downloads(record: SessionRecord) -> list[Any]:
    """Return links to the session's files for sports watches and platforms."""
    files = session_files(record) if current_player() else []
    return [
        html.A(f"Download {text}", href=path, className="button", download="")
        for path, text in files
    ]


def callbacks(app: Dash, services: Services) -> Any:
    """Register nothing: the training page registers the callbacks of an ended session."""
