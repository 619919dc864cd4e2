"""URLs as they may be shown: in titles, errors, logs and pages."""

import re
from typing import Final
from urllib.parse import urlsplit

HIDDEN: Final = "***"

#: Parameters of a query that are nobody's business.
_SECRET: Final = re.compile(
    r"(?i)((?:^|[?&;])[^=&;]*(?:pass|pwd|token|secret|key|auth)[^=&;]*=)[^&;]*"
)


def without_password(url: str) -> str:
    """The URL without user names, passwords and tokens; other texts stay as they are."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url
    try:
        parts = urlsplit(url)
    except ValueError:  # such as a bracket in a password
        return f"{scheme}://{HIDDEN}"
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    if not at and "@" in path:  # a password with a slash in it
        user, host, slash, path = "x", rest.rpartition("@")[2], "", ""
    known = f"{HIDDEN}@{host}" if user else host
    query = _SECRET.sub(rf"\g<1>{HIDDEN}", parts.query)
    if user == "x" and not at:
        return f"{scheme}://{known}"
    shown = f"{scheme}://{known}{slash}{path.partition('?')[0]}"
    return f"{shown}?{query}" if query else shown
