"""Every error the project raises on purpose.

Each says in one line what happened, on what, and what to do about it. The command line prints
that line and exits with 1; pages show it as it is. Each is also the builtin it is a kind of, so
that a caller who knows only Python can catch it.
"""


class HiitPiError(Exception):
    """The root: anything the project raises on purpose."""


class SettingsError(HiitPiError, ValueError):
    """A setting has a value that cannot be used."""


class ModelError(HiitPiError, RuntimeError):
    """A pose model is missing, damaged, or cannot be run."""


class CameraError(HiitPiError, OSError):
    """A camera or a recording cannot be opened or read."""


class WorkoutError(HiitPiError, LookupError):
    """A workout does not exist, or its file cannot be used."""


class ProgramError(HiitPiError, ValueError):
    """A program is not one that can be trained."""


class LiveError(HiitPiError, ConnectionError):
    """The live server (Redis) is missing or does not answer."""


class RecordsError(HiitPiError, RuntimeError):
    """The database (the database) cannot be opened, read or written."""


class ServeError(HiitPiError, OSError):
    """The app cannot be started, or one of its processes does not stay up."""
