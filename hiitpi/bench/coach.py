"""What the coach takes for a frame, by workout."""

import statistics
import time
from typing import Final

from hiitpi.bench.fake_engine import FINE, pose_of
from hiitpi.camera.synthetic.animations import ANIMATIONS
from hiitpi.camera.synthetic.schedule import RepSchedule
from hiitpi.coach.coach import Coach
from hiitpi.coach.rules.workout_library import WorkoutLibrary

FPS: Final = 30


def bench_coach(seconds: float) -> dict[str, float]:
    """Microseconds of `Coach.update` for each workout, done for so many seconds of film."""
    figures: dict[str, float] = {}
    for workout in WorkoutLibrary():
        movement, routine = ANIMATIONS[workout.slug], RepSchedule(ANIMATIONS[workout.slug])
        film = [pose_of(movement.pose(i / FINE, 1.0, 1.0)) for i in range(FINE + 1)]
        poses = [film[round(routine.at(i / FPS).phase * FINE)] for i in range(int(seconds * FPS))]
        coach, times = Coach(workout, 0.0), []
        for i, pose in enumerate(poses):
            began = time.perf_counter()
            coach.update(pose, i / FPS)
            times.append((time.perf_counter() - began) * 1e6)
        figures[f"coach_{workout.slug}_us"] = round(statistics.median(times), 1)
    figures["coach_worst_us"] = max(figures.values())
    return figures
