"""Programs as small text files (TOML), to pass on and to keep."""

import tomllib
from typing import Any, Final

import tomli_w

from hiitpi.coach.session.program import Program, parse
from hiitpi.errors import ProgramError

#: Characters of a file; the longest program has some 3,000.
MAX_FILE_BYTES: Final = 20_000


def write(program: Program) -> str:
    """The program as a text file."""
    return tomli_w.dumps(_whole(program.data()))


def read(text: str) -> Program:
    """The program in a text file.

    Raises:
        ProgramError: there is none; the message says what is wrong, and where.
    """
    if len(text) > MAX_FILE_BYTES:
        raise ProgramError(f"This file is too long for a program: {len(text)} characters.")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProgramError(f"This is not a program file: {error}.") from None
    except RecursionError:
        raise ProgramError("This is not a program file.") from None
    return parse(data)


def _whole(value: Any) -> Any:
    """20.0 is written as 20, and what says nothing is left out."""
    if isinstance(value, dict):
        return {k: _whole(v) for k, v in value.items() if v not in (0, 0.0)}
    if isinstance(value, list | tuple):
        return [_whole(v) for v in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
