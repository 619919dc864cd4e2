"""Pose engines: a frame in, the seventeen keypoints of the athlete out."""
