"""The text of a file that a page has uploaded."""

import base64
import binascii

from hiitpi.errors import HiitPiError


def uploaded_text(contents: str, error: type[HiitPiError], kind: str) -> str:
    """Return the text of an uploaded file.

    Args:
        contents: the property of `dcc.Upload`.
        error: the error to raise.
        kind: what the file should be, for the message: "program".

    Raises:
        HiitPiError: an `error`, since it is not UTF-8 text.
    """
    try:
        return base64.b64decode(contents.partition(",")[2], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise error(f"This is not a {kind} file: it is not text.") from None
