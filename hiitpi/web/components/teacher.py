"""Asks the command `teach`, and receives the recordings that `assets/teach.js` sends to it."""

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from flask import Blueprint, Response, request

from hiitpi.errors import HiitPiError, WorkoutError
from hiitpi.settings import Settings
from hiitpi.system.own_command import ask_command
from hiitpi.web.components.login_required import NOT_LOGGED_IN
from hiitpi.web.security.player_session import current_player
from hiitpi.web.services import Services
from hiitpi.web.uploads import RECORDINGS

BUSY: Final = "Another workout is being looked at. Please try again in a moment."

#: First bytes of a zip archive, such as an .npz file.
ZIP: Final = b"PK"

_looking = threading.Lock()  # one at a time: it takes a second of a processor, on a Pi several


def ask_teacher(settings: Settings, *arguments: str, request: str = "") -> str:
    """Return what the command `teach` prints; a process of its own, since it needs NumPy.

    Args:
        settings: settings of this machine.
        arguments: the arguments of the command.
        request: its input.

    Raises:
        WorkoutError: it is busy with another one.
        HiitPiError: the command failed; the message is its own.
    """
    with _one_at_a_time():
        return ask_command(settings, "teach", *arguments, request=request)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    if not _looking.acquire(blocking=False):
        raise WorkoutError(BUSY)
    try:
        yield
    finally:
        _looking.release()


def recording_routes(services: Services) -> Blueprint:
    """Return the route that finds the keypoints in a video or an .npz file, the request's body.

    The file is deleted at once. The answer is a JSON array of [seconds, joints or null]; an error
    is text, with status 400.
    """
    blueprint = Blueprint("recordings", __name__)
    # The camera of this machine uses the accelerator already.
    settings = services.settings.model_copy(update={"accelerator": "cpu"})

    @blueprint.post(RECORDINGS)
    def recording() -> Any:
        if current_player() is None:
            return _text(NOT_LOGGED_IN, 403)
        try:
            with _one_at_a_time():  # where /tmp is in memory, a second file would fill it
                return Response(_keypoints(settings), mimetype="application/json")
        except HiitPiError as error:
            return _text(str(error), 400)

    return blueprint


def _keypoints(settings: Settings) -> str:
    """Return the keypoints in the file that is the request's body, as JSON."""
    with TemporaryDirectory(prefix="hiitpi-") as folder:
        path = Path(folder) / "recording"
        with path.open("wb") as file:
            shutil.copyfileobj(request.stream, file)
        with path.open("rb") as file:
            is_zip = file.read(len(ZIP)) == ZIP
        path = path.rename(path.with_suffix(".npz" if is_zip else ".video"))
        try:
            return ask_command(settings, "teach", str(path), "--keypoints", request="")
        except HiitPiError as error:
            named = rf"(The video file )?'?{re.escape(str(path))}'?"
            raise WorkoutError(re.sub(named, "The file", str(error))) from None


def _text(message: str, status: int) -> Response:
    return Response(message, status, mimetype="text/plain")
