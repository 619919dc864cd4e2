"""Players' names: what one may be, and when two are the same."""

import unicodedata
from typing import Final

LONGEST: Final = 40


def clean_name(name: str) -> str:
    """The name as it is stored: trimmed, single spaces, composed (NFC).

    Raises:
        ValueError: it is empty, too long, or has characters that cannot be shown.
    """
    composed = unicodedata.normalize("NFC", name)
    clean = " ".join(composed.split())
    if not clean:
        raise ValueError("Please enter a name.")
    if len(clean) > LONGEST:
        raise ValueError(f"A name has at most {LONGEST} characters; this one has {len(clean)}.")
    if any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") for c in clean):
        raise ValueError("A name cannot have control characters.")
    return clean


def name_key(name: str) -> str:
    """Equal for names that are one player: without regard to case and to look-alike forms."""
    return unicodedata.normalize("NFKC", clean_name(name).casefold()).casefold()
