"""The host machine: CPU temperature, boot id, and tuning of the C allocator."""

import ctypes
from pathlib import Path
from typing import Final

#: Degrees Celsius above which a Raspberry Pi throttles its CPU.
HOT_CELSIUS: Final = 80.0

#: The parameter M_MMAP_THRESHOLD of malloc.h, and its value: more than a 640x480 RGB image.
M_MMAP_THRESHOLD: Final = -3
MMAP_THRESHOLD_BYTES: Final = 1_500_000


def temperature(root: Path = Path("/")) -> float | None:
    """Return the CPU temperature in degrees Celsius; None if the kernel does not expose it.

    Args:
        root: root of the file system; another one in tests.
    """
    try:
        return int((root / "sys/class/thermal/thermal_zone0/temp").read_text()) / 1000
    except (OSError, ValueError):
        return None


def boot_id(root: Path = Path("/")) -> str:
    """Return Linux's random id of the current boot; "" if there is none.

    Args:
        root: root of the file system; another one in tests.
    """
    try:
        return (root / "proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def malloc_trim() -> None:
    """Return freed memory to the system (malloc_trim(3)); a no-op if the C library lacks it."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)


def set_mmap_threshold() -> None:
    """Return blocks of `MMAP_THRESHOLD_BYTES` and more to the system when freed (mallopt(3)).

    Each allocation of such a block takes longer, but the heap does not fragment.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES)
