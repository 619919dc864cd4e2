"""The measures that workout rules are written in: angles, heights and distances of a body.

Angles are in degrees. Lengths are multiples of a length of the same body instead of pixels, so that
neither the distance from the camera nor the resolution matters.
"""

import math
from typing import Final

from hiitpi.coach.rules.body import NAN, BodyTracker, angle_at
from hiitpi.coach.rules.measure import UNSEEN, Measure, Reading, require_visible, sided
from hiitpi.coach.rules.nan import nan_max

#: A limb that looks shorter than this fraction of the trunk points at the camera. A thigh has 0.85.
MIN_LIMB_RATIO: Final = 0.25

#: If the legs are closer together than this fraction of their length, the pose model may have
#: placed both on the same leg.
MIN_LEG_SPLIT: Final = 0.12

#: Maximum difference in height of the feet, in leg lengths, of a person who faces the camera and
#: stands with the feet side by side. In real lunges from the front it is 0.27 and more.
LEVEL_FEET: Final = 0.1

#: Minimum rise of the knee, as a fraction of the rise of the foot, of a foot that steps up.
MIN_KNEE_LIFT: Final = 0.25

#: A foot that steps up also comes nearer, and to a camera at hip height it seems to rise by less
#: than it does; factor by which its rise is multiplied.
STEP_WEIGHT: Final = 1.6


def angle(a: str, b: str, c: str, *, says: tuple[str, str], needed: bool = True) -> Measure:
    """Angle at joint `b` between `a` and `c`, 0..180°.

    NaN if a limb points at the camera, since it has no direction in the image then.
    """

    def side(body: BodyTracker, s: int) -> float:
        pa, pb, pc = body.point(a, s), body.point(b, s), body.point(c, s)
        if min(math.dist(pa, pb), math.dist(pc, pb)) < MIN_LIMB_RATIO * body.length("torso"):
            return NAN
        return angle_at(pb, pa, pc)

    return sided(f"{a}-{b}-{c} angle", "°", says, (a, b, c), side, 30.0, needed)


def height(
    joint: str, *, over: str, per: str, says: tuple[str, str], needed: bool = True
) -> Measure:
    """Height of `joint` above the joint `over`, in multiples of the body length `per`."""

    def side(body: BodyTracker, s: int) -> float:
        return (body.point(over, s)[1] - body.point(joint, s)[1]) / body.length(per)

    name = f"height of the {joint}s over the {over}s"
    return sided(name, f" × {per}", says, (joint, over), side, 0.25, needed)


def reach(joint: str, *, to: str, per: str, says: tuple[str, str], needed: bool = True) -> Measure:
    """Distance of `joint` from the joint `to` of the other side, in multiples of `per`."""

    def side(body: BodyTracker, s: int) -> float:
        return math.dist(body.point(joint, s), body.point(to, 1 - s)) / body.length(per)

    name = f"distance from {joint} to opposite {to}"
    return sided(name, f" × {per}", says, (joint, to), side, 0.25, needed)


def spread(joint: str, *, per: str, says: tuple[str, str], needed: bool = True) -> Measure:
    """Horizontal distance between the left and the right `joint`, in multiples of `per`."""

    def read(body: BodyTracker) -> Reading:
        return Reading(abs(body.point(joint, 0)[0] - body.point(joint, 1)[0]) / body.length(per))

    name = f"spread of the {joint}s"
    return Measure(name, f" × {per}", says, (joint,), read, needed=needed)


def step(joint: str, *, per: str, says: tuple[str, str], needed: bool = True) -> Measure:
    """Difference in height between the left and the right `joint`, in multiples of `per`."""

    def read(body: BodyTracker) -> Reading:
        return Reading(abs(body.point(joint, 0)[1] - body.point(joint, 1)[1]) / body.length(per))

    name = f"difference in height of the {joint}s"
    return Measure(name, f" × {per}", says, (joint,), read, needed=needed)


def split(*, says: tuple[str, str], knee_weight: float = 2.0) -> Measure:
    """Distance of one foot in front of the other, in leg lengths.

    From the side it is the distance between the ankles; feet that are apart sideways, as in a
    jumping jack, are not one in front of the other. From the front it follows from the knees:
    in a lunge the front knee is about a shin, half a leg, above the rear knee. NaN if the legs
    cover each other in the image.

    Args:
        says: see `Measure`.
        knee_weight: factor by which the difference in height of the knees is multiplied.
    """

    def read(body: BodyTracker) -> Reading:
        leg, (xl, yl), (xr, yr) = body.length("leg"), *(body.point("ankle", s) for s in (0, 1))
        ankles = math.hypot(xl - xr, yl - yr) / leg
        knees = knee_weight * abs(body.point("knee", 0)[1] - body.point("knee", 1)[1]) / leg
        distance = nan_max(ankles, knees)
        if distance < MIN_LEG_SPLIT:
            return UNSEEN
        sideways = body.faces_camera and abs(yl - yr) < LEVEL_FEET * leg
        return Reading(knees if sideways else distance)

    return Measure("split of the legs", " × leg", says, ("knee", "ankle"), read, needed=False)


def rise(joint: str, *, per: str, says: tuple[str, str], needed: bool = True) -> Measure:
    """Height of the lower `joint` above its habitual low position, in multiples of `per`.

    Only for the joints in `body.FLOOR_JOINTS`.
    """

    def read(body: BodyTracker) -> Reading:
        return Reading((body.floor_y(joint) - body.lower(joint)) / body.length(per))

    return Measure(f"rise of the {joint}s", f" × {per}", says, (joint,), read, needed=needed)


def shift(*, per: str, says: tuple[str, str], needed: bool = True) -> Measure:
    """Distance of the hips to one side of their median position, in multiples of `per`.

    For the left side, the distance to the right in the image (where a person who faces the camera
    has the left side); for the right side, the distance to the left.
    """

    def side(body: BodyTracker, s: int) -> float:
        off = (body.middle("hip")[0] - body.hip_x_median) / body.length(per)
        return -off if s else off

    def read(body: BodyTracker) -> Reading:
        return Reading(abs(side(body, 0)))

    name, unit = "way of the hips to the side", f" × {per}"
    return Measure(name, unit, says, ("hip",), read, needed=needed, side=side)


def travel(*, per: str, says: tuple[str, str]) -> Measure:
    """Sideways movement of the hips within the last second, in multiples of `per`."""

    def read(body: BodyTracker) -> Reading:
        if math.isnan(body.middle("hip")[0]):  # only earlier positions are known
            return UNSEEN
        return Reading(body.hip_travel_px / body.length(per))

    return Measure("way to the side", f" × {per}", says, ("hip",), read)


def hand_travel(*, per: str, says: tuple[str, str]) -> Measure:
    """Movement of the hands within the last second, in multiples of `per`."""

    def read(body: BodyTracker) -> Reading:
        if math.isnan(body.middle("wrist")[0]):  # only earlier positions are known
            return UNSEEN
        return Reading(body.wrist_travel_px / body.length(per))

    return Measure("travel of the hands", f" × {per}", says, ("wrist",), read, needed=False)


def tap(*, per: str, says: tuple[str, str]) -> Measure:
    """How far a foot has left its place below the hip: to the side, or up onto a step.

    To the side, the other foot's distance from its place is subtracted, since both feet go out in a
    jumping jack and both stand apart in a squat. A foot that is put on a step takes its knee along;
    one that is lifted behind, as in jogging, does not.
    """

    def side(body: BodyTracker, s: int) -> float:
        (_, knee), (_, other_knee) = body.point("knee", s), body.point("knee", 1 - s)
        (x, y), (hip_x, _) = body.point("ankle", s), body.point("hip", s)
        (other_x, other_y), (other_hip_x, _) = body.point("ankle", 1 - s), body.point("hip", 1 - s)
        aside, up = abs(x - hip_x) - abs(other_x - other_hip_x), other_y - y
        if math.isnan(aside):
            return NAN
        steps_up = other_knee - knee > MIN_KNEE_LIFT * up
        return max(aside, STEP_WEIGHT * up if steps_up else aside) / body.length(per)

    return sided("way of the foot", f" × {per}", says, ("hip", "ankle"), side, 0.25, True)


def lean(*, says: tuple[str, str], toward: float = 57.0, needed: bool = True) -> Measure:
    """Angle of the trunk from upright: 0° upright, 90° lying, 180° upside down.

    NaN if the trunk points at the camera, as in a push-up seen from the front, or if hips or
    shoulders have low scores.

    Args:
        says: see `Measure`.
        toward: tilt towards the camera, in degrees, above which the trunk counts as pointing at it.
            The tilt follows from the trunk's apparent length, since trunk and arm are about equally
            long.
        needed: see `Measure`.
    """
    shortest = math.cos(math.radians(toward))

    def read(body: BodyTracker) -> Reading:
        return Reading(body.lean(shortest))

    joints = ("hip", "shoulder")
    return require_visible(Measure("lean of the trunk", "°", says, joints, read, needed=needed))


def arch(
    a: str, b: str, c: str, *, per: str, says: tuple[str, str], needed: bool = False
) -> Measure:
    """Height of joint `b` above the straight line from `a` to `c`, in multiples of `per`.

    Negative below the line. NaN if the line points at the camera.
    """

    def read(body: BodyTracker) -> Reading:
        (ax, ay), (bx, by), (cx, cy) = body.middle(a), body.middle(b), body.middle(c)
        along, unit = math.hypot(cx - ax, cy - ay), body.length(per)
        if along < unit:
            return UNSEEN
        off = ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax)) / along
        return Reading((-off if cx > ax else off) / unit)

    name = f"height of the {b}s over the line {a}-{c}"
    return Measure(name, f" × {per}", says, (a, b, c), read, needed=needed)
