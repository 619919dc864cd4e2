"""Why a session is paused."""

from typing import Final

#: Reasons for a pause, with their texts for the page.
PAUSE_REASONS: Final = {
    "away": "Paused: come back into the picture",
    "gesture": "Paused by your gesture",
    "command": "Paused",
}
