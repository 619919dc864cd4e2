"""Error messages for database failures: which database, what is wrong, what to do."""

from typing import Final

from sqlalchemy import URL

#: Messages by SQLite's primary result code, the low byte (sqlite.org/rescode.html).
SQLITE: Final = {
    5: "is locked by another program; retrying. If this persists, close the program that uses it",
    6: "is locked by another program; retrying. If this persists, close the program that uses it",
    8: "cannot be written: it is read-only. Make file and folder writable for the user that runs "
    "HIIT PI (chown, chmod), or the disk (mount -o remount,rw)",
    10: "cannot be read or written: the disk has an error. Save what you can "
    "(python -m hiitpi backup FILE) and try another disk",
    11: "is damaged. Restore a backup: python -m hiitpi restore FILE; the damaged file is kept",
    13: "cannot be written: the disk is full. Free some space; retrying",
    14: "cannot be opened. Does its folder exist, and may HIIT PI write to it?",
    26: "is damaged, or not a database. Restore a backup: python -m hiitpi restore FILE; "
    "the damaged file is kept",
}

#: Messages by PostgreSQL's SQLSTATE or its class (postgresql.org, appendix A).
POSTGRESQL: Final = {
    "53100": "cannot be written: the disk of the database server is full",
    "25006": "cannot be written: the database server is read-only",
    "55P03": "is locked by another program; retrying",
    "40": "is busy with a concurrent change; retrying, or try again",
    "57": "is unreachable: the database server is shutting down or starting; retrying",
    "28": "cannot be opened: the database server rejects the user or password of "
    "HIITPI_DATABASE_URL",
    "3D": "does not exist: create the database named in HIITPI_DATABASE_URL (createdb)",
    "42501": "cannot be written: the user of HIITPI_DATABASE_URL lacks the permission",
    "XX": "is damaged, according to the database server",
}

#: Messages by a part of the driver's message: a refused connection has no SQLSTATE.
REFUSED: Final = {
    "does not exist": POSTGRESQL["3D"],
    "authentication failed": POSTGRESQL["28"],
    "no password supplied": POSTGRESQL["28"],
}

NEWER_VERSION: Final = (
    "is from a newer version of HIIT PI. Update HIIT PI, or restore a backup made by this version: "
    "python -m hiitpi restore FILE"
)


def error_message(error: Exception, url: URL) -> str:
    """Return one sentence that names the database, the problem and the remedy."""
    return f"The database {_location(url)} {_problem(error)}. ({driver_message(error)})"


def newer_version_message(url: URL) -> str:
    """Return the message for a database whose tables this version of the app does not know."""
    return f"The database {_location(url)} {NEWER_VERSION}."


def driver_message(error: Exception) -> str:
    """Return the first line of the database driver's own message."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _location(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return url.database or "in memory"
    return f"at {url.host or 'this machine'}/{url.database or ''}"


def _problem(error: Exception) -> str:
    """Return what is wrong and what to do, as the predicate of a sentence."""
    cause = getattr(error, "orig", None)
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return SQLITE.get(code & 0xFF, "cannot be used")
    state = getattr(cause, "sqlstate", None) or ""
    for code in (state, state[:2]):
        if code in POSTGRESQL:
            return POSTGRESQL[code]
    for text, problem in REFUSED.items():
        if not state and text in str(cause):
            return problem
    if type(cause).__module__.startswith("psycopg") and not state:
        return "is unreachable: the database server does not answer; retrying"
    return "cannot be used"
