"""Where each process writes its log: a file that does not grow, and warnings to the terminal."""

import logging
import logging.handlers

from hiitpi.settings import Settings

#: Bytes of one log file, and how many old ones are kept.
SIZE, KEEP = 1_000_000, 3


def set_up(settings: Settings, process: str) -> None:
    """Log to `logs/<process>.log` in the instance folder, and warnings to standard error."""
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.logs.mkdir(mode=0o700, exist_ok=True)
    file = logging.handlers.RotatingFileHandler(
        settings.logs / f"{process}.log", maxBytes=SIZE, backupCount=KEEP, encoding="utf-8"
    )
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.WARNING)
    terminal.setFormatter(logging.Formatter(f"{process}: %(message)s"))
    logging.basicConfig(level=settings.log_level, handlers=[file, terminal], force=True)
    logging.captureWarnings(True)
