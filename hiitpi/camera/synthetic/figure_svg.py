"""Draws the synthetic athlete doing a workout as a small moving picture (SVG).

It stands still for users who want no movement. A list of workouts needs pictures without any
animation, though: browsers go on animating what is not shown, in every picture.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from hiitpi.camera.synthetic.animations import ANIMATIONS, Animation
from hiitpi.camera.synthetic.scene import Lens
from hiitpi.camera.synthetic.skeleton import HEAD, Skeleton, Vector, vector

#: Frames of a cycle; the browser interpolates between them.
FRAMES: Final = 14

#: Size of the longer side of the picture, and the margin around the athlete, in its units.
SIZE: Final = 200
MARGIN: Final = 10

#: Rotation of an athlete who could face the camera as well as turn sideways to it, degrees: from
#: there both arms and legs are seen.
OBLIQUE_DEG: Final = 35.0

#: A limb is behind the other one if it is further away by this fraction.
MIN_DEPTH: Final = 0.03

#: Widths of the limbs in metres, and colours: those of the athlete in the video.
ARM_M: Final = 0.085
LEG_M: Final = 0.12
FOOT_M: Final = 0.07
TRUNK_M: Final = 0.11
SKIN: Final = ("#d9a17c", "#b98565")  # near, far
TROUSERS: Final = ("#5b6b8c", "#46536d")
SHIRT: Final = "#3d6fd6"
SHOES: Final = ("#e0423f", "#b23432")

#: The moving and the still picture; one of them is shown.
STYLE: Final = (
    "#still{display:none}"
    "@media(prefers-reduced-motion:reduce){#still{display:inline}#still+g{display:none}}"
)

Point = tuple[float, float]


@dataclass(frozen=True)
class Stroke:
    """A line through joints, drawn with a width.

    Attributes:
        joints: the joints of a skeleton that it goes through.
        width_m: its width in metres.
        colours: near and far colour.
    """

    joints: Callable[[Skeleton], Sequence[Vector]]
    width_m: float
    colours: tuple[str, str]


def _leg(side: int) -> list[Stroke]:
    """Return the foot and the leg of a side, 0 left or 1 right."""
    return [
        Stroke(lambda b: (b.ankles[side], b.toes[side]), FOOT_M, SHOES),
        Stroke(lambda b: (b.hips[side], b.knees[side], b.ankles[side]), LEG_M, TROUSERS),
    ]


def _arm(side: int) -> list[Stroke]:
    """Return the arm of a side, 0 left or 1 right."""
    return [Stroke(lambda b: (b.shoulders[side], b.elbows[side], b.hands[side]), ARM_M, SKIN)]


TRUNK: Final = Stroke(
    lambda b: (b.shoulders[0], b.shoulders[1], b.hips[1], b.hips[0], b.shoulders[0]),
    TRUNK_M,
    (SHIRT, SHIRT),
)

#: What the athlete hangs from or leans against: a line through points beside the first pose.
PROPS: Final[dict[str, Callable[[Skeleton], Sequence[Vector]]]] = {
    "pull_up": lambda b: [b.wrists[s] + b.left * (0.3 - 0.6 * s) for s in (0, 1)],
    "wall_sit": lambda b: [b.pelvis - b.front * 0.11 + vector(0, up, 0) for up in (-0.45, 0.85)],
}
PROP: Final = "#8a93a6"


def figure_svg(
    animation: Animation,
    turn_deg: float,
    prop: Callable[[Skeleton], Sequence[Vector]] = lambda body: (),
) -> tuple[str, str]:
    """Return the moving and the still picture.

    Args:
        animation: the workout.
        turn_deg: by how much the athlete is turned to the left of the picture.
        prop: the points of what the athlete hangs from or leans against.
    """
    cycle = [animation.pose(i / FRAMES, 1.0, 1.0) for i in range(FRAMES)]
    project = _projection(turn_deg)
    beside = prop(cycle[0])
    points = [project(p) for p in [*beside, *(p for body in cycle for p in _all_points(body))]]
    left, top = (min(p[axis] for p in points) for axis in (0, 1))
    right, bottom = (max(p[axis] for p in points) for axis in (0, 1))
    scale = (SIZE - 2 * MARGIN) / max(right - left, bottom - top)
    pixels_per_metre = scale * project(vector(0, 1, 0))[2]

    def place(p: Vector) -> Point:
        x, y, _ = project(p)
        return (x - left) * scale + MARGIN, (y - top) * scale + MARGIN

    def depth(stroke: Stroke) -> float:
        joints = [project(p)[2] for body in cycle for p in stroke.joints(body)]
        return sum(joints) / len(joints)

    def draw(stroke: Stroke, near: bool, frames: Sequence[Skeleton]) -> str:
        paths = [_path([place(p) for p in stroke.joints(body)]) for body in frames]
        colour = stroke.colours[0 if near else 1]
        fill = colour if stroke is TRUNK else "none"
        look = f'stroke="{colour}" stroke-width="{stroke.width_m * pixels_per_metre:.1f}"'
        return f'<path fill="{fill}" {look} d="{paths[0]}">{_moves("d", paths, seconds)}</path>'

    def head(frames: Sequence[Skeleton]) -> str:
        centres = [place(body.head) for body in frames]
        radius = HEAD / 2 * pixels_per_metre
        moves = "".join(
            _moves(name, [f"{c[axis]:.0f}" for c in centres], seconds)
            for axis, name in enumerate(("cx", "cy"))
        )
        (x, y), *_ = centres
        place_of = f'r="{radius:.1f}" cx="{x:.0f}" cy="{y:.0f}"'
        return f'<circle fill="{SKIN[0]}" {place_of}>{moves}</circle>'

    def picture(frames: Sequence[Skeleton]) -> str:
        # Of a pair the limb that is further away is darker, and behind the trunk.
        behind, ahead = [], []
        for limb_of in (_leg, _arm):
            far, near = sorted((limb_of(0), limb_of(1)), key=lambda limb: depth(limb[-1]))
            differ = depth(near[-1]) > depth(far[-1]) * (1 + MIN_DEPTH)
            behind += [draw(s, not differ, frames) for s in far]
            ahead += [draw(s, True, frames) for s in near]
        line = _path([place(p) for p in beside])
        fixed = [f'<path stroke="{PROP}" stroke-width="5" d="{line}"/>'] if beside else []
        return "".join([*fixed, *behind, draw(TRUNK, True, frames), head(frames), *ahead])

    seconds = 60 * animation.reps / animation.pace
    width, height = (round((b - a) * scale) + 2 * MARGIN for a, b in ((left, right), (top, bottom)))
    turn = [cycle[FRAMES // 2]] if animation.reps == 1 else [cycle[FRAMES // 4]]
    head_tag = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'stroke-linecap="round" stroke-linejoin="round">'
    )
    still = picture(turn)
    both = f'<style>{STYLE}</style><g id="still">{still}</g><g>{picture(cycle)}</g>'
    return f"{head_tag}{both}</svg>\n", f"{head_tag}{still}</svg>\n"


def _moves(attribute: str, values: Sequence[str], seconds: float) -> str:
    """Return the animation of an attribute, which ends where it began; none for a still picture."""
    if len(set(values)) == 1:
        return ""
    listed = ";".join([*values, values[0]])
    return (
        f'<animate attributeName="{attribute}" dur="{seconds:.2g}s" repeatCount="indefinite" '
        f'values="{listed}"/>'
    )


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in points)


def _projection(turn_deg: float) -> Callable[[Vector], tuple[float, float, float]]:
    lens, turn = Lens((640, 480)), math.radians(turn_deg)
    cos, sin = math.cos(turn), math.sin(turn)

    def project(p: Vector) -> tuple[float, float, float]:
        return lens(vector(p[0] * cos + p[2] * sin, p[1], p[2] * cos - p[0] * sin))

    return project


def _all_points(body: Skeleton) -> list[Vector]:
    r = HEAD / 2
    around = [vector(r, 0, 0), vector(-r, 0, 0), vector(0, r, 0), vector(0, -r, 0)]
    head = [body.head + offset for offset in around]
    return [*body.toes, *body.ankles, *body.knees, *body.hips, *body.elbows, *body.hands, *head]


def figures(views: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Return the moving and the still pictures of workouts by slug.

    Args:
        views: the view that each workout needs, by slug.
    """
    return {
        slug: figure_svg(
            ANIMATIONS[slug], OBLIQUE_DEG if view == "any" else 0.0, PROPS.get(slug, lambda b: ())
        )
        for slug, view in views.items()
        if slug in ANIMATIONS
    }
