"""CPU time and memory of the processes of a running app, from /proc (proc(5))."""

import os
from pathlib import Path
from typing import Final

CLOCK_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")

#: Parts of the app, and what the command line of their process contains.
PARTS: Final = (
    ("redis-server", "redis"),
    ("hiitpi web", "web"),
    ("hiitpi relay", "relay"),
    ("pipeline", "pipeline"),
)


def process_tree(pid: int) -> dict[int, str]:
    """Return the processes of the app whose main process is `pid`, by id, with their part."""
    parts_by_pid, pending = {}, [pid]
    while pending:
        process = pending.pop()
        try:
            command = Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            for thread in Path(f"/proc/{process}/task").iterdir():
                pending += map(int, (thread / "children").read_text().split())
        except OSError:  # the process has just exited
            continue
        parts = [part for text, part in PARTS if text in command]
        parts_by_pid[process] = parts[0] if parts else "main"
    return parts_by_pid


def cpu_seconds(pid: int) -> dict[str, float]:
    """Return the CPU time so far (user and system) of each part of the app, in seconds."""
    cpu_s: dict[str, float] = {}
    for process, part in process_tree(pid).items():
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks = int(fields[11]) + int(fields[12])
        cpu_s[part] = cpu_s.get(part, 0.0) + ticks / CLOCK_TICKS_PER_S
    return cpu_s


def memory_mb(pid: int) -> dict[str, float]:
    """Return the memory of each part of the app, in MB.

    This is the proportional set size: shared pages are divided among their processes.
    """
    sizes: dict[str, float] = {}
    for process, part in process_tree(pid).items():
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        sizes[part] = sizes.get(part, 0.0) + kilobytes / 1024
    return sizes
