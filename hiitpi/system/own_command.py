"""Runs a command of this app in a process of its own, so that it slows no page down."""

import os
import subprocess
import sys

from hiitpi.settings import ROOT, Settings


def run_command(settings: Settings, *arguments: str) -> str:
    """Run `python -m hiitpi` with the settings of this process, at a low priority.

    Args:
        settings: settings of this machine.
        arguments: the command and its arguments.

    Returns:
        What went wrong, as the command says it; "" if nothing did.
    """
    command = ["nice", "-n", "10", sys.executable, "-m", "hiitpi", *arguments]
    env = {**os.environ, **settings.environment()}
    result = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True)
    if not result.returncode:
        return ""
    lines = result.stderr.strip().splitlines() or [f"exit code {result.returncode}"]
    return lines[-1].removeprefix("hiitpi: ")
