"""Paints a body so that pose models take it for a person: shaded limbs, a face, clothes, a room.

Every part is a tapered tube, drawn into a depth buffer at twice the picture's resolution. That is
enough light and shade for models that were trained on photographs: a stick figure is not.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from hiitpi.camera.synthetic.face import SKIN, Colour, face
from hiitpi.camera.synthetic.scene import Lens, grain, room
from hiitpi.camera.synthetic.skeleton import ANKLE, HEAD, Skeleton, Vector, unit, vector

Floats = NDArray[np.float32]
Profile = Sequence[tuple[float, float]]

#: Pixels of the painting per pixel of the picture, each way.
SUPERSAMPLING: Final = 2

LIGHT: Final = unit(vector(-0.45, 0.62, 0.65))

SHIRT: Final = (38.0, 84.0, 168.0)
SHORTS: Final = (44.0, 46.0, 52.0)
SHOE: Final = (205.0, 60.0, 60.0)
SOCK: Final = (226.0, 226.0, 226.0)

# Radii in metres along each limb, from 0 (its upper end) to 1; beyond, rounded ends.
THIGH: Final = (
    (-0.06, 0.086),
    (0.15, 0.092),
    (0.4, 0.084),
    (0.7, 0.068),
    (1.0, 0.055),
    (1.05, 0.05),
)
SHORTS_LEG: Final = ((-0.12, 0.096), (0.1, 0.104), (0.35, 0.101), (0.6, 0.096))
CALF: Final = (
    (-0.08, 0.05),
    (0.0, 0.054),
    (0.28, 0.06),
    (0.55, 0.052),
    (0.85, 0.036),
    (1.0, 0.035),
)
SOCK_LEG: Final = ((0.82, 0.041), (1.0, 0.041))
FOOT: Final = ((-0.25, 0.036), (0.15, 0.046), (0.6, 0.045), (1.0, 0.034))
SLEEVE: Final = ((-0.02, 0.05), (0.1, 0.056), (0.3, 0.06), (0.58, 0.06))
UPPER_ARM: Final = ((0.0, 0.048), (0.4, 0.05), (0.8, 0.041), (1.0, 0.039))
FOREARM: Final = ((-0.03, 0.039), (0.2, 0.045), (0.5, 0.039), (0.85, 0.029), (1.0, 0.028))
PALM: Final = ((0.0, 0.027), (0.25, 0.04), (0.5, 0.04), (0.8, 0.03), (1.0, 0.018))
# Of the trunk: half width and half depth.
TORSO_WIDE: Final = (
    (-0.1, 0.05), (-0.04, 0.1), (0.04, 0.165), (0.14, 0.182), (0.32, 0.176),
    (0.62, 0.15), (0.85, 0.158), (0.93, 0.15), (0.99, 0.05),
)  # fmt: skip
TORSO_DEEP: Final = (
    (-0.1, 0.04),
    (0.04, 0.085),
    (0.22, 0.115),
    (0.6, 0.105),
    (0.93, 0.112),
    (0.99, 0.05),
)
WAIST_WIDE: Final = ((0.86, 0.1), (0.9, 0.156), (0.97, 0.166), (1.03, 0.15), (1.08, 0.1))
WAIST_DEEP: Final = ((0.86, 0.1), (0.97, 0.12), (1.03, 0.12), (1.08, 0.1))


class RenderedFrame(NamedTuple):
    """A picture, uint8 (H, W, 3) RGB, and how much of each pixel is body, uint8 (H, W), if kept."""

    image: NDArray[np.uint8]
    cover: NDArray[np.uint8] | None


class BodyRenderer:
    """Paints bodies in front of one room.

    Args:
        size: width and height of the picture, pixels.
        seed: of the grain of wall, cloth and sensor.
    """

    def __init__(self, size: tuple[int, int], seed: int = 1) -> None:
        self.size = size
        self.lens = Lens(size)
        self._random = np.random.default_rng(seed)
        fine = size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING
        self._cloth = grain(self._random, fine, 4.0)
        self._room = room(self.lens, self._random)

    def __call__(self, body: Skeleton) -> NDArray[np.uint8]:
        """A picture of the body: uint8 (H, W, 3) RGB."""
        return self.shoot(body).image

    def shoot(self, body: Skeleton) -> RenderedFrame:
        """A picture of the body, and where in it the body is."""
        width, height = self.size
        shape = height * SUPERSAMPLING, width * SUPERSAMPLING
        self._colour = np.zeros((*shape, 3), np.float32)
        self._cover = np.zeros(shape, np.float32)
        self._depth = np.full(shape, -np.inf, np.float32)
        self._paint(body)
        cover = cv2.resize(self._cover, self.size, interpolation=cv2.INTER_AREA)[..., None]
        person = cv2.resize(self._colour, self.size, interpolation=cv2.INTER_AREA)
        del self._colour, self._cover, self._depth
        picture = self._room * self._shadow(body)[..., None] * (1 - cover) + person
        picture = cv2.GaussianBlur(picture, (0, 0), 0.55)
        picture += self._random.normal(0, 2.2, (height, width, 1)).astype(np.float32)
        image = np.clip(picture, 0, 255).astype(np.uint8)
        return RenderedFrame(image, (cover[..., 0] * 255).astype(np.uint8))

    def place(self, shot: RenderedFrame, offset: int) -> NDArray[np.uint8]:
        """The body of a shot, `offset` pixels further to the right, alone in the room."""
        empty = np.clip(self._room, 0, 255).astype(np.uint8)
        return self.lay(empty, shot, offset)

    def lay(
        self,
        image: NDArray[np.uint8],
        shot: RenderedFrame,
        offset: int,
        free: NDArray[np.uint8] | None = None,
    ) -> NDArray[np.uint8]:
        """The body of a shot over a picture, `offset` pixels to the right, where `free` is 255."""
        assert shot.cover is not None
        move = np.array([[1, 0, offset], [0, 1, 0]], np.float64)
        person = cv2.warpAffine(shot.image, move, self.size)
        there = cv2.warpAffine(shot.cover, move, self.size)[..., None] > 127
        if free is not None:
            there = there & (free > 0)
        return np.where(there, person, image)

    def _paint(self, body: Skeleton) -> None:
        for side in (0, 1):
            hip, knee, ankle = body.hips[side], body.knees[side], body.ankles[side]
            self._tube(hip, knee, THIGH, SKIN)
            self._tube(hip, knee, SHORTS_LEG, SHORTS, rough=0.16)
            self._tube(knee, ankle, CALF, SKIN)
            self._tube(knee, ankle, SOCK_LEG, SOCK)
            sole = ankle - vector(0, 0.035, 0)
            self._tube(sole, body.toes[side] - vector(0, 0.005, 0), FOOT, SHOE)
            shoulder, elbow, wrist = body.shoulders[side], body.elbows[side], body.wrists[side]
            self._tube(shoulder, elbow, UPPER_ARM, SKIN)
            self._tube(shoulder, elbow, SLEEVE, SHIRT, rough=0.1)
            self._tube(elbow, wrist, FOREARM, SKIN)
            self._tube(wrist, body.hands[side], PALM, SKIN)
        for end in body.shoulders:
            middle = body.chest + (end - body.chest) * 0.3
            self._tube(middle, end, ((0, 0.07), (0.6, 0.062), (1, 0.055)), SHIRT, rough=0.1)
        self._tube(body.chest, body.pelvis, WAIST_WIDE, SHORTS, WAIST_DEEP, body.left, rough=0.14)
        self._tube(body.chest, body.pelvis, TORSO_WIDE, SHIRT, TORSO_DEEP, body.left, rough=0.1)
        throat = body.neck + body.front * 0.02 - body.up * 0.03
        chin = body.head - body.crown * (HEAD * 0.25)
        self._tube(throat, chin, ((-0.2, 0.062), (0.3, 0.056), (1, 0.053)), SKIN)
        self._head(body)

    def _tube(
        self,
        start: Vector,
        end: Vector,
        wide: Profile,
        colour: Colour,
        deep: Profile | None = None,
        across: Vector | None = None,
        rough: float = 0.0,
    ) -> None:
        """A tapered tube from `start` to `end`, round, or of an oval section `wide` x `deep`."""
        (ax, ay, scale_a), (bx, by, scale_b) = self.lens(start), self.lens(end)
        where = np.array([t for t, _ in wide])
        radius = np.array([r for _, r in wide])
        bulge = radius
        if deep is not None and across is not None:
            radius, bulge = self._oval(start, end, across, where, radius, deep)
        radius = radius * np.interp(where, (0, 1), (scale_a, scale_b)) * SUPERSAMPLING
        a, b = np.array((ax, ay)) * SUPERSAMPLING, np.array((bx, by)) * SUPERSAMPLING
        way = b - a
        ends = a + way * min(where[0], 0), a + way * max(where[-1], 1)
        box = self._box(np.minimum(*ends) - radius.max() - 2, np.maximum(*ends) + radius.max() + 2)
        if box is None:
            return
        x0, y0, x1, y1 = box
        x = np.arange(x0, x1, dtype=np.float32)[None, :]
        y = np.arange(y0, y1, dtype=np.float32)[:, None]
        t = ((x - a[0]) * way[0] + (y - a[1]) * way[1]) / max(float(way @ way), 1.0)
        t = np.clip(t, where[0], where[-1]).astype(np.float32)
        r = np.interp(t, where, radius).astype(np.float32)
        vx, vy = x - (a[0] + t * way[0]), y - (a[1] + t * way[1])
        distance = np.sqrt(vx * vx + vy * vy)
        nx, ny = vx / r * 0.95, -vy / r * 0.95
        nz = np.sqrt(np.clip(1 - nx * nx - ny * ny, 0, 1))
        z = float(start[2]) + t * float(end[2] - start[2]) + nz * np.interp(t, where, bulge)
        grain = self._cloth[y0:y1, x0:x1]
        tone = _light(nx + rough * grain, ny, nz) * (1 + 0.03 * grain)
        self._put(
            box,
            np.clip(r - distance + 0.5, 0, 1),
            z,
            np.asarray(colour, np.float32) * tone[..., None],
        )

    def _oval(
        self,
        start: Vector,
        end: Vector,
        across: Vector,
        where: NDArray[np.float64],
        wide: NDArray[np.float64],
        deep: Profile,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Of an oval tube, as seen from the camera: half width, and how far it bulges forward."""
        sight = unit(vector(0, self.lens.height, self.lens.distance) - (start + end) / 2)
        seen = unit(np.cross(unit(end - start), sight))
        part = min(1.0, abs(float(seen @ across))) ** 2
        thick = np.interp(where, [t for t, _ in deep], [r for _, r in deep])
        half = np.sqrt(part * wide**2 + (1 - part) * thick**2)
        return half, np.sqrt((1 - part) * wide**2 + part * thick**2)

    def _head(self, body: Skeleton) -> None:
        """An egg with a face: each pixel is looked up on the head's surface."""
        cx, cy, scale = self.lens(body.head)
        size = HEAD * scale * SUPERSAMPLING
        centre = np.array((cx, cy)) * SUPERSAMPLING
        box = self._box(centre - size * 0.62, centre + size * 0.62)
        if box is None:
            return
        x0, y0, x1, y1 = box
        # Offsets from the centre in head heights, towards the picture's right and up.
        u = (np.arange(x0, x1, dtype=np.float32)[None, :] - centre[0]) / size
        v = (centre[1] - np.arange(y0, y1, dtype=np.float32)[:, None]) / size
        side = np.cross(body.crown, body.face)
        turn = np.column_stack((side, body.crown, body.face))
        half = np.array((0.36, 0.5, 0.42))
        form = (turn / half**2) @ turn.T
        # The nearest point of the ellipsoid along z: a z^2 + b z + c = 0.
        qa = form[2, 2]
        qb = 2 * (form[0, 2] * u + form[1, 2] * v)
        qc = form[0, 0] * u * u + 2 * form[0, 1] * u * v + form[1, 1] * v * v - 1
        inside = qb * qb - 4 * qa * qc
        w = ((-qb + np.sqrt(np.maximum(inside, 0))) / (2 * qa)).astype(np.float32)
        u, v = u + 0 * w, v + 0 * w
        normal = np.stack((u, v, w), -1) @ form.T
        normal /= np.linalg.norm(normal, axis=-1, keepdims=True) + 1e-6
        local = (np.stack((u, v, w), -1) @ turn).astype(np.float32)
        colour = face(local) * _light(normal[..., 0], normal[..., 1], normal[..., 2])[..., None]
        alpha = np.clip(inside * size * 0.12, 0, 1).astype(np.float32)
        self._put(box, alpha, float(body.head[2]) + 0.03 + w * HEAD, colour.astype(np.float32))
        for sign in (1, -1):
            ear = body.head + side * (sign * 0.35 * HEAD) - body.crown * 0.005
            self._tube(
                ear, ear - body.crown * 0.02, ((-0.8, 0.016), (0.5, 0.018), (1.5, 0.012)), SKIN
            )

    def _box(
        self, low: NDArray[np.float64], high: NDArray[np.float64]
    ) -> tuple[int, int, int, int] | None:
        height, width = self._cover.shape
        x0, y0 = max(int(low[0]), 0), max(int(low[1]), 0)
        x1, y1 = min(int(high[0]) + 1, width), min(int(high[1]) + 1, height)
        return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None

    def _put(
        self, box: tuple[int, int, int, int], alpha: Floats, z: Floats, colour: Floats
    ) -> None:
        """Lay a part over what is there, where it is nearer."""
        x0, y0, x1, y1 = box
        there = np.s_[y0:y1, x0:x1]
        alpha = np.where(z > self._depth[there], alpha, 0).astype(np.float32)
        self._colour[there] += (np.clip(colour, 0, 255) - self._colour[there]) * alpha[..., None]
        self._cover[there] += (1 - self._cover[there]) * alpha
        self._depth[there] = np.where(alpha > 0.5, z, self._depth[there])

    def _shadow(self, body: Skeleton) -> Floats:
        """How much light the room keeps, 0..1: soft blots under feet and body."""
        blots = np.zeros((self.size[1], self.size[0]), np.float32)
        for ankle, toe in zip(body.ankles, body.toes, strict=True):
            self._blot(blots, (ankle + toe) / 2, 0.15, 0.5 * max(0.0, 1 - (ankle[1] - ANKLE) / 0.5))
        blots = cv2.GaussianBlur(blots, (0, 0), 3)
        under = np.zeros_like(blots)
        self._blot(under, body.pelvis + vector(0.18, 0, -0.1), 0.5, 0.3)
        result: Floats = 1 - np.maximum(blots, cv2.GaussianBlur(under, (0, 0), 12))
        return result

    def _blot(self, on: Floats, at: Vector, radius: float, strength: float) -> None:
        x, y, scale = self.lens(vector(at[0], 0, at[2]))
        axes = int(radius * scale), max(1, int(radius * 0.28 * scale))
        cv2.ellipse(on, (int(x), int(y) + 1), axes, 0, 0, 360, strength, -1)


def _light(nx: Floats, ny: Floats, nz: Floats) -> Floats:
    """Brightness of a surface: ambient, a lamp from the upper left, and darker rims."""
    lamp = np.clip(nx * LIGHT[0] + ny * LIGHT[1] + nz * LIGHT[2], 0, 1)
    tone: Floats = (0.52 + 0.6 * lamp - 0.16 * (1 - nz) ** 2).astype(np.float32)
    return tone
