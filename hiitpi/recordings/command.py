"""The command `evaluate`: runs the evaluation that its options select."""

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.errors import WorkoutError
from hiitpi.pose.engine import Engine
from hiitpi.recordings.evaluate import evaluate, report, summary
from hiitpi.recordings.recognise import recognise, recognition_figures, report_recognition
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
from hiitpi.recordings.teach import report_teaching, teach, teaching_figures


def evaluation(
    options: argparse.Namespace,
    library: WorkoutLibrary,
    engine: Callable[[str], Engine],
    on_message: Callable[[str], None],
) -> str:
    """Run the evaluation and return its report, or its figures as JSON.

    Args:
        options: `index`, `model`, `workout`, `folds`, `perturb`, `recognise`, `teach`,
            `sensitivity` and `json`.
        library: the workouts.
        engine: opens the pose engine of a model, for videos.
        on_message: receives a line about the progress.

    Raises:
        CameraError: the index or a recording cannot be read.
        WorkoutError: --sensitivity without --workout, or an unknown one.
    """

    def formatted(figures: Any, format_report: Callable[[Any], str]) -> str:
        return json.dumps(figures) if options.json else format_report(figures)

    if options.workout:
        library[options.workout]  # raises WorkoutError if there is no such workout
    if options.sensitivity:
        if not options.workout:
            raise WorkoutError("Choose a workout: evaluate INDEX.csv --sensitivity --workout squat")
        recordings = list(clips(options.index, library, options.model, options.workout))
        rows = sensitivity(recordings, library[options.workout])
        return (
            json.dumps([asdict(row) for row in rows]) if options.json else report_sensitivity(rows)
        )
    if options.recognise:
        stream = clips(options.index, library, options.model)
        return formatted(recognition_figures(recognise(stream, library)), report_recognition)
    if options.teach:
        stream = clips(options.index, library, options.model, options.workout)
        return formatted(teaching_figures(teach(stream, library)), report_teaching)
    if options.perturb:
        stream = clips(options.index, library, options.model, options.workout)
        figures = perturbed_figures(perturb(stream, library, on_message))
        return formatted(figures, report_perturbed)
    results = evaluate(options.index, library, options.model, engine, on_message, options.workout)
    if options.folds:
        return formatted(folds(results), report_folds)
    return formatted(summary(results), report)
