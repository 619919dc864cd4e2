"""Runs a command of this app in a process of its own, so that it slows no page down."""

import os
import subprocess
import sys
from collections.abc import Sequence

from hiitpi.errors import HiitPiError
from hiitpi.settings import ROOT, Settings


def run_command(settings: Settings, *arguments: str) -> str:
    """Run `python -m hiitpi` with the settings of this process, at a low priority.

    Args:
        settings: settings of this machine.
        arguments: the command and its arguments.

    Returns:
        What went wrong, as the command says it; "" if nothing did.
    """
    return _run(settings, arguments, "")[1]


def ask_command(settings: Settings, *arguments: str, request: str) -> str:
    """Run `python -m hiitpi` like `run_command`, and return what it prints.

    Args:
        settings: settings of this machine.
        arguments: the command and its arguments.
        request: its input.

    Raises:
        HiitPiError: the command failed; the message is its own.
    """
    answer, trouble = _run(settings, arguments, request)
    if trouble:
        raise HiitPiError(trouble)
    return answer


def _run(settings: Settings, arguments: Sequence[str], request: str) -> tuple[str, str]:
    command = ["nice", "-n", "10", sys.executable, "-m", "hiitpi", *arguments]
    env = {**os.environ, **settings.environment()}
    result = subprocess.run(
        command, env=env, cwd=ROOT, input=request, capture_output=True, text=True
    )
    if not result.returncode:
        return result.stdout, ""
    lines = result.stderr.strip().splitlines() or [f"exit code {result.returncode}"]
    return "", lines[-1].removeprefix("hiitpi: ")
