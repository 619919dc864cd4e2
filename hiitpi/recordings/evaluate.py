"""Evaluates the shipped rules on labelled recordings: how often is the count correct?"""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.errors import CameraError
from hiitpi.pose.engine import Engine
from hiitpi.recordings.count import count
from hiitpi.recordings.pose_source import PoseFrame, models_of_npz, poses_of_npz, poses_of_video

COLUMNS: Final = ("file", "workout", "reps")


@dataclass(frozen=True)
class LabelledRecording:
    """One line of the index: the ground truth of a recording.

    Attributes:
        file: path relative to the index.
        workout: slug of the workout.
        reps: the true count; 0 for a negative, in which the workout must count nothing.
        reps_min: the lowest count that is still correct, for example if a repetition is borderline.
        reps_max: the highest count that is still correct.
        confident: whether the label is certain; rows with uncertain labels are not evaluated.
        group: recordings of one group show the same people; "" if the recording is its own group.
        view: from where it was filmed, such as "front" or "side"; "" if that is not known.
    """

    file: str
    workout: str
    reps: int
    reps_min: int
    reps_max: int
    confident: bool
    group: str = ""
    view: str = ""

    @property
    def people(self) -> str:
        """Its group of people; without one, a group of its own."""
        return self.group or self.file


@dataclass(frozen=True)
class Result:
    """The count of one recording with one engine.

    Attributes:
        label: the ground truth.
        engine: name of the engine.
        reps: the count.
        scores: form score of each counted repetition.
    """

    label: LabelledRecording
    engine: str
    reps: int
    scores: tuple[float, ...] = ()

    @property
    def error(self) -> int:
        """Distance of the count from the range of correct counts; 0 if it is correct."""
        return max(self.label.reps_min - self.reps, self.reps - self.label.reps_max, 0)


def read_index(path: Path) -> list[LabelledRecording]:
    """Read an index of labelled recordings.

    It is a CSV file with the columns `file`, `workout` and `reps`, and optionally `reps_min`,
    `reps_max`, `confidence` (only "low" has a meaning), `group` and `view`.

    Raises:
        CameraError: the file cannot be read, a column is missing, or a count is not a number.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            lines = list(csv.DictReader(file))
    except OSError as error:
        raise CameraError(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise CameraError(f"{path} is not a CSV file: {error}") from error
    missing = [name for name in COLUMNS if not lines or name not in lines[0]]
    if missing:
        raise CameraError(f"{path} has no column {missing[0]!r}; it needs {', '.join(COLUMNS)}.")
    return [_parse_line(path, number, line) for number, line in enumerate(lines, start=2)]


def _parse_line(path: Path, number: int, line: dict[str, str]) -> LabelledRecording:
    try:
        reps = int(line["reps"])
        reps_min, reps_max = (int(line.get(name) or reps) for name in ("reps_min", "reps_max"))
    except (TypeError, ValueError) as error:
        raise CameraError(
            f"{path}, line {number}: reps must be whole numbers ({error})."
        ) from error
    confident = line.get("confidence") != "low"
    group, view = (line.get(name) or "" for name in ("group", "view"))
    return LabelledRecording(
        line["file"], line["workout"], reps, reps_min, reps_max, confident, group, view
    )


def evaluate(
    index: Path,
    library: WorkoutLibrary,
    models: Sequence[str],
    engine: Callable[[str], Engine],
    on_message: Callable[[str], None] = lambda line: None,
    workout: str | None = None,
) -> list[Result]:
    """Count every confidently labelled recording of an index with every model.

    Args:
        index: the CSV file; see `read_index`.
        library: the workouts; recordings of other workouts are reported and skipped.
        models: names of models; if empty, all that an `.npz` contains, or "auto" for a video.
        engine: opens the engine of a model, for videos.
        on_message: receives a line for each skipped recording.
        workout: slug of a workout to evaluate only its recordings; None for all.
    """
    results = []
    engines: dict[str, Engine] = {}
    for label in read_index(index):
        if not label.confident or workout not in (None, label.workout):
            continue
        if label.workout not in library:
            on_message(f"Skipped {label.file}: there is no workout {label.workout!r}.")
            continue
        path = index.parent / label.file
        for model in models or (models_of_npz(path) if path.suffix == ".npz" else ["auto"]):
            if path.suffix == ".npz":
                frames: Iterable[PoseFrame] = poses_of_npz(path, model)
            else:
                engines[model] = engines.get(model) or engine(model)
                engines[model].reset()
                frames = poses_of_video(path, engines[model])
            counted = count(frames, library[label.workout], model)
            scores = tuple(event.rep.score for event in counted.events if event.rep)
            results.append(Result(label, model, counted.reps, scores))
    return results


def summary(results: Sequence[Result]) -> dict[str, Any]:
    """Compute the accuracy metrics.

    A count is exact if it is within reps_min..reps_max, and off by one (OBO) if its distance to
    that range is at most 1. Its error is the distance divided by max(1, reps); MAE is the mean
    error. Negatives, in which nothing may be counted, are only part of `negatives` and
    `false_reps`. `form` has the lowest tenth, the median and the highest tenth of the form scores.

    Returns:
        Plain data: `rows` (metrics per workout and engine), `total` (per engine) and `misses`.
    """
    engines = list(dict.fromkeys(r.engine for r in results))
    workouts = sorted({r.label.workout for r in results if r.label.reps_max})
    rows = []
    for workout in workouts:
        for engine in engines:
            group = [r for r in results if (r.label.workout, r.engine) == (workout, engine)]
            if any(r.label.reps_max for r in group):
                rows.append({"workout": workout, "engine": engine, **metrics(group)})
    total = {}
    for engine in engines:
        group = [r for r in results if r.engine == engine]
        negatives = [r for r in group if not r.label.reps_max]
        total[engine] = {
            **metrics(group),
            "negatives": len(negatives),
            "false_reps": sum(r.reps for r in negatives),
            "form": _tenths([score for r in group if r.label.reps_max for score in r.scores]),
        }
    misses = [
        {
            "file": r.label.file,
            "workout": r.label.workout,
            "engine": r.engine,
            "reps": r.label.reps,
            "got": r.reps,
        }
        for r in results
        if r.error
    ]
    return {"rows": rows, "total": total, "misses": misses}


def _tenths(scores: Sequence[float]) -> list[float]:
    """Return the first, fifth and ninth decile; nothing if there are too few scores."""
    if len(scores) < 10:
        return []
    deciles = quantiles(scores, n=10)
    return [round(deciles[i], 1) for i in (0, 4, 8)]


def metrics(results: Sequence[Result]) -> dict[str, Any]:
    """Compute the metrics of a group of results, without its negatives; see `summary`.

    Returns:
        A dict with `clips`, `exact`, `obo` and `mae`.
    """
    positives = [r for r in results if r.label.reps_max]
    n = len(positives)
    if not n:
        return {"clips": 0, "exact": 0.0, "obo": 0.0, "mae": 0.0}
    return {
        "clips": n,
        "exact": round(sum(r.error == 0 for r in positives) / n, 4),
        "obo": round(sum(r.error <= 1 for r in positives) / n, 4),
        "mae": round(sum(r.error / max(1, r.label.reps) for r in positives) / n, 4),
    }


def report(figures: dict[str, Any]) -> str:
    """Format the result of `summary` as a table."""
    head = f"{'workout':<20}{'engine':<14}{'clips':>6}{'exact':>8}{'OBO':>8}{'MAE':>8}"
    lines = [head]
    for row in figures["rows"]:
        lines.append(f"{row['workout']:<20}{_format_row(row['engine'], row)}")
    for engine, row in figures["total"].items():
        negatives = f"   {row['false_reps']} false reps on {row['negatives']} negatives"
        lines.append(f"{'all':<20}{_format_row(engine, row)}{negatives}")
        if row["form"]:
            low, median, high = row["form"]
            lines.append(f"{'':<20}form: lowest tenth {low}, median {median}, best tenth {high}")
    if figures["misses"]:
        lines += ["", "Misses:"]
        lines += [
            f"  {m['file']:<28}{m['workout']:<18}{m['engine']:<12} true {m['reps']}, got {m['got']}"
            for m in figures["misses"]
        ]
    return "\n".join(lines)


def _format_row(engine: str, row: dict[str, Any]) -> str:
    values = f"{row['exact']:>8.2f}{row['obo']:>8.2f}{row['mae']:>8.2f}"
    return f"{engine:<14}{row['clips']:>6}{values}"
