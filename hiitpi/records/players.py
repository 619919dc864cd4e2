"""Players' names: what one may be, and when two are the same."""

import unicodedata
from typing import Final

LONGEST: Final = 40

#: Characters that turn the direction of what follows them, on a page as well: explicit embeddings,
#: overrides and isolates. Right-to-left letters need none.
TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


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
    if any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") or c in TURNING for c in clean):
        raise ValueError("A name cannot have control characters.")
    if all(unicodedata.category(c) in ("Cf", "Mn", "Zs") for c in clean):
        raise ValueError("Please enter a name that can be seen.")
    return clean


def name_key(name: str) -> str:
    """Equal for names that are one player: without regard to case and to look-alike forms."""
    return unicodedata.normalize("NFKC", clean_name(name).casefold()).casefold()
