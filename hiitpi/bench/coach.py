"""Benchmarks the coach: time per frame, and the latency of the count, by workout."""

import statistics
import time
from collections.abc import Iterator
from typing import Final

from hiitpi.bench.fake_engine import POSES_PER_REP, pose_of
from hiitpi.bench.percentiles import p95
from hiitpi.camera.synthetic.animations import ANIMATIONS
from hiitpi.camera.synthetic.schedule import RepSchedule
from hiitpi.coach.coach import Coach, min_score
from hiitpi.coach.rules.body import BodyTracker
from hiitpi.coach.rules.referee import Referee
from hiitpi.coach.rules.rep_counter import CompletedRep
from hiitpi.coach.rules.smoothing import Smoother
from hiitpi.coach.rules.workout import Workout
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.pose.keypoints import Pose

FPS: Final = 30


def bench_coach(seconds: float) -> dict[str, float]:
    """Measure `Coach.update` with the synthetic athlete's perfect poses, for each workout.

    The latency of a count is the time from the frame whose own pose completes the repetition, which
    is what an eye sees, to the frame in which the coach counts it. It is due to smoothing.

    Args:
        seconds: simulated duration of each workout.

    Returns:
        Values by name: for each workout the median time per frame in microseconds; the worst of
        them; and the 95th percentile of the latency of all counts, in milliseconds.
    """
    figures: dict[str, float] = {}
    latencies_ms: list[float] = []
    for workout in WorkoutLibrary():
        poses = list(_performance(workout, seconds))
        coach, times_us, counted = Coach(workout, 0.0), [], []
        for i, pose in enumerate(poses):
            began = time.perf_counter()
            result = coach.update(pose, i / FPS)
            times_us.append((time.perf_counter() - began) * 1e6)
            counted += [i / FPS for event in result.events if event.kind == "rep"]
        figures[f"coach_{workout.slug}_us"] = round(statistics.median(times_us), 1)
        completed = _completed_without_smoothing(workout, poses)
        latencies_ms += [(c - s) * 1e3 for c, s in zip(counted, completed, strict=False)]
    figures["coach_worst_us"] = max(figures.values())
    if latencies_ms:
        figures["coach_latency_p95_ms"] = round(p95(latencies_ms), 1)
    return figures


def _performance(workout: Workout, seconds: float) -> Iterator[Pose]:
    animation, schedule = ANIMATIONS[workout.slug], RepSchedule(ANIMATIONS[workout.slug])
    steps = range(POSES_PER_REP + 1)
    rep_poses = [pose_of(animation.pose(i / POSES_PER_REP, 1.0, 1.0)) for i in steps]
    for i in range(int(seconds * FPS)):
        yield rep_poses[round(schedule.at(i / FPS).phase * POSES_PER_REP)]


def _completed_without_smoothing(workout: Workout, poses: list[Pose]) -> list[float]:
    """Return the times in seconds at which repetitions end by the poses of single frames."""
    raw = Smoother(window_s=0.0, min_score=min_score(workout))
    body, referee = BodyTracker(), Referee(workout)
    times = []
    for i, pose in enumerate(poses):
        raw.clear()
        body.update(raw.update(pose, i / FPS), i / FPS)
        _, outcomes, _ = referee.update(body, i / FPS)
        times += [i / FPS for outcome in outcomes if isinstance(outcome, CompletedRep)]
    return times
