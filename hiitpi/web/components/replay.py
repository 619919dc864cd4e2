"""The replay of a session: a stick figure that `assets/replay.js` draws."""

from typing import Any, Final

from dash import ClientsideFunction, Dash, Input, Output, html
from flask import Blueprint, Response, abort, send_file

from hiitpi.coach.messages import COMPLETED_STATUSES, SessionRecord
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.services import Services

ABOUT: Final = "Only joints were kept, no pictures. Tap the graph, or use the buttons."


def replay_section(services: Services, record: SessionRecord) -> html.Section | None:
    """Return the section; None if the session has no replay on this machine."""
    if services.replays.path(record.uuid) is None:
        return None
    return html.Section(
        [
            html.H3("Replay"),
            html.Canvas(
                id="replay-figure",
                width=480,
                height=360,
                role="img",
                **attributes(aria_label="The athlete as a stick figure"),
            ),
            html.P("", id="replay-says", className="replay-says", role="status"),
            html.Canvas(
                id="replay-signal", width=480, height=110, **attributes(aria_hidden="true")
            ),
            html.Div(
                [
                    _button("replay-back", "◀", "Previous repetition or attempt"),
                    _button("replay-play", "Play", ""),
                    _button("replay-forth", "▶", "Next repetition or attempt"),
                    _button("replay-half", "½ speed", ""),
                    html.Span("", id="replay-time", className="quiet"),
                ],
                className="row start replay-buttons",
            ),
            html.Div(
                [
                    html.Figure([html.Canvas(id=f"replay-{which}", width=220, height=220),
                                 html.Figcaption("", id=f"replay-{which}-says")])
                    for which in ("best", "worst")
                ],
                id="replay-pair",
                className="replay-pair",
                hidden=True,
            ),
            html.P(ABOUT, className="quiet"),
        ],
        id="replay",
        className="replay",
        **attributes(data_session=record.uuid),
    )  # fmt: skip


def _button(name: str, text: str, label: str) -> html.Button:
    described: dict[str, Any] = attributes(aria_label=label) if label else {}
    return html.Button(text, id=name, className="button", type="button", **described)


def replay_callbacks(app: Dash) -> None:
    """Register the callback that starts the replay when it is on the page."""
    app.clientside_callback(
        ClientsideFunction("hiitpi", "replay"), Output("replay", "title"), Input("replay", "id")
    )


def replay_routes(services: Services) -> Blueprint:
    """Return the route of the files."""
    blueprint = Blueprint("replays", __name__)

    @blueprint.get("/replay/<uuid>")
    def replay(uuid: str) -> Any:
        record = services.store.session(uuid)
        path = services.replays.path(uuid)
        if record is None or record.status not in COMPLETED_STATUSES or path is None:
            abort(404)
        # It is compressed already, whether or not the client asks for that: every browser does.
        response: Response = send_file(path, mimetype="application/octet-stream")
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Cache-Control"] = "no-store"
        return response

    return blueprint
