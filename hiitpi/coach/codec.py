"""Encodes messages as JSON, and decodes and validates JSON that enters a process."""

from typing import Any, Final, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

from hiitpi.coach.messages import Command, HeartRate, SessionRecord
from hiitpi.errors import ProgramError

T = TypeVar("T")

#: They ignore unknown fields, which another version of the app may have added.
_COMMAND: Final = TypeAdapter(Command)
_RECORD: Final = TypeAdapter(SessionRecord)
_HEART_RATE: Final = TypeAdapter(HeartRate)


def encode(message: Any) -> bytes:
    """Serialise a message, or plain data, to JSON."""
    return orjson.dumps(message)


def decode(data: bytes) -> Any:
    """Parse JSON into plain data.

    Raises:
        orjson.JSONDecodeError: the data is not JSON.
    """
    return orjson.loads(data)


def decode_command(data: bytes) -> Command:
    """Parse and validate a command.

    Raises:
        ValueError: the data is not a command.
    """
    return _validate(_COMMAND, _decode_as(data, Command))


def decode_record(data: bytes) -> SessionRecord:
    """Parse and validate a session record.

    Raises:
        ValueError: the data is not a session record.
    """
    return _validate(_RECORD, _decode_as(data, SessionRecord))


def decode_heart_rate(data: bytes) -> HeartRate:
    """Parse and validate a heart rate.

    Raises:
        ValueError: the data is not a heart rate.
    """
    return _validate(_HEART_RATE, _decode_as(data, HeartRate))


def _decode_as(data: bytes, kind: type) -> Any:
    try:
        return decode(data)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"not a {kind.__name__}: {error}") from error


def _validate(adapter: TypeAdapter[T], plain: Any) -> T:
    try:
        return adapter.validate_python(plain)
    except (ValidationError, ProgramError) as error:
        raise ValueError(f"not valid: {error}") from error
