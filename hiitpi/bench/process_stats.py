"""What the processes of a running app cost, as the kernel counts it (proc(5))."""

import os
from pathlib import Path
from typing import Final

TICK: Final = os.sysconf("SC_CLK_TCK")

#: What the command line of a process has in it, by the part of the app that it is.
PARTS: Final = (
    ("redis-server", "redis"),
    ("hiitpi web", "web"),
    ("hiitpi relay", "relay"),
    ("pipeline", "pipeline"),
)


def family(pid: int) -> dict[int, str]:
    """The processes of the app whose main process is `pid`, each with its part."""
    found, waiting = {}, [pid]
    while waiting:
        one = waiting.pop()
        try:
            command = Path(f"/proc/{one}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            for thread in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (thread / "children").read_text().split())
        except OSError:  # it has just ended
            continue
        parts = [part for words, part in PARTS if words in command]
        found[one] = parts[0] if parts else "main"
    return found


def cpu_seconds(pid: int) -> dict[str, float]:
    """CPU time so far of each part of the app, user and system."""
    used: dict[str, float] = {}
    for one, part in family(pid).items():
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        used[part] = used.get(part, 0.0) + (int(fields[11]) + int(fields[12])) / TICK
    return used


def memory_mb(pid: int) -> dict[str, float]:
    """Proportional set size of each part of the app, MB: shared pages are shared out."""
    held: dict[str, float] = {}
    for one, part in family(pid).items():
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        held[part] = held.get(part, 0.0) + kilobytes / 1024
    return held
