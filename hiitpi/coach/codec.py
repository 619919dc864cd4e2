"""Messages of the coach as JSON, and back: whatever enters a process is validated here."""

from typing import Any, Final, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

from hiitpi.coach.messages import Command, SessionRecord
from hiitpi.errors import ProgramError

T = TypeVar("T")

#: Fields that this version does not know are left out.
_COMMAND: Final = TypeAdapter(Command)
_RECORD: Final = TypeAdapter(SessionRecord)


def encode(message: Any) -> bytes:
    """Serialise a message, or plain data, to JSON."""
    return orjson.dumps(message)


def decode(data: bytes) -> Any:
    """Parse JSON into plain data.

    Raises:
        orjson.JSONDecodeError: it is not JSON.
    """
    return orjson.loads(data)


def decode_command(data: bytes) -> Command:
    """Parse and validate a command.

    Raises:
        ValueError: it is not a command.
    """
    return _validated(_COMMAND, _decoded(data, Command))


def decode_record(data: bytes) -> SessionRecord:
    """Parse and validate a session record.

    Raises:
        ValueError: it is not a session record.
    """
    return _validated(_RECORD, _decoded(data, SessionRecord))


def _decoded(data: bytes, kind: type) -> Any:
    try:
        return decode(data)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"not a {kind.__name__}: {error}") from error


def _validated(kind: TypeAdapter[T], plain: Any) -> T:
    try:
        return kind.validate_python(plain)
    except (ValidationError, ProgramError) as error:
        raise ValueError(f"not valid: {error}") from error
