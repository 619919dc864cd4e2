"""Measures that combine several pieces of evidence or compare a person with that person's habits.

A comparison with the same person in the same view holds for every body, camera and pose engine. The
change that counts as a repetition is the same for everybody.
"""

import math
from dataclasses import replace
from typing import Final

from hiitpi.coach.rules.body import BodyTracker
from hiitpi.coach.rules.measure import UNSEEN, Measure, Reading, is_visible, sided
from hiitpi.coach.rules.measures import height, lean, rise

#: Minimum height of the knees over the hips, in arm lengths, of a person who lies on the back with
#: bent legs. They are lower in a person who stands, sits or kneels.
KNEES_UP: Final = 0.25

#: A person lies again after coming back to within this fraction of the way up, or to within the
#: minimum in degrees if that is more.
LIES_AGAIN: Final = 0.3
MIN_LIES_AGAIN_DEG: Final = 8.0

#: Maximum lean of a trunk that lies. Lifting the hips from the floor tilts it further, and putting
#: them down again is no sit-up.
MAX_LYING_DEG: Final = 95.0

#: Minimum height of the hips over the feet, in leg lengths, of a person who stands.
MIN_STANDING: Final = 0.8

#: Seen from the front with the thighs within 30° of level: the height of the hips over the feet, as
#: a fraction of the height when standing, and the maximum difference in height of the knees, in leg
#: lengths.
FRONT_DEPTH: Final = 0.64
LEVEL_KNEES: Final = 0.17

#: Height of the hips over the knees, in shins, above which the thighs hang down as when standing.
STANDING_DEPTH: Final = 0.85

#: A knee that bends towards the camera looks straighter by up to this many degrees: in squats to a
#: right angle at the knees, filmed from the front, it never looks smaller than 130°.
FRONT_KNEE_DEG: Final = 28.0


def trunk_lean_lying(*, says: tuple[str, str]) -> Measure:
    """Lean of the trunk of a person who was lying, in degrees.

    A trunk that points at the camera while the knees are higher than the hips lies on its back.
    While the hips have low scores, the lean follows from the rise of the shoulders: a trunk that
    leans by x° has the height cos x.
    """
    trunk, shoulders = lean(says=says), rise("shoulder", per="torso", says=says)

    def read(body: BodyTracker) -> Reading:
        if is_visible(body, trunk.joints):
            reading = trunk.read(body)
            knees = body.middle("hip")[1] - body.middle("knee")[1]
            on_back = math.isnan(reading.value) and knees > KNEES_UP * body.length("arm")
            return Reading(90.0) if on_back else reading
        rise_of_shoulders = shoulders.read(body).value
        if math.isnan(rise_of_shoulders):  # min and max would turn NaN into a number
            return UNSEEN
        return Reading(math.degrees(math.acos(min(1.0, max(-1.0, rise_of_shoulders)))))

    return replace(trunk, read=read)


def curl(*, says: tuple[str, str]) -> Measure:
    """Rise of the trunk from this person's lying position, in degrees.

    A crunch, in which only the shoulder blades leave the floor, turns the trunk by some 20° in the
    image, both for a camera at floor level and for one that looks down.
    """
    trunk = trunk_lean_lying(says=says)

    def read(body: BodyTracker) -> Reading:
        lying = body.lying_lean if is_visible(body, trunk.joints) else math.nan
        lying = 90.0 if math.isnan(lying) else min(lying, MAX_LYING_DEG)
        return Reading(lying - trunk.read(body).value)

    return replace(trunk, name="rise of the trunk from lying", read=read)


def curl_left(*, says: tuple[str, str]) -> Measure:
    """Rise of the trunk above the level at which it counts as lying again, in degrees.

    That level is `LIES_AGAIN` of the way that this person's sit-ups usually go.
    """
    up = curl(says=says)

    def read(body: BodyTracker) -> Reading:
        usual = 0.0 if math.isnan(body.usual_curl) else body.usual_curl
        return Reading(up.read(body).value - max(MIN_LIES_AGAIN_DEG, LIES_AGAIN * usual))

    return replace(up, name="rise of the trunk above lying again", read=read)


def stature(*, says: tuple[str, str], needed: bool = True) -> Measure:
    """Height of the hips over the lower foot, as a fraction of this person's height when standing.

    It hardly depends on the view, since both heights are seen from the same position. NaN until the
    person has stood upright.
    """

    def read(body: BodyTracker) -> Reading:
        standing = body.standing_height
        has_stood = standing > MIN_STANDING * body.length("leg")
        return Reading(body.hips_over_feet / standing) if has_stood else UNSEEN

    joints = ("hip", "ankle")
    return Measure("height of the hips", " × standing", says, joints, read, needed=needed)


def squat_depth(*, says: tuple[str, str]) -> Measure:
    """Height of the hips over the knees, in shins: 1 standing, 0 with the thighs level.

    Seen from the front by a low camera, the knees come towards the camera and hide how low the hips
    are. The depth then also follows from the height of the hips over the feet (`stature`), as long
    as the knees are level; the deeper of the two counts.
    """
    thighs, hips = height("hip", over="knee", per="shin", says=says), stature(says=says)
    slope = 0.5 / (1 - FRONT_DEPTH)  # so that FRONT_DEPTH is half of the way down

    def read(body: BodyTracker) -> Reading:
        depth, hip_height = thighs.read(body), hips.read(body).value
        if math.isnan(depth.value + hip_height) or not (body.faces_camera and _knees_level(body)):
            return depth
        from_stature = 1 - slope * (1 - hip_height)
        return Reading(from_stature) if from_stature < depth.value < STANDING_DEPTH else depth

    return replace(thighs, read=read)


def as_from_the_side(knee: Measure) -> Measure:
    """Angle of the knee, corrected for looking straighter from the front than from the side."""

    def read(body: BodyTracker) -> Reading:
        reading = knee.read(body)
        if not body.faces_camera:
            return reading
        sides = (reading.value, reading.left, reading.right)
        return Reading(*(angle - FRONT_KNEE_DEG for angle in sides))

    return replace(knee, read=read)


def press(*, says: tuple[str, str]) -> Measure:
    """Distance of the shoulders from the supporting hands, in arm lengths: 1 with straight arms.

    On the floor it is the height over the hands, which looks the same from every side. When leaning
    on a bar or a bench, with the hands in front of the chest, it is the distance.
    """
    upright = height("shoulder", over="wrist", per="arm", says=says)
    over = upright.side
    assert over is not None

    def side(body: BodyTracker, s: int) -> float:
        if not body.leans_on_hands:
            return over(body, s)
        return math.dist(body.point("shoulder", s), body.point("wrist", s)) / body.length("arm")

    name = "distance of the shoulders from the hands"
    return sided(name, upright.unit, says, upright.joints, side, upright.slack, upright.needed)


def unless_leaning_on_hands(measure: Measure) -> Measure:
    """Return `measure`, but NaN while a straight body leans on its hands."""

    def read(body: BodyTracker) -> Reading:
        return UNSEEN if body.leans_on_hands else measure.read(body)

    return replace(measure, read=read)


def _knees_level(body: BodyTracker) -> bool:
    difference = abs(body.point("knee", 0)[1] - body.point("knee", 1)[1])
    return difference < LEVEL_KNEES * body.length("leg")
