"""Files to download: a player's records, and sessions for watches and sports platforms."""

import zipfile
from collections.abc import Iterator
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from flask import Blueprint, Response, abort, redirect, request, send_file

from hiitpi.coach.messages import COMPLETED_STATUSES, SessionRecord
from hiitpi.integrations.fit_file import fit_file
from hiitpi.integrations.tcx_file import tcx_file
from hiitpi.records import export_import
from hiitpi.web.components.heart_rate import kilocalories
from hiitpi.web.components.share import NAMED
from hiitpi.web.security.player_session import current_player
from hiitpi.web.services import Services
from hiitpi.web.share_cards import session_card, year_card
from hiitpi.web.share_picture import Card, share_picture

#: The files of a player's records, with the texts of their buttons.
FILES: Final = (
    ("/export/sessions.json", "Everything (JSON)"),
    ("/export/sessions.csv", "Sessions (CSV)"),
    ("/export/repetitions.csv", "Repetitions (CSV)"),
    ("/export/activities.zip", "For sports watches (FIT)"),
)

#: The formats of a single session, by suffix: what writes it, and its MIME type.
ACTIVITIES: Final = {
    "fit": (fit_file, "application/vnd.ant.fit"),
    "tcx": (tcx_file, "application/vnd.garmin.tcx+xml"),
}

#: Size from which the zip of all activities is kept in a file instead of in memory.
MAX_ZIP_IN_MEMORY_BYTES: Final = 2**20


def session_files(record: SessionRecord) -> list[tuple[str, str]]:
    """Return address and text of each file that one session can be downloaded as."""
    if record.status not in COMPLETED_STATUSES or not record.sets:
        return []
    return [(f"/export/session/{record.uuid}.{kind}", kind.upper()) for kind in ACTIVITIES]


def routes(services: Services) -> Blueprint:
    """Return the routes of the exports."""
    blueprint = Blueprint("exports", __name__)
    store = services.store

    @blueprint.before_request
    def require_player() -> Any:
        return redirect("/") if current_player() is None else None

    def player_sessions() -> Iterator[SessionRecord]:
        return store.iter_sessions(current_player() or "")

    def send(name: str, content: Iterator[Any], mimetype: str) -> Response:
        return _download(Response(content, mimetype=mimetype), f"hiitpi-{name}")

    @blueprint.get("/export/sessions.json")
    def sessions_json() -> Any:
        content = export_import.as_json(player_sessions(), store.zone)
        return send("sessions.json", content, "application/json")

    @blueprint.get("/export/sessions.csv")
    def sessions_csv() -> Any:
        return send(
            "sessions.csv", export_import.sets_csv(player_sessions(), store.zone), "text/csv"
        )

    @blueprint.get("/export/repetitions.csv")
    def repetitions_csv() -> Any:
        content = export_import.repetitions_csv(player_sessions())
        return send("repetitions.csv", content, "text/csv")

    @blueprint.get("/export/activities.zip")
    def activities_zip() -> Any:
        body = store.bodies.get(current_player() or "")
        file = SpooledTemporaryFile(MAX_ZIP_IN_MEMORY_BYTES)  # noqa: SIM115 - the response closes it
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for record in player_sessions():
                if session_files(record):
                    content = fit_file(record, services.library, kilocalories(body, record))
                    archive.writestr(_activity_name(services, record, "fit"), content)
        file.seek(0)
        return _download(send_file(file, mimetype="application/zip"), "hiitpi-activities.zip")

    @blueprint.get("/export/session/<uuid>.<kind>")
    def activity(uuid: str, kind: str) -> Any:
        record = store.session(uuid) if kind in ACTIVITIES else None
        if record is None or not session_files(record):
            abort(404)
        write, mimetype = ACTIVITIES[kind]
        energy = kilocalories(store.bodies.get(record.player), record)
        content = write(record, services.library, energy)
        response = Response(content, mimetype=mimetype)
        return _download(response, _activity_name(services, record, kind))

    @blueprint.get("/export/session/<uuid>.png")
    def session_picture(uuid: str) -> Any:
        record = store.session(uuid)
        if record is None or not session_files(record):
            abort(404)
        return _picture(session_card(services, record, _named()), f"{record.uuid[:8]}")

    @blueprint.get("/export/year/<int:year>.png")
    def year_picture(year: int) -> Any:
        card = year_card(services, current_player() or "", year, _named())
        if card is None:
            abort(404)
        return _picture(card, str(year))

    return blueprint


def _named() -> bool:
    return request.args.get("name") == NAMED


def _picture(card: Card, name: str) -> Response:
    return _download(Response(share_picture(card), mimetype="image/png"), f"hiitpi-{name}.png")


def _download(response: Response, name: str) -> Response:
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _activity_name(services: Services, record: SessionRecord, kind: str) -> str:
    """Return the name of a session's file, which sorts by date and is unique."""
    started = datetime.fromtimestamp(record.started).astimezone(services.store.zone)
    return f"hiitpi-{started:%Y-%m-%d-%H%M}-{record.uuid[:8]}.{kind}"
