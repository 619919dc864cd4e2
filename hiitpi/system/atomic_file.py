"""Writes files so that a crash or a power cut never leaves a partial one."""

from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the content of a file in one step; create it if it does not exist.

    Raises:
        OSError: it cannot be written; the previous content is kept.
    """
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)
