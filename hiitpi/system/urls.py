"""URLs as they may be shown: in titles, errors, logs and pages."""

import re
from typing import Final

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
    # Whatever is before the last @ may be a password that was not quoted.
    _, at, place = rest.rpartition("@")
    path, question, query = place.partition("?")
    hidden = _SECRET.sub(rf"\g<1>{HIDDEN}", query)
    return f"{scheme}://{HIDDEN + at if at else ''}{path}{question}{hidden}"
