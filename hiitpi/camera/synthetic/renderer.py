"""Renders a body so that pose models detect a person: shaded limbs, a face, clothes and a room.

Every part is a tapered tube, rendered with a depth buffer at twice the resolution of the frame.
Its shading is realistic enough for models that were trained on photographs; a stick figure is not.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from hiitpi.camera.synthetic.face import SKIN, Colour, face_colours
from hiitpi.camera.synthetic.scene import Lens, grain, render_room
from hiitpi.camera.synthetic.skeleton import ANKLE, HEAD, Skeleton, Vector, unit, vector

Floats = NDArray[np.float32]
Profile = Sequence[tuple[float, float]]

#: Rendered pixels per pixel of the frame, in each direction.
SUPERSAMPLING: Final = 2

#: Direction towards the lamp.
LIGHT: Final = unit(vector(-0.45, 0.62, 0.65))

SHIRT: Final = (38.0, 84.0, 168.0)
SHORTS: Final = (44.0, 46.0, 52.0)
SHOE: Final = (205.0, 60.0, 60.0)
SOCK: Final = (226.0, 226.0, 226.0)

# Profiles of the limbs: (position, radius in metres); the position is 0 at the upper and 1 at the
# lower end of the limb; positions beyond form the rounded ends.
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
# Profiles of the trunk, which is oval: half its width and half its depth.
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
    """A rendered frame.

    Attributes:
        image: uint8 (H, W, 3) RGB.
        mask: coverage of each pixel by the body, uint8 (H, W), 0..255; None if it was not kept.
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.uint8] | None


class BodyRenderer:
    """Renders bodies in a room.

    Args:
        size: width and height of the frames, pixels.
        seed: seed of the noise on walls, clothes and sensor.
    """

    def __init__(self, size: tuple[int, int], seed: int = 1) -> None:
        self.size = size
        self.lens = Lens(size)
        self._random = np.random.default_rng(seed)
        render_size = size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING
        self._cloth = grain(self._random, render_size, 4.0)
        self._room = render_room(self.lens, self._random)

    def __call__(self, body: Skeleton) -> NDArray[np.uint8]:
        """Render a body; return the image, uint8 (H, W, 3) RGB."""
        return self.render(body).image

    def render(self, body: Skeleton) -> RenderedFrame:
        """Render a body; return the image and the mask of the body."""
        width, height = self.size
        shape = height * SUPERSAMPLING, width * SUPERSAMPLING
        self._colour = np.zeros((*shape, 3), np.float32)
        self._coverage = np.zeros(shape, np.float32)
        self._depth = np.full(shape, -np.inf, np.float32)
        self._render_body(body)
        coverage = cv2.resize(self._coverage, self.size, interpolation=cv2.INTER_AREA)[..., None]
        person = cv2.resize(self._colour, self.size, interpolation=cv2.INTER_AREA)
        del self._colour, self._coverage, self._depth
        scene = self._room * self._shadow(body)[..., None] * (1 - coverage) + person
        scene = cv2.GaussianBlur(scene, (0, 0), 0.55)
        scene += self._random.normal(0, 2.2, (height, width, 1)).astype(np.float32)
        image = np.clip(scene, 0, 255).astype(np.uint8)
        return RenderedFrame(image, (coverage[..., 0] * 255).astype(np.uint8))

    def shifted(self, rendered: RenderedFrame, offset: int) -> NDArray[np.uint8]:
        """Move the body of a frame to the right, in the otherwise empty room.

        Args:
            rendered: a frame with its mask.
            offset: pixels.

        Returns:
            uint8 (H, W, 3) RGB.
        """
        empty_room = np.clip(self._room, 0, 255).astype(np.uint8)
        return self.composite(empty_room, rendered, offset)

    def composite(
        self,
        image: NDArray[np.uint8],
        rendered: RenderedFrame,
        offset: int,
        allowed: NDArray[np.uint8] | None = None,
    ) -> NDArray[np.uint8]:
        """Draw the body of a frame onto an image.

        Args:
            image: uint8 (H, W, 3) RGB; not changed.
            rendered: a frame with its mask.
            offset: displacement of the body to the right, pixels.
            allowed: where the body may be drawn, uint8 (H, W, 1), not 0; None for everywhere.

        Returns:
            uint8 (H, W, 3) RGB.
        """
        assert rendered.mask is not None
        translation = np.array([[1, 0, offset], [0, 1, 0]], np.float64)
        person = cv2.warpAffine(rendered.image, translation, self.size)
        mask = cv2.warpAffine(rendered.mask, translation, self.size)[..., None] > 127
        if allowed is not None:
            mask = mask & (allowed > 0)
        return np.where(mask, person, image)

    def _render_body(self, body: Skeleton) -> None:
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
        """Render a tapered tube.

        Args:
            start: centre of one end, metres.
            end: centre of the other end, metres.
            wide: profile of the radius, or of half the width of an oval tube.
            colour: RGB, 0..255.
            deep: profile of half the depth of an oval tube; None for a round one.
            across: direction of the width of an oval tube.
            rough: strength of the cloth texture.
        """
        (ax, ay, scale_a), (bx, by, scale_b) = self.lens(start), self.lens(end)
        position = np.array([t for t, _ in wide])
        radius = np.array([r for _, r in wide])
        bulge = radius
        if deep is not None and across is not None:
            radius, bulge = self._oval_section(start, end, across, position, radius, deep)
        radius = radius * np.interp(position, (0, 1), (scale_a, scale_b)) * SUPERSAMPLING
        a, b = np.array((ax, ay)) * SUPERSAMPLING, np.array((bx, by)) * SUPERSAMPLING
        axis = b - a
        ends = a + axis * min(position[0], 0), a + axis * max(position[-1], 1)
        box = self._box(np.minimum(*ends) - radius.max() - 2, np.maximum(*ends) + radius.max() + 2)
        if box is None:
            return
        x0, y0, x1, y1 = box
        x = np.arange(x0, x1, dtype=np.float32)[None, :]
        y = np.arange(y0, y1, dtype=np.float32)[:, None]
        t = ((x - a[0]) * axis[0] + (y - a[1]) * axis[1]) / max(float(axis @ axis), 1.0)
        t = np.clip(t, position[0], position[-1]).astype(np.float32)
        r = np.interp(t, position, radius).astype(np.float32)
        vx, vy = x - (a[0] + t * axis[0]), y - (a[1] + t * axis[1])
        distance = np.sqrt(vx * vx + vy * vy)
        nx, ny = vx / r * 0.95, -vy / r * 0.95
        nz = np.sqrt(np.clip(1 - nx * nx - ny * ny, 0, 1))
        z = float(start[2]) + t * float(end[2] - start[2]) + nz * np.interp(t, position, bulge)
        grain = self._cloth[y0:y1, x0:x1]
        tone = _light(nx + rough * grain, ny, nz) * (1 + 0.03 * grain)
        self._blend(
            box,
            np.clip(r - distance + 0.5, 0, 1),
            z,
            np.asarray(colour, np.float32) * tone[..., None],
        )

    def _oval_section(
        self,
        start: Vector,
        end: Vector,
        across: Vector,
        position: NDArray[np.float64],
        wide: NDArray[np.float64],
        deep: Profile,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return half the apparent width of an oval tube, and how far it bulges to the camera."""
        view = unit(vector(0, self.lens.height, self.lens.distance) - (start + end) / 2)
        apparent = unit(np.cross(unit(end - start), view))
        part = min(1.0, abs(float(apparent @ across))) ** 2
        depth = np.interp(position, [t for t, _ in deep], [r for _, r in deep])
        half_width = np.sqrt(part * wide**2 + (1 - part) * depth**2)
        return half_width, np.sqrt((1 - part) * wide**2 + part * depth**2)

    def _head(self, body: Skeleton) -> None:
        """Render the head, an ellipsoid: each pixel gets the colour of its point on the surface."""
        cx, cy, scale = self.lens(body.head)
        size = HEAD * scale * SUPERSAMPLING
        centre = np.array((cx, cy)) * SUPERSAMPLING
        box = self._box(centre - size * 0.62, centre + size * 0.62)
        if box is None:
            return
        x0, y0, x1, y1 = box
        # Offsets from the centre in head heights, to the right of the frame and up.
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
        colour = (
            face_colours(local) * _light(normal[..., 0], normal[..., 1], normal[..., 2])[..., None]
        )
        alpha = np.clip(inside * size * 0.12, 0, 1).astype(np.float32)
        self._blend(box, alpha, float(body.head[2]) + 0.03 + w * HEAD, colour.astype(np.float32))
        for sign in (1, -1):
            ear = body.head + side * (sign * 0.35 * HEAD) - body.crown * 0.005
            self._tube(
                ear, ear - body.crown * 0.02, ((-0.8, 0.016), (0.5, 0.018), (1.5, 0.012)), SKIN
            )

    def _box(
        self, low: NDArray[np.float64], high: NDArray[np.float64]
    ) -> tuple[int, int, int, int] | None:
        """Return the box between two corners, clipped to the frame; None if it is outside."""
        height, width = self._coverage.shape
        x0, y0 = max(int(low[0]), 0), max(int(low[1]), 0)
        x1, y1 = min(int(high[0]) + 1, width), min(int(high[1]) + 1, height)
        return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None

    def _blend(
        self, box: tuple[int, int, int, int], alpha: Floats, z: Floats, colour: Floats
    ) -> None:
        """Blend a part into a box of the frame, where it is nearer than the content there."""
        x0, y0, x1, y1 = box
        region = np.s_[y0:y1, x0:x1]
        alpha = np.where(z > self._depth[region], alpha, 0).astype(np.float32)
        self._colour[region] += (np.clip(colour, 0, 255) - self._colour[region]) * alpha[..., None]
        self._coverage[region] += (1 - self._coverage[region]) * alpha
        self._depth[region] = np.where(alpha > 0.5, z, self._depth[region])

    def _shadow(self, body: Skeleton) -> Floats:
        """Return the light that remains on each pixel of the room, float32 (H, W), 0..1.

        Soft shadows are under the feet and under the body.
        """
        feet = np.zeros((self.size[1], self.size[0]), np.float32)
        for ankle, toe in zip(body.ankles, body.toes, strict=True):
            strength = 0.5 * max(0.0, 1 - (ankle[1] - ANKLE) / 0.5)
            self._draw_shadow(feet, (ankle + toe) / 2, 0.15, strength)
        feet = cv2.GaussianBlur(feet, (0, 0), 3)
        trunk = np.zeros_like(feet)
        self._draw_shadow(trunk, body.pelvis + vector(0.18, 0, -0.1), 0.5, 0.3)
        result: Floats = 1 - np.maximum(feet, cv2.GaussianBlur(trunk, (0, 0), 12))
        return result

    def _draw_shadow(self, canvas: Floats, point: Vector, radius: float, strength: float) -> None:
        """Draw an ellipse on the floor under a point; the radius is in metres."""
        x, y, scale = self.lens(vector(point[0], 0, point[2]))
        axes = int(radius * scale), max(1, int(radius * 0.28 * scale))
        cv2.ellipse(canvas, (int(x), int(y) + 1), axes, 0, 0, 360, strength, -1)


def _light(nx: Floats, ny: Floats, nz: Floats) -> Floats:
    """Return the brightness of a surface: ambient light, a lamp at the upper left, darker rims."""
    lamp = np.clip(nx * LIGHT[0] + ny * LIGHT[1] + nz * LIGHT[2], 0, 1)
    tone: Floats = (0.52 + 0.6 * lamp - 0.16 * (1 - nz) ** 2).astype(np.float32)
    return tone
