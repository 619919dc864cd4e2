"""Masks credentials in URLs before they are shown in titles, errors, logs and pages."""

import re
from typing import Final

MASK: Final = "***"

#: Query parameters with credentials.
_SECRET_PARAMETER: Final = re.compile(
    r"(?i)((?:^|[?&;])[^=&;]*(?:pass|pwd|token|secret|key|auth)[^=&;]*=)[^&;]*"
)


def without_password(url: str) -> str:
    """Return the URL with user names, passwords and tokens masked; other text is unchanged."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url
    # Everything before the last "@" may belong to a password that was not percent-encoded.
    _, at, location = rest.rpartition("@")
    path, question_mark, query = location.partition("?")
    masked_query = _SECRET_PARAMETER.sub(rf"\g<1>{MASK}", query)
    return f"{scheme}://{MASK + at if at else ''}{path}{question_mark}{masked_query}"
