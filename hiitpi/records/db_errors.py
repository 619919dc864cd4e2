"""What is wrong with the database, in words, and what to do."""

from typing import Final

from sqlalchemy import URL

#: By SQLite's result code (sqlite.org/rescode.html), the lower byte.
SQLITE: Final = {
    5: "is locked by another program; it is tried again. If it stays so, close what has it open",
    6: "is locked by another program; it is tried again. If it stays so, close what has it open",
    8: "cannot be written: it is read-only. Make file and folder writable for whoever runs HIIT PI "
    "(chown, chmod), or the disk (mount -o remount,rw)",
    10: "cannot be read or written: the disk has an error. Save what you can "
    "(python -m hiitpi backup FILE) and try another disk",
    11: "is damaged. Bring a backup back: python -m hiitpi restore FILE; the damaged one is kept",
    13: "cannot be written: the disk is full. Delete something; it is tried again",
    14: "cannot be opened. Is its folder there, and may HIIT PI write to it?",
    26: "is damaged, or no database. Bring a backup back: python -m hiitpi restore FILE; "
    "the damaged one is kept",
}

#: By PostgreSQL's SQLSTATE, or its class (postgresql.org, appendix A).
POSTGRESQL: Final = {
    "53100": "cannot be written: the disk of the database server is full",
    "25006": "cannot be written: the database server is read-only",
    "55P03": "is locked by another program; it is tried again",
    "40": "is busy with somebody else's change; it is tried again, or try again",
    "57": "is away: the database server stops or starts; it is tried again",
    "28": "cannot be opened: the database server refuses user or password of HIITPI_DATABASE_URL",
    "3D": "is not there: make the database that HIITPI_DATABASE_URL names (createdb)",
    "42501": "cannot be written: the user of HIITPI_DATABASE_URL may not",
    "XX": "is damaged, the database server says",
}

#: A connection that is refused has no SQLSTATE, only words.
REFUSED: Final = {
    "does not exist": POSTGRESQL["3D"],
    "authentication failed": POSTGRESQL["28"],
    "no password supplied": POSTGRESQL["28"],
}

NEWER: Final = (
    "is from a newer version of HIIT PI. Update HIIT PI, or bring back a backup that this version "
    "made: python -m hiitpi restore FILE"
)


def words(error: Exception, url: URL) -> str:
    """One sentence: which database, what is wrong, what to do."""
    return f"The record book {_place(url)} {_what(error)}. ({reason(error)})"


def newer(url: URL) -> str:
    """The same for one whose tables this version does not know."""
    return f"The record book {_place(url)} {NEWER}."


def reason(error: Exception) -> str:
    """The driver's own words, in one line."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _place(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return url.database or "in memory"
    return f"at {url.host or 'this machine'}/{url.database or ''}"


def _what(error: Exception) -> str:
    cause = getattr(error, "orig", None)
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return SQLITE.get(code & 0xFF, "cannot be used")
    state = getattr(cause, "sqlstate", None) or ""
    for part in (state, state[:2]):
        if part in POSTGRESQL:
            return POSTGRESQL[part]
    for text, meaning in REFUSED.items():
        if not state and text in str(cause):
            return meaning
    if type(cause).__module__.startswith("psycopg") and not state:
        return "is away: the database server does not answer; it is tried again"
    return "cannot be used"
