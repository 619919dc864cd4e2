"""The synthetic athlete's face: the colour of each point of the head."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Colour = tuple[float, float, float]

SKIN: Final = (212.0, 160.0, 128.0)
HAIR: Final = (52.0, 36.0, 26.0)


def face_colours(local: Floats) -> Floats:
    """Return the colours of points on the surface of the head.

    Args:
        local: float32 (..., 3): coordinates to the head's left, up and front, in head heights.

    Returns:
        float32 (..., 3) RGB, 0..255.
    """
    x, y, front = local[..., 0], local[..., 1], local[..., 2] > 0
    skin = np.asarray(SKIN, np.float32)
    colour = np.broadcast_to(skin, local.shape).copy()

    def paint(
        cx: float,
        cy: float,
        rx: float,
        ry: float,
        paint_colour: Colour,
        strength: float = 1.0,
        soft: float = 0.12,
    ) -> None:
        inside = 1 - np.sqrt(((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2)
        alpha = (np.clip(inside / soft, 0, 1) * strength * front)[..., None]
        colour[...] += (np.asarray(paint_colour, np.float32) - colour) * alpha

    dark = (130.0, 92.0, 72.0)
    for sign in (1, -1):
        paint(sign * 0.135, 0.035, 0.10, 0.055, dark, 0.45, 0.6)  # eye socket
        paint(sign * 0.21, -0.13, 0.09, 0.09, (222.0, 140.0, 118.0), 0.4, 0.9)  # cheek
        paint(sign * 0.135, 0.03, 0.06, 0.03, (232.0, 230.0, 228.0))  # white of the eye
        paint(sign * 0.135, 0.03, 0.029, 0.029, (70.0, 52.0, 38.0))
        paint(sign * 0.135, 0.03, 0.014, 0.014, (14.0, 12.0, 12.0))
        paint(sign * 0.14, 0.062, 0.068, 0.012, (40.0, 32.0, 28.0), 0.8, 0.4)  # lashes
        paint(sign * 0.145, 0.10, 0.085, 0.018, HAIR, 0.9, 0.4)  # brow
        paint(sign * 0.035, -0.13, 0.018, 0.012, dark, 0.8, 0.5)  # nostril
    paint(0.04, -0.04, 0.025, 0.12, dark, 0.35, 0.9)  # the nose's shaded side
    paint(-0.012, -0.05, 0.022, 0.10, (238.0, 196.0, 166.0), 0.5, 0.9)
    paint(0, -0.145, 0.065, 0.022, dark, 0.45, 0.7)
    paint(0, -0.26, 0.115, 0.032, (178.0, 100.0, 96.0), 0.85, 0.3)  # lips
    paint(0, -0.26, 0.10, 0.007, (96.0, 48.0, 48.0), 0.9, 0.4)
    paint(0, -0.47, 0.22, 0.08, dark, 0.4, 0.9)  # under the chin
    hairline = 0.24 - 0.6 * np.maximum(np.abs(x) - 0.22, 0)
    hair = np.where(front, np.clip((y - hairline) * 40, 0, 1), np.clip((y + 0.22) * 40, 0, 1))
    sides = (np.abs(x) > 0.30) & (y > -0.03)
    hair = np.maximum(hair, sides * 0.95)
    strand = (0.82 + 0.36 * (0.5 + 0.5 * np.sin(x * 95 + 14 * np.sin(y * 9))))[..., None]
    blended: Floats = (
        colour + (np.asarray(HAIR, np.float32) * strand - colour) * hair[..., None]
    ).astype(np.float32)
    return blended
