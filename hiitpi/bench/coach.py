"""Benchmarks the coach: time per frame, by workout."""

import statistics
import time
from typing import Final

from hiitpi.bench.fake_engine import POSES_PER_REP, pose_of
from hiitpi.camera.synthetic.animations import ANIMATIONS
from hiitpi.camera.synthetic.schedule import RepSchedule
from hiitpi.coach.coach import Coach
from hiitpi.coach.rules.workout_library import WorkoutLibrary

FPS: Final = 30


def bench_coach(seconds: float) -> dict[str, float]:
    """Measure the median time of `Coach.update` in microseconds, for each workout.

    Args:
        seconds: simulated duration of each workout.

    Returns:
        Values by name.
    """
    figures: dict[str, float] = {}
    for workout in WorkoutLibrary():
        animation, schedule = ANIMATIONS[workout.slug], RepSchedule(ANIMATIONS[workout.slug])
        steps = range(POSES_PER_REP + 1)
        rep_poses = [pose_of(animation.pose(i / POSES_PER_REP, 1.0, 1.0)) for i in steps]
        poses = [
            rep_poses[round(schedule.at(i / FPS).phase * POSES_PER_REP)]
            for i in range(int(seconds * FPS))
        ]
        coach, times_us = Coach(workout, 0.0), []
        for i, pose in enumerate(poses):
            began = time.perf_counter()
            coach.update(pose, i / FPS)
            times_us.append((time.perf_counter() - began) * 1e6)
        figures[f"coach_{workout.slug}_us"] = round(statistics.median(times_us), 1)
    figures["coach_worst_us"] = max(figures.values())
    return figures
