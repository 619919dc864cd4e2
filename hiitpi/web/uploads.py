"""The paths that accept more than a small request, and how much."""

from typing import Final

from hiitpi.web.callback_payload import CALLBACKS

#: Path to which the page Workouts sends a video or an .npz file.
RECORDINGS: Final = "/teach/recording"

#: Maximum size of an upload in bytes. Callbacks receive imported files as base64 text, which adds a
#: third. A phone writes two or three megabytes of video a second.
MAX_UPLOAD_BYTES: Final = {CALLBACKS: 12 * 2**20, RECORDINGS: 100 * 2**20}
