"""Cameras: where frames come from. One file each."""
