"""The pipeline process: connects camera, pose engine, coach, live data and database."""
