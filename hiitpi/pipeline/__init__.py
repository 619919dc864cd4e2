"""The loop that joins camera, pose engine, coach, live data and records."""
