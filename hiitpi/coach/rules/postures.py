"""Measures that join several pieces of evidence, and that follow what is usual of this person.

A number that is compared with the same person's own, in the same view, holds for every body, camera
and pose engine; how far it must change to count stays the same for all.
"""

import math
from dataclasses import replace
from typing import Final

from hiitpi.coach.rules.body import BodyTracker
from hiitpi.coach.rules.measure import UNSEEN, Measure, Reading, is_visible, sided
from hiitpi.coach.rules.measures import height, lean, rise

#: The knees of somebody who lies on the back with bent legs are at least this part of an arm's
#: length over the hips; who stands, sits or kneels has them lower.
KNEES_UP: Final = 0.25

#: Whoever comes back to within this part of the way up lies again; never less than so many degrees.
LIES_AGAIN: Final = 0.3
MIN_LIES_AGAIN: Final = 8.0

#: The hips of somebody who stands are at least this part of a leg's length over the feet.
MIN_STANDING: Final = 0.8

#: Somebody faces the camera whose shoulders are apart by more than this part of the trunk's length.
FACING: Final = 0.45

#: Seen from the front, the hips are this part as high over the feet with the thighs within 30° of
#: level as when standing, and the knees are level to within this part of a leg's length.
FRONT_DEPTH: Final = 0.64
LEVEL_KNEES: Final = 0.17

#: Thighs that hang down as they do when standing, by this depth, are no squat whatever the hips do.
STANDING_DEPTH: Final = 0.85

#: A knee that is bent towards the camera looks straighter by up to this (degrees): in squats whose
#: knees bend to a right angle, filmed from the front, it never shows less than 130.
FRONT_KNEE: Final = 28.0


def trunk_lean_lying(*, says: tuple[str, str]) -> Measure:
    """How far a trunk leans that was lying: its `lean`.

    A trunk that points at the camera while the knees are higher than the hips lies on its back.
    While the hips are only guessed, it follows from how far the shoulders have risen: a trunk that
    leans by x° is cos x high.
    """
    trunk, shoulders = lean(says=says), rise("shoulder", per="torso", says=says)

    def read(body: BodyTracker) -> Reading:
        if is_visible(body, trunk.joints):
            seen = trunk.read(body)
            knees = body.middle("hip")[1] - body.middle("knee")[1]
            on_back = math.isnan(seen.value) and knees > KNEES_UP * body.length("arm")
            return Reading(90.0) if on_back else seen
        risen = shoulders.read(body).value
        if math.isnan(risen):  # min and max would turn NaN into a number
            return UNSEEN
        return Reading(math.degrees(math.acos(min(1.0, max(-1.0, risen)))))

    return replace(trunk, read=read)


def curl(*, says: tuple[str, str]) -> Measure:
    """How far the trunk has come up from where this person lies, in degrees.

    Whether a camera looks along the floor or down on it, a trunk that comes up by as much as in a
    crunch, the shoulder blades off the floor, is seen to turn by some 20°.
    """
    trunk = trunk_lean_lying(says=says)

    def read(body: BodyTracker) -> Reading:
        lying = body.lying_lean if is_visible(body, trunk.joints) else math.nan
        return Reading((90.0 if math.isnan(lying) else lying) - trunk.read(body).value)

    return replace(trunk, name="rise of the trunk from lying", read=read)


def curl_left(*, says: tuple[str, str]) -> Measure:
    """How far a trunk that came up still is from lying again, in degrees; below 0 it lies.

    It lies when it has come back to three tenths of the way that this person's sit-ups go.
    """
    up = curl(says=says)

    def read(body: BodyTracker) -> Reading:
        usual = body.usual_curl
        within = MIN_LIES_AGAIN if math.isnan(usual) else max(MIN_LIES_AGAIN, LIES_AGAIN * usual)
        return Reading(up.read(body).value - within)

    return replace(up, name="way of the trunk to lying", read=read)


def stature(*, says: tuple[str, str], needed: bool = True) -> Measure:
    """Height of the hips over the lower foot, as a part of this person's own when standing.

    It hardly depends on the view: the camera is where it is for both. It is not seen of somebody
    who has not stood, whose hips were not over the feet by most of a leg's length.
    """

    def read(body: BodyTracker) -> Reading:
        standing = body.standing_height
        has_stood = standing > MIN_STANDING * body.length("leg")
        return Reading(body.hips_over_feet / standing) if has_stood else UNSEEN

    joints = ("hip", "ankle")
    return Measure("height of the hips", " × standing", says, joints, read, needed=needed)


def squat_depth(*, says: tuple[str, str]) -> Measure:
    """Height of the hips over the knees, in shins: 1 standing, 0 with the thighs level.

    From the front the knees come towards a camera that stands low and hide how low the hips are.
    What the height of the hips over the feet has become (`stature`) tells the same, as long as both
    knees are level: the deeper of the two counts.
    """
    thighs, hips = height("hip", over="knee", per="shin", says=says), stature(says=says)
    slope = 0.5 / (1 - FRONT_DEPTH)  # so that FRONT_DEPTH is half of the way down

    def read(body: BodyTracker) -> Reading:
        seen, tall = thighs.read(body), hips.read(body).value
        if math.isnan(seen.value + tall) or not (_faces(body) and _knees_level(body)):
            return seen
        told = 1 - slope * (1 - tall)
        return Reading(told) if told < seen.value < STANDING_DEPTH else seen

    return replace(thighs, read=read)


def as_from_the_side(knee: Measure) -> Measure:
    """A knee's angle, which looks straighter from the front than it is."""

    def read(body: BodyTracker) -> Reading:
        seen = knee.read(body)
        if not _faces(body):
            return seen
        return Reading(*(angle - FRONT_KNEE for angle in (seen.value, seen.left, seen.right)))

    return replace(knee, read=read)


def press(*, says: tuple[str, str]) -> Measure:
    """How far the shoulders are from the hands that carry them, in arms: 1 with straight arms.

    On the floor it is their height over the hands, which no view shortens. Of somebody who leans on
    a bar or a bench, the hands of which are before the chest, it is the distance.
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
    """`measure`, unseen while a straight body leans on its hands."""

    def read(body: BodyTracker) -> Reading:
        return UNSEEN if body.leans_on_hands else measure.read(body)

    return replace(measure, read=read)


def _faces(body: BodyTracker) -> bool:
    apart = abs(body.point("shoulder", 0)[0] - body.point("shoulder", 1)[0])
    return apart > FACING * body.length("torso")


def _knees_level(body: BodyTracker) -> bool:
    apart = abs(body.point("knee", 0)[1] - body.point("knee", 1)[1])
    return apart < LEVEL_KNEES * body.length("leg")
