"""All exceptions that HIIT PI raises deliberately.

Each message is one line: what happened, to what, and how to fix it. The command line prints the
line and exits with code 1, or with 78 (EX_CONFIG) in a process that `serve` starts; pages show it
unchanged. Each class also derives from the matching
built-in exception, so callers can catch it without importing this module.
"""


class HiitPiError(Exception):
    """Base class of all exceptions that HIIT PI raises deliberately."""


class SettingsError(HiitPiError, ValueError):
    """A setting has an invalid value, or a file it refers to cannot be used."""


class ModelError(HiitPiError, RuntimeError):
    """A pose model is missing, damaged, or cannot be run."""


class CameraError(HiitPiError, OSError):
    """A camera or a recording cannot be opened or read."""


class WorkoutError(HiitPiError, LookupError):
    """A workout does not exist, or its file is invalid."""


class ProgramError(HiitPiError, ValueError):
    """A program is invalid."""


class LiveError(HiitPiError, ConnectionError):
    """Redis, which carries the live data, is not installed or does not answer."""


class RecordsError(HiitPiError, RuntimeError):
    """The database cannot be opened, read or written."""


class ServeError(HiitPiError, OSError):
    """The app cannot start, or one of its processes keeps crashing."""


class BackupError(HiitPiError, RuntimeError):
    """A backup cannot be made, stored or read back."""


class WebhookError(HiitPiError, ValueError):
    """The address of a webhook cannot be used, or a receiver did not accept a delivery."""


class MqttError(HiitPiError, ConnectionError):
    """The connection to the MQTT broker is set up wrongly."""


class BluetoothError(HiitPiError, OSError):
    """Bluetooth cannot be used, or a device cannot be connected to."""
