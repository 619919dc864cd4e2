"""Recordings instead of a camera: count, evaluate, show."""
