"""Where each process writes its log: a file that does not grow, and warnings to the terminal."""

import logging
import logging.handlers

from hiitpi.errors import SettingsError
from hiitpi.settings import Settings

#: Bytes of one log file, and how many old ones are kept.
MAX_LOG_BYTES, KEPT_LOGS = 1_000_000, 3


def configure_logging(settings: Settings, process: str) -> None:
    """Log to `logs/<process>.log` in the instance folder, and warnings to standard error.

    Raises:
        SettingsError: the instance folder cannot be made or written to.
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
