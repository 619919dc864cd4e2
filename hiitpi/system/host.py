"""What the machine says of itself, and what it gets back."""

import ctypes
from pathlib import Path
from typing import Final

#: Degrees Celsius from which a Raspberry Pi slows down.
HOT_CELSIUS: Final = 80.0

#: malloc.h's M_MMAP_THRESHOLD, and bytes: more than a picture of 640x480.
MMAP_THRESHOLD: Final = -3
MMAP_THRESHOLD_BYTES: Final = 1_500_000


def temperature(root: Path = Path("/")) -> float | None:
    """Of the processor, degrees Celsius; None where the kernel does not tell."""
    try:
        return int((root / "sys/class/thermal/thermal_zone0/temp").read_text()) / 1000
    except (OSError, ValueError):
        return None


def boot_id(root: Path = Path("/")) -> str:
    """Linux' name for the time since the machine was started; "" where there is none."""
    try:
        return (root / "proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def malloc_trim() -> None:
    """Return what was freed to the system (malloc_trim(3)); a C library without it keeps it."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)


def set_mmap_threshold() -> None:
    """Have large blocks, of `MMAP_THRESHOLD_BYTES`, go back to the system when freed (mallopt(3)).

    That costs time whenever one is made, and saves what would lie about in pieces.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES)
