"""Players: what a name may be, when two are the same, and who gets which colour."""

import unicodedata
from collections.abc import Iterable
from typing import Final

#: Colours that players are told apart by, without seeing red and green (the first eight are near
#: those of Okabe and Ito 2008, "Color Universal Design"), and what they are called.
COLOURS: Final = {
    "#3ddc84": "green",
    "#4da3ff": "blue",
    "#ffb020": "amber",
    "#c79bff": "violet",
    "#5fd7e8": "cyan",
    "#ff8fab": "pink",
    "#d9e021": "lime",
    "#ff7f50": "coral",
    "#9db2c8": "grey",
    "#b5835a": "brown",
    "#7f7fff": "indigo",
    "#2fa58a": "teal",
}

MAX_NAME_CHARS: Final = 40

#: What the database keeps of a name's key.
MAX_KEY_CHARS: Final = 120

#: Characters that turn the direction of what follows them, on a page as well: explicit embeddings,
#: overrides and isolates. Right-to-left letters need none.
DIRECTION_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean_name(name: str, longest: int = MAX_NAME_CHARS) -> str:
    """The name as it is stored: trimmed, single spaces, composed (NFC), at most so `longest`.

    Raises:
        ValueError: it is empty, too long, or has characters that cannot be shown.
    """
    composed = unicodedata.normalize("NFC", name)
    clean = " ".join(composed.split())
    if not clean:
        raise ValueError("Please enter a name.")
    if len(clean) > longest:
        raise ValueError(f"A name has at most {longest} characters; this one has {len(clean)}.")
    if any(
        unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") or c in DIRECTION_CONTROLS
        for c in clean
    ):
        raise ValueError("A name cannot have control characters.")
    if all(unicodedata.category(c) in ("Cf", "Mn", "Zs") for c in clean):
        raise ValueError("Please enter a name that can be seen.")
    return clean


def name_key(name: str, longest: int = MAX_NAME_CHARS) -> str:
    """Equal for names that are one: without regard to case and to look-alike forms.

    Raises:
        ValueError: it cannot be a name.
    """
    key = unicodedata.normalize("NFKC", clean_name(name, longest).casefold()).casefold()
    if len(key) > MAX_KEY_CHARS:  # one ligature can stand for eighteen letters
        raise ValueError("A name has at most 40 characters; some of these are many in one.")
    return key


def next_colour(taken: Iterable[str]) -> str:
    """The first of the colours that the fewest players have."""
    times = dict.fromkeys(COLOURS, 0)
    for colour in taken:
        if colour in times:
            times[colour] += 1
    return min(times, key=lambda colour: times[colour])
