"""Rules for player names and colours: validation, normalisation, and the next free colour."""

import unicodedata
from collections.abc import Iterable
from typing import Final

#: Player colours and their names. They can be distinguished with red-green colour blindness (the
#: first eight are close to those of Okabe and Ito 2008, "Color Universal Design").
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

#: Size of the database column for a name's key.
MAX_KEY_CHARS: Final = 120

#: Rejected bidirectional control characters (embeddings, overrides, isolates): they would reverse
#: the text that follows the name on a page. Right-to-left letters do not need them.
DIRECTION_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean_name(name: str, max_chars: int = MAX_NAME_CHARS) -> str:
    """Return a name as it is stored: trimmed, with single spaces, composed (NFC).

    Args:
        name: the name as typed.
        max_chars: maximum length of the result, in code points.

    Raises:
        ValueError: the name is empty, too long, or has characters that cannot be shown.
    """
    composed = unicodedata.normalize("NFC", name)
    clean = " ".join(composed.split())
    if not clean:
        raise ValueError("Please enter a name.")
    if len(clean) > max_chars:
        raise ValueError(f"A name has at most {max_chars} characters; this one has {len(clean)}.")
    if any(
        unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") or c in DIRECTION_CONTROLS
        for c in clean
    ):
        raise ValueError("A name cannot contain control characters.")
    if all(unicodedata.category(c) in ("Cf", "Mn", "Zs") for c in clean):
        raise ValueError("Please enter a name with visible characters.")
    return clean


def name_key(name: str, max_chars: int = MAX_NAME_CHARS) -> str:
    """Return a key that is equal for equivalent names: case-folded and NFKC-normalised.

    Args:
        name: the name as typed.
        max_chars: maximum length of the name.

    Raises:
        ValueError: the name is not valid.
    """
    key = unicodedata.normalize("NFKC", clean_name(name, max_chars).casefold()).casefold()
    if len(key) > MAX_KEY_CHARS:  # one ligature can expand to eighteen letters
        raise ValueError(
            f"A name has at most {MAX_NAME_CHARS} characters; some of these stand for several."
        )
    return key


def next_colour(taken: Iterable[str]) -> str:
    """Return the first of the least used colours.

    Args:
        taken: the colours of the existing players.
    """
    counts = dict.fromkeys(COLOURS, 0)
    for colour in taken:
        if colour in counts:
            counts[colour] += 1
    return min(counts, key=lambda colour: counts[colour])
