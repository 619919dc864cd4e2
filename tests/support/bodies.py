"""Bodies whose joints are placed by hand, so that their metrics are known."""

from hiitpi.coach.rules.body import BodyTracker
from hiitpi.coach.rules.smoothing import INVISIBLE, Keypoint, Smoother
from hiitpi.pose.keypoints import SEEN, SIDES, Pose

Place = tuple[float, float]


def rows(score: float = 0.9, **places: Place | tuple[Place, Place]) -> list[Keypoint]:
    """Return keypoints; those without a place are invisible.

    Args:
        score: score of each keypoint that has a place.
        places: (x, y) of joints in pixels, y pointing down: one for both sides, or (left, right).
    """
    keypoints = [INVISIBLE] * 17
    for joint, place in places.items():
        both = place if isinstance(place[0], tuple) else (place, place)
        for index, (x, y) in zip(SIDES[joint], both, strict=True):
            keypoints[index] = (float(x), float(y), score)
    return keypoints


def with_sides(pose: list[Keypoint], joint: str, left: Keypoint, right: Keypoint) -> list[Keypoint]:
    """Return the pose with other keypoints for the left and the right side of a joint."""
    changed = list(pose)
    for index, keypoint in zip(SIDES[joint], (left, right), strict=True):
        changed[index] = keypoint
    return changed


def body_after(*poses: list[Keypoint], seconds: float = 2.0, fps: float = 30) -> BodyTracker:
    """Return the body after it was in each of the poses for a number of seconds."""
    body, frame = BodyTracker(), 0
    for pose in poses:
        for _ in range(round(seconds * fps)):
            body.update(pose, frame / fps)
            frame += 1
    return body


def body_of(pose: Pose, *, min_score: float = SEEN) -> BodyTracker:
    """Return the body after a single pose; keypoints below `min_score` are invisible."""
    body = BodyTracker()
    body.update(Smoother(min_score=min_score).update(pose, 0.0), 0.0)
    return body
