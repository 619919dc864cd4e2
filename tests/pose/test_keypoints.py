"""What the keypoints of a body have in common."""

import math

from hiitpi.pose.keypoints import body_size


def test_the_size_of_a_body_is_the_diagonal_of_its_visible_keypoints():
    invisible = (math.nan, math.nan, 0.0)
    assert body_size([(10, 20, 0.9), invisible, (13, 24, 0.5)]) == 5.0
    assert body_size([(10, 20, 0.9)]) == body_size([invisible]) == 0.0
