"""The room of the synthetic athlete, and the projection of the camera."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from hiitpi.camera.synthetic.skeleton import Vector, vector

Floats = NDArray[np.float32]

WALL: Final = (214.0, 212.0, 206.0)
FLOOR: Final = (168.0, 142.0, 112.0)


class Lens:
    """A pinhole camera that looks along -z.

    Args:
        size: width and height of the frame, pixels.
        distance: distance from the origin, metres.
        height: height above the floor, metres.
    """

    def __init__(self, size: tuple[int, int], distance: float = 3.6, height: float = 1.05) -> None:
        self.width, self.height_px = size
        self.distance, self.height = distance, height
        self.focal = 1.40 * min(self.width * 0.75, self.height_px)
        self.cx, self.cy = self.width / 2, self.height_px * 0.5

    def __call__(self, p: Vector) -> tuple[float, float, float]:
        """Project a point; return x and y in pixels, and the pixels per metre at its distance."""
        scale = self.focal / (self.distance - float(p[2]))
        return self.cx + float(p[0]) * scale, self.cy - (float(p[1]) - self.height) * scale, scale


def render_room(lens: Lens, random: np.random.Generator) -> Floats:
    """Render a wall, a skirting board and floor boards in perspective.

    Args:
        lens: the camera.
        random: source of the noise.

    Returns:
        float32 (H, W, 3) RGB, 0..255.
    """
    width, height = lens.width, lens.height_px
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    edge = lens(vector(0, 0, -1.1))[1]
    glow = np.exp(
        -(((x - 0.35 * width) / (0.55 * width)) ** 2 + ((y - 0.25 * height) / (0.7 * height)) ** 2)
    )
    wall = np.asarray(WALL, np.float32) * (0.84 + 0.18 * glow)[..., None]
    wall += 1.6 * grain(random, (width, height), 6.0)[..., None]
    scale = np.maximum((y - lens.cy) / lens.height, 1e-3)
    depth = lens.distance - lens.focal / scale
    across = (x - lens.cx) / scale
    board = np.floor(depth / 0.14 + 1000).astype(int)
    tone = random.uniform(-1, 1, 4096).astype(np.float32)[board % 4096]
    gap = np.abs((depth / 0.14) % 1 - 0.5) > 0.485
    veins = np.sin(across * 37 + tone * 50 + 2 * np.sin(across * 7 + tone * 9))
    shade = 0.93 + 0.06 * tone + 0.01 * veins - 0.14 * gap + 0.1 * np.clip((depth + 1.1) / 3, 0, 1)
    picture = np.where(
        (y > edge)[..., None], np.asarray(FLOOR, np.float32) * shade[..., None], wall
    )
    skirting = (y > edge - 0.1 * lens(vector(0, 0, -1.1))[2]) & (y <= edge)
    picture[skirting] = (236, 234, 232)
    return np.clip(picture, 0, 255).astype(np.float32)


def grain(random: np.random.Generator, size: tuple[int, int], coarse: float) -> Floats:
    """Return smooth noise with standard deviation 1.

    Args:
        random: source of the noise.
        size: width and height, pixels.
        coarse: size of its features, pixels.

    Returns:
        float32 (height, width).
    """
    small = max(2, int(size[1] / coarse)), max(2, int(size[0] / coarse))
    noise = cv2.GaussianBlur(random.standard_normal(small).astype(np.float32), (0, 0), 1.5)
    return cv2.resize(noise / noise.std(), size)
