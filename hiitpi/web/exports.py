"""Files to download: a player's records, and sessions for watches and sports platforms."""

import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from flask import Blueprint, Response, abort, redirect, send_file

from hiitpi.coach.messages import COMPLETED_STATUSES, SessionRecord
from hiitpi.integrations.fit_file import fit_file
from hiitpi.integrations.tcx_file import tcx_file
from hiitpi.records import export_import
from hiitpi.web.security.player_session import current_player
from hiitpi.web.services import Services

#: The files of a player's records, with the texts of their buttons.
FILES: Final = (
    ("/export/sessions.json", "Everything (JSON)"),
    ("/export/sessions.csv", "Sessions (CSV)"),
    ("/export/repetitions.csv", "Repetitions (CSV)"),
    ("/export/activities.zip", "For sports watches (FIT)"),
)

#: The formats of a single session: MIME types by suffix.
ACTIVITY_TYPES: Final = {
    "fit": "application/vnd.ant.fit",
    "tcx": "application/vnd.garmin.tcx+xml",
}

#: Size from which the zip of all activities is kept in a file instead of in memory.
MAX_ZIP_IN_MEMORY_BYTES: Final = 2**20


def session_files(record: SessionRecord) -> list[tuple[str, str]]:
    """Return address and text of each file that one session can be downloaded as."""
    if record.status not in COMPLETED_STATUSES or not record.sets:
        return []
    return [(f"/export/session/{record.uuid}.{kind}", kind.upper()) for kind in ACTIVITY_TYPES]


def routes(services: Services) -> Blueprint:
    """Return the routes of the exports."""
    blueprint = Blueprint("exports", __name__)
    store = services.store

    def player_sessions() -> Iterator[Any]:
        name = current_player()
        return store.iter_sessions(name) if name else iter(())

    def send(name: str, make: Callable[[], Iterator[Any]], mimetype: str) -> Any:
        if current_player() is None:
            return redirect("/")
        return _download(Response(make(), mimetype=mimetype), f"hiitpi-{name}")

    @blueprint.get("/export/sessions.json")
    def sessions_json() -> Any:
        records = player_sessions()
        return send(
            "sessions.json", lambda: export_import.as_json(records, store.zone), "application/json"
        )

    @blueprint.get("/export/sessions.csv")
    def sessions_csv() -> Any:
        records = player_sessions()
        return send("sessions.csv", lambda: export_import.sets_csv(records, store.zone), "text/csv")

    @blueprint.get("/export/repetitions.csv")
    def repetitions_csv() -> Any:
        records = player_sessions()
        return send("repetitions.csv", lambda: export_import.repetitions_csv(records), "text/csv")

    @blueprint.get("/export/activities.zip")
    def activities_zip() -> Any:
        if current_player() is None:
            return redirect("/")
        file = SpooledTemporaryFile(MAX_ZIP_IN_MEMORY_BYTES)  # noqa: SIM115 - the response closes it
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for record in player_sessions():
                if session_files(record):
                    archive.writestr(
                        _activity_name(services, record, "fit"), fit_file(record, services.library)
                    )
        file.seek(0)
        return _download(send_file(file, mimetype="application/zip"), "hiitpi-activities.zip")

    @blueprint.get("/export/session/<uuid>.<kind>")
    def activity(uuid: str, kind: str) -> Any:
        if current_player() is None:
            return redirect("/")
        record = store.session(uuid) if kind in ACTIVITY_TYPES else None
        if record is None or not session_files(record):
            abort(404)
        make = {"fit": fit_file, "tcx": tcx_file}[kind]
        response = Response(make(record, services.library), mimetype=ACTIVITY_TYPES[kind])
        return _download(response, _activity_name(services, record, kind))

    return blueprint


def _download(response: Response, name: str) -> Response:
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _activity_name(services: Services, record: SessionRecord, kind: str) -> str:
    """Return the name of a session's file, which sorts by date and is unique."""
    started = datetime.fromtimestamp(record.started).astimezone(services.store.zone)
    return f"hiitpi-{started:%Y-%m-%d-%H%M}-{record.uuid[:8]}.{kind}"
