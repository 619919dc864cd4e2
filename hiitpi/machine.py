"""What the machine says of itself."""

from pathlib import Path
from typing import Final

#: Degrees Celsius from which a Raspberry Pi slows down.
HOT: Final = 80.0


def temperature(root: Path = Path("/")) -> float | None:
    """Of the processor, degrees Celsius; None where the kernel does not tell."""
    try:
        return int((root / "sys/class/thermal/thermal_zone0/temp").read_text()) / 1000
    except (OSError, ValueError):
        return None
