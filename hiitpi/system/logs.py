"""Logging of each process: a rotating file, and warnings to the terminal."""

import logging
import logging.handlers

from hiitpi.errors import SettingsError
from hiitpi.settings import Settings

#: Maximum size of a log file, and the number of rotated files kept.
MAX_LOG_BYTES, KEPT_LOGS = 1_000_000, 3


def configure_logging(settings: Settings, process: str) -> None:
    """Log to `logs/<process>.log` in the instance folder, and warnings to standard error as well.

    Args:
        settings: settings of this machine: instance folder and log level.
        process: name of this process.

    Raises:
        SettingsError: the instance folder cannot be created or written to.
    """
    settings.make_instance()
    try:
        settings.logs.mkdir(mode=0o700, exist_ok=True)
        file = logging.handlers.RotatingFileHandler(
            settings.logs / f"{process}.log",
            maxBytes=MAX_LOG_BYTES,
            backupCount=KEPT_LOGS,
            encoding="utf-8",
        )
    except OSError as error:
        raise SettingsError(f"The log cannot be written to {settings.logs}: {error}.") from error
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.WARNING)
    terminal.setFormatter(logging.Formatter(f"{process}: %(message)s"))
    logging.basicConfig(level=settings.log_level, handlers=[file, terminal], force=True)
    logging.captureWarnings(True)
