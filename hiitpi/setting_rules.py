"""Rules for the values of single settings; `hiitpi.settings` applies them."""

import os
import re
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: The value of HIITPI_HOUSE_CODE that disables the house code: every device has access.
HOUSE_CODE_OFF: Final = "off"

#: Number of digits of a house code, and minimum length of a phrase used instead.
HOUSE_CODE_DIGITS: Final = 6
MIN_HOUSE_PHRASE_CHARS: Final = 8


def check_house_code(code: str) -> str:
    """Return `code` unchanged if it is empty, `off`, or a valid house code.

    Raises:
        ValueError: The code is too short.
    """
    digits = code.isascii() and code.isdigit()
    letters = re.sub(r"[\s-]+", "", code)
    long_enough = (
        len(code) >= HOUSE_CODE_DIGITS if digits else len(letters) >= MIN_HOUSE_PHRASE_CHARS
    )
    if code and code != HOUSE_CODE_OFF and not long_enough:
        raise ValueError(
            f"it must be {HOUSE_CODE_DIGITS} digits, a phrase of {MIN_HOUSE_PHRASE_CHARS} "
            f"characters or more, or {HOUSE_CODE_OFF}"
        )
    return code


def check_own_redis_url(url: str | None) -> str | None:
    """Return `url` unchanged if it is None or the URL of a Redis server, without a database.

    Raises:
        ValueError: It is not, or it names a database.
    """
    parts = urlsplit(url or "redis:")
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise ValueError("it must begin with redis://, rediss:// or unix://")
    database = parts.path.strip("/") if parts.scheme != "unix" else ""
    if database or "db" in parse_qs(parts.query):
        raise ValueError("it must not name a database: HIIT PI uses 0, 1 and 2")
    return url


def check_mqtt_url(url: str | None) -> str | None:
    """Return `url` unchanged if it is None or the URL of an MQTT broker.

    Raises:
        ValueError: It is not.
    """
    if url is None:
        return None
    parts = urlsplit(url)
    valid = parts.scheme in ("mqtt", "mqtts") and parts.hostname and parts.port != 0
    if not valid or parts.path.strip("/"):
        raise ValueError("it must look like mqtt://user:password@host:1883")
    return url


def check_timezone(name: str | None) -> str | None:
    """Return the name of a time zone; None for none.

    Raises:
        ValueError: there is no such time zone.
    """
    try:
        return ZoneInfo(name).key if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("unknown time zone; see `timedatectl list-timezones`") from error


def check_tls(is_auto: bool, certificate: Path | None, key: Path | None) -> None:
    """Check the settings for https.

    Raises:
        ValueError: they contradict each other, or a file cannot be read.
    """
    if (certificate is None) != (key is None):
        raise ValueError("HIITPI_TLS_CERT and HIITPI_TLS_KEY must be set together")
    if is_auto and certificate:
        raise ValueError("HIITPI_TLS=auto makes a certificate: remove HIITPI_TLS_CERT and _KEY")
    for file in (certificate, key):
        if file and not os.access(file, os.R_OK):
            raise ValueError(f"{file} cannot be read")
