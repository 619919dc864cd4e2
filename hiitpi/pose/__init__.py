"""Pose engines: they detect the athlete's 17 keypoints in a frame."""
