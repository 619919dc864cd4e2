"""What the rules of a workout speak of: angles, heights, spreads of a body.

Angles are in degrees; lengths are multiples of a length of the same body, never pixels, so that
neither distance nor resolution matters.
"""

import math
from typing import Final

from hiitpi.coach.rules.body import NAN, BodyTracker, angle_at
from hiitpi.coach.rules.measure import UNSEEN, Measure, Reading, require_visible, sided

#: A limb shorter than this part of the trunk's length points at the camera; a thigh has 0.85.
MIN_LIMB_RATIO: Final = 0.25


#: Legs nearer to each other than this part of their length have been taken for one.
MIN_LEG_SPLIT: Final = 0.12


def angle(a: str, b: str, c: str, *, says: tuple[str, str], needed: bool = True) -> Measure:
    """The angle at joint `b` between `a` and `c`, 0..180°.

    A limb that points at the camera is a dot in the picture and has no direction there: the angle
    is not seen, then.
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
    """How far `joint` is above the joint `over`, in multiples of the body length `per`."""

    def side(body: BodyTracker, s: int) -> float:
        return (body.point(over, s)[1] - body.point(joint, s)[1]) / body.length(per)

    name = f"height of the {joint}s over the {over}s"
    return sided(name, f" × {per}", says, (joint, over), side, 0.25, needed)


def reach(joint: str, *, to: str, per: str, says: tuple[str, str], needed: bool = True) -> Measure:
    """How far `joint` is from the joint `to` of the other side, in multiples of `per`."""

    def side(body: BodyTracker, s: int) -> float:
        return math.dist(body.point(joint, s), body.point(to, 1 - s)) / body.length(per)

    name = f"distance from {joint} to opposite {to}"
    return sided(name, f" × {per}", says, (joint, to), side, 0.25, needed)


def spread(joint: str, *, per: str, says: tuple[str, str], needed: bool = True) -> Measure:
    """How far apart the left and right `joint` are, left to right, in multiples of `per`."""

    def read(body: BodyTracker) -> Reading:
        return Reading(abs(body.point(joint, 0)[0] - body.point(joint, 1)[0]) / body.length(per))

    name = f"spread of the {joint}s"
    return Measure(name, f" × {per}", says, (joint,), read, needed=needed)


def step(joint: str, *, per: str, says: tuple[str, str], needed: bool = True) -> Measure:
    """How much higher one `joint` is than the other, in multiples of `per`."""

    def read(body: BodyTracker) -> Reading:
        return Reading(abs(body.point(joint, 0)[1] - body.point(joint, 1)[1]) / body.length(per))

    name = f"difference in height of the {joint}s"
    return Measure(name, f" × {per}", says, (joint,), read, needed=needed)


def split(*, says: tuple[str, str], knee_weight: float = 2.0) -> Measure:
    """How far one foot is in front of the other, in leg lengths.

    From the side it is the distance of the ankles. From the front it shows in the knees: the one in
    front is about a shin's length, half a leg, over the one behind. Legs that lie one upon the
    other in the picture are not seen apart.

    Args:
        says: see `Measure`.
        knee_weight: by which the difference in height of the knees is multiplied.
    """

    def read(body: BodyTracker) -> Reading:
        ankles = math.dist(body.point("ankle", 0), body.point("ankle", 1))
        knees = abs(body.point("knee", 0)[1] - body.point("knee", 1)[1])
        wide = _largest_seen(ankles, knee_weight * knees) / body.length("leg")
        return Reading(NAN if wide < MIN_LEG_SPLIT else wide)

    return Measure("split of the legs", " × leg", says, ("knee", "ankle"), read, needed=False)


def rise(joint: str, *, per: str, says: tuple[str, str], needed: bool = True) -> Measure:
    """How far the lower `joint` is above where it is when it is down, in multiples of `per`.

    Joints: those of `body.FLOOR_JOINTS`.
    """

    def read(body: BodyTracker) -> Reading:
        return Reading((body.floor_y(joint) - body.lower(joint)) / body.length(per))

    return Measure(f"rise of the {joint}s", f" × {per}", says, (joint,), read, needed=needed)


def shift(*, per: str, says: tuple[str, str], needed: bool = True) -> Measure:
    """How far the hips are to one side of where they usually are, in multiples of `per`.

    To the right of the picture for the left side (which is where a person who faces the camera has
    it), to the left of the picture for the right side.
    """

    def side(body: BodyTracker, s: int) -> float:
        off = (body.middle("hip")[0] - body.hip_x_median) / body.length(per)
        return -off if s else off

    def read(body: BodyTracker) -> Reading:
        return Reading(abs(side(body, 0)))

    name, unit = "way of the hips to the side", f" × {per}"
    return Measure(name, unit, says, ("hip",), read, needed=needed, side=side)


def travel(*, per: str, says: tuple[str, str]) -> Measure:
    """How far the hips have moved to the side within the last second, in multiples of `per`."""

    def read(body: BodyTracker) -> Reading:
        if math.isnan(body.middle("hip")[0]):  # where they were before is known, not where they are
            return UNSEEN
        return Reading(body.hip_travel_px / body.length(per))

    return Measure("way to the side", f" × {per}", says, ("hip",), read)


def tap(*, per: str, says: tuple[str, str]) -> Measure:
    """How far a foot is from standing below its hip: aside, or higher than the other foot.

    A foot that taps the floor in front of an athlete who faces the camera is lower in the picture,
    so that the other one is higher.
    """

    def side(body: BodyTracker, s: int) -> float:
        (x, y), (hip, _), (_, other) = (
            body.point("ankle", s),
            body.point("hip", s),
            body.point("ankle", 1 - s),
        )
        aside = abs(x - hip)
        if math.isnan(aside):
            return NAN
        return _largest_seen(other - y, aside) / body.length(per)

    return sided("way of the foot", f" × {per}", says, ("hip", "ankle"), side, 0.25, True)


def lean(*, says: tuple[str, str], toward: float = 57.0, needed: bool = True) -> Measure:
    """How far the trunk leans from upright: 0° upright, 90° lying, 180° head down.

    A trunk that points at the camera, as in a push-up seen from the front, is not seen to lean: one
    that is tilted `toward` the camera by more than so many degrees, which shows in its length. It
    is about as long as the arm. Hips or shoulders that are only guessed show no lean either.
    """
    shortest = math.cos(math.radians(toward))

    def read(body: BodyTracker) -> Reading:
        return Reading(body.lean(shortest))

    joints = ("hip", "shoulder")
    return require_visible(Measure("lean of the trunk", "°", says, joints, read, needed=needed))


def arch(a: str, b: str, c: str, *, per: str, says: tuple[str, str]) -> Measure:
    """How far joint `b` is above the straight line from `a` to `c`, in multiples of `per`.

    Below the line is negative. A line that points at the camera is not seen.
    """

    def read(body: BodyTracker) -> Reading:
        (ax, ay), (bx, by), (cx, cy) = body.middle(a), body.middle(b), body.middle(c)
        along, unit = math.hypot(cx - ax, cy - ay), body.length(per)
        if along < unit:
            return UNSEEN
        off = ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax)) / along
        return Reading((-off if cx > ax else off) / unit)

    name = f"height of the {b}s over the line {a}-{c}"
    return Measure(name, f" × {per}", says, (a, b, c), read, needed=False)


def _largest_seen(*values: float) -> float:
    """The largest of the values that are seen; NaN when none is. `max` depends on their order."""
    return max((value for value in values if not math.isnan(value)), default=NAN)
