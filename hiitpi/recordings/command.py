"""The command `evaluate`: what its options ask for."""

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.errors import WorkoutError
from hiitpi.pose.engine import Engine
from hiitpi.recordings.evaluate import evaluate, report, summary
from hiitpi.recordings.robustness import (
    clips,
    folds,
    perturb,
    perturbed_figures,
    report_folds,
    report_perturbed,
    report_sensitivity,
    sensitivity,
)


def evaluation(
    options: argparse.Namespace,
    library: WorkoutLibrary,
    engine: Callable[[str], Engine],
    tell: Callable[[str], None],
) -> str:
    """Return the report that the options ask for, or its figures as JSON.

    Args:
        options: `index`, `model`, `workout`, `folds`, `perturb`, `sensitivity`, `json`.
        library: the workouts.
        engine: opens the pose engine of a model, for videos.
        tell: takes a line about the progress.

    Raises:
        CameraError: the index or a recording cannot be read.
        WorkoutError: --sensitivity without --workout, or an unknown one.
    """

    def shown(figures: Any, words: Callable[[Any], str]) -> str:
        return json.dumps(figures) if options.json else words(figures)

    if options.workout:
        library[options.workout]
    if options.sensitivity:
        if not options.workout:
            raise WorkoutError("Choose a workout: evaluate INDEX.csv --sensitivity --workout squat")
        recordings = list(clips(options.index, library, options.model, options.workout))
        moved = sensitivity(recordings, library[options.workout])
        return json.dumps([asdict(m) for m in moved]) if options.json else report_sensitivity(moved)
    if options.perturb:
        one_by_one = clips(options.index, library, options.model, options.workout)
        figures = perturbed_figures(perturb(one_by_one, library, tell))
        return shown(figures, report_perturbed)
    results = evaluate(options.index, library, options.model, engine, tell, options.workout)
    if options.folds:
        return shown(folds(results), report_folds)
    return shown(summary(results), report)
