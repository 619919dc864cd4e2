"""Reads and writes programs as small TOML files, to share and to back up."""

import tomllib
from typing import Any, Final

import tomli_w

from hiitpi.coach.session.program import Program, parse
from hiitpi.errors import ProgramError

#: Maximum length of a file; the longest valid program has some 3,000 characters.
MAX_FILE_CHARS: Final = 20_000


def write(program: Program) -> str:
    """Return the program as TOML text."""
    return tomli_w.dumps(_compact(program.data()))


def read(text: str) -> Program:
    """Parse a program from TOML text.

    Raises:
        ProgramError: the text is not a valid program; the message says what is wrong, and where.
    """
    if len(text) > MAX_FILE_CHARS:
        raise ProgramError(f"This file is too long for a program: {len(text)} characters.")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProgramError(f"This is not a program file: {error}.") from None
    except RecursionError:
        raise ProgramError("This is not a program file.") from None
    return parse(data)


def _compact(value: Any) -> Any:
    """Leave out zeros, which are the defaults, and write 20.0 as 20."""
    if isinstance(value, dict):
        return {key: _compact(item) for key, item in value.items() if item not in (0, 0.0)}
    if isinstance(value, list | tuple):
        return [_compact(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
