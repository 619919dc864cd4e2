"""The command `recordings`: lists, exports and deletes the recordings of this house."""

import argparse
from pathlib import Path

from hiitpi.errors import CameraError, RecordsError
from hiitpi.recordings.kept import KeptRecordings
from hiitpi.records.replays import ReplayFolder, read_replay
from hiitpi.records.sessions import Store
from hiitpi.settings import Settings


def run(options: argparse.Namespace) -> None:
    """Run the command.

    Raises:
        CameraError: an argument is missing, or a file cannot be read or written.
        RecordsError: there is no such session, or it has no replay.
    """
    settings = Settings.load()
    kept = KeptRecordings(settings.instance)
    if options.action == "list":
        for row in kept.all():
            print(f"{row.file:<40} {row.reps:>4} ({row.counted} by the camera, {row.model})")
    elif options.action == "delete":
        names = options.names or [row.file for row in kept.all()]
        print(f"Deleted: {kept.delete(names)}.")
    elif len(options.names) != 1:
        wanted = "a session" if options.action == "keep" else "a new folder"
        raise CameraError(f"recordings {options.action} needs one argument: {wanted}.")
    elif options.action == "export":
        (folder,) = options.names
        print(f"Exported: {kept.export(Path(folder))}. Count them: evaluate {folder}/index.csv")
    else:
        print("\n".join(_keep(settings, kept, options.names[0])))


def _keep(settings: Settings, kept: KeptRecordings, uuid: str) -> list[str]:
    store = Store(settings.database, settings.zone)
    try:
        record = store.session(uuid)
    finally:
        store.close()
    replays = ReplayFolder(settings.instance, settings.replay_days, lambda: 0.0)
    path = replays.path(uuid)
    if record is None or path is None:
        raise RecordsError(f"There is no session {uuid} with a replay.")
    return kept.keep(record, read_replay(path))
