"""Robustness of the counts: across people, under perturbations, and with other thresholds."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any, Final

from hiitpi.coach.rules.measure import Condition
from hiitpi.coach.rules.workout import State, Workout
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.recordings.count import count
from hiitpi.recordings.evaluate import LabelledRecording, Result, metrics, read_index
from hiitpi.recordings.perturb import PERTURBATIONS, must_not_matter
from hiitpi.recordings.pose_source import PoseFrame, models_of_npz, poses_of_npz

#: Relative amount by which thresholds are moved; one whose counts change then is fragile.
RELATIVE_STEP: Final = 0.1

#: Minimum amount by unit, for thresholds near 0; for all other units it is DEFAULT_MIN_STEP.
MIN_STEP: Final = {"°": 2.0}
DEFAULT_MIN_STEP: Final = 0.02


@dataclass(frozen=True)
class Clip:
    """The poses detected by one engine in one recording, with the labels of the recording.

    Attributes:
        engine: name of the engine.
        frames: the poses.
        labels: a label for each workout with which to count the recording.
    """

    engine: str
    frames: tuple[PoseFrame, ...]
    labels: tuple[LabelledRecording, ...]


def clips(
    index: Path, library: WorkoutLibrary, models: Sequence[str], workout: str | None = None
) -> Iterator[Clip]:
    """Yield the recordings of an index of `.npz` files one by one; skip all other files.

    Args:
        index: see `hiitpi.recordings.evaluate.read_index`; rows of low confidence are skipped.
        library: the workouts; rows of other workouts are skipped.
        models: names of models; if empty, all that a recording contains.
        workout: slug of a workout to select only its rows; None for all.
    """
    by_file: dict[str, list[LabelledRecording]] = {}
    for label in read_index(index):
        if label.confident and label.workout in library and workout in (None, label.workout):
            by_file.setdefault(label.file, []).append(label)
    for file, labels in by_file.items():
        path = index.parent / file
        if path.suffix == ".npz":
            for model in models or models_of_npz(path):
                yield Clip(model, tuple(poses_of_npz(path, model)), tuple(labels))


def folds(results: Sequence[Result]) -> dict[str, Any]:
    """Compute the metrics of each group of people separately.

    Returns:
        A dict per engine: `groups`, their number; `obo` and `spread`, mean and standard deviation
        of the groups' OBO; `worst`, the OBO of the worst five groups; `groups_with_false_reps`.
    """
    figures = {}
    for engine in dict.fromkeys(r.engine for r in results):
        groups: dict[str, list[Result]] = {}
        for result in results:
            if result.engine == engine:
                groups.setdefault(result.label.people, []).append(result)
        scores = {name: metrics(group) for name, group in groups.items()}
        obo = {name: score["obo"] for name, score in scores.items() if score["clips"]}
        figures[engine] = {
            "groups": len(obo),
            "obo": round(fmean(obo.values()), 4) if obo else 0.0,
            "spread": round(pstdev(obo.values()), 4) if obo else 0.0,
            "worst": dict(sorted(obo.items(), key=lambda item: item[1])[:5]),
            "groups_with_false_reps": sorted(
                name for name, group in groups.items() if _false_reps(group)
            ),
        }
    return figures


def perturb(
    recordings: Iterable[Clip], library: WorkoutLibrary, on_message: Callable[[str], None]
) -> dict[str, list[Result]]:
    """Count each recording under each of `PERTURBATIONS` that must not matter to its workout.

    Args:
        recordings: the recordings.
        library: the workouts.
        on_message: receives a line about the progress for each recording.

    Returns:
        The results by name of the perturbation.
    """
    results: dict[str, list[Result]] = {name: [] for name in PERTURBATIONS}
    for clip in recordings:
        on_message(f"{clip.labels[0].file} {clip.engine}")
        for name, perturbation in PERTURBATIONS.items():
            frames = perturbation(clip.frames)
            for label in clip.labels:
                workout = library[label.workout]
                if must_not_matter(name, workout):
                    reps = count(frames, workout, clip.engine).reps
                    results[name].append(Result(label, clip.engine, reps))
    return results


@dataclass(frozen=True)
class Sensitivity:
    """The effect of moving one threshold on the counts.

    Attributes:
        workout: slug of the workout.
        state: name of the state.
        condition: the condition with the threshold, as text.
        obo: OBO with the threshold lower, unchanged, and higher.
        false_reps: false repetitions with the threshold lower, unchanged, and higher.
        changed: number of recordings whose count changes if the threshold moves either way.
        chosen: which of the three thresholds most folds choose.
        held_out: OBO of the held-out folds, each with the threshold that the other folds chose.
    """

    workout: str
    state: str
    condition: str
    obo: tuple[float, float, float]
    false_reps: tuple[int, int, int]
    changed: int
    chosen: float
    held_out: float


def sensitivity(recordings: Sequence[Clip], workout: Workout) -> list[Sensitivity]:
    """Move each threshold of a workout down and up by a tenth and count again.

    Args:
        recordings: the recordings.
        workout: the workout.
    """
    rows = []
    baseline = _count_all(recordings, workout)
    for state in workout.states:
        for condition in state.conditions:
            thresholds = _moved_thresholds(condition)
            runs = [
                baseline if value == condition.threshold
                else _count_all(recordings, _with_threshold(workout, state, condition, value))
                for value in thresholds
            ]  # fmt: skip
            lower, unchanged, higher = runs
            chosen, held_out = _cross_validate(runs, thresholds)
            rows.append(
                Sensitivity(
                    workout.slug,
                    state.name,
                    str(condition),
                    (_obo(lower), _obo(unchanged), _obo(higher)),
                    (_false_reps(lower), _false_reps(unchanged), _false_reps(higher)),
                    sum(
                        len({a.reps, b.reps, c.reps}) > 1
                        for a, b, c in zip(lower, unchanged, higher, strict=True)
                    ),
                    chosen,
                    held_out,
                )
            )
    return rows


def _moved_thresholds(condition: Condition) -> tuple[float, float, float]:
    """Return the threshold lower, unchanged, and higher."""
    threshold = condition.threshold
    min_step = MIN_STEP.get(condition.measure.unit, DEFAULT_MIN_STEP)
    step = max(RELATIVE_STEP * abs(threshold), min_step)
    return threshold - step, threshold, threshold + step


def _with_threshold(
    workout: Workout, state: State, condition: Condition, threshold: float
) -> Workout:
    """Return a copy of the workout with another threshold in one condition."""
    moved = State(
        state.name,
        *(replace(c, threshold=threshold) if c is condition else c for c in state.conditions),
    )
    return replace(workout, states=tuple(moved if s is state else s for s in workout.states))


def _count_all(recordings: Sequence[Clip], workout: Workout) -> list[Result]:
    return [
        Result(label, clip.engine, count(clip.frames, workout, clip.engine).reps)
        for clip in recordings
        for label in clip.labels
        if label.workout == workout.slug
    ]


def _cross_validate(
    runs: Sequence[Sequence[Result]], thresholds: Sequence[float]
) -> tuple[float, float]:
    """Choose a threshold by leave-one-group-out cross-validation.

    Args:
        runs: the results with each threshold: lower, unchanged, higher.
        thresholds: the thresholds in the same order.

    Returns:
        The threshold that most folds choose; and the OBO of the held-out groups, each with the
        threshold that all other groups chose.
    """
    groups = sorted({r.label.people for r in runs[0]})
    choices, held_out = [], []
    for group in groups:
        train = [[r for r in run if r.label.people != group] for run in runs]
        # In case of a tie, the unchanged threshold wins.
        best = max((1, 0, 2), key=lambda i: (_obo(train[i]) - 0.01 * _false_reps(train[i]), i == 1))
        choices.append(best)
        held_out += [r for r in runs[best] if r.label.people == group]
    most_frequent = max(set(choices), key=choices.count)
    return thresholds[most_frequent], _obo(held_out)


def _obo(results: Sequence[Result]) -> float:
    return float(metrics(results)["obo"])


def _false_reps(results: Sequence[Result]) -> int:
    """Return the number of repetitions counted in negatives."""
    return sum(r.reps for r in results if not r.label.reps_max)


def report_folds(figures: dict[str, Any]) -> str:
    """Format the result of `folds` as a table."""
    lines = [f"{'engine':<14}{'groups':>7}{'OBO':>8}{'sd':>8}   worst groups"]
    for engine, row in figures.items():
        worst = ", ".join(f"{name} {obo:.2f}" for name, obo in row["worst"].items() if obo < 1)
        lines.append(
            f"{engine:<14}{row['groups']:>7}{row['obo']:>8.2f}{row['spread']:>8.2f}   {worst}"
        )
        if row["groups_with_false_reps"]:
            lines.append(f"{'':<14}false reps in {', '.join(row['groups_with_false_reps'])}")
    return "\n".join(lines)


def perturbed_figures(
    results: dict[str, list[Result]],
) -> dict[str, dict[str, dict[str, float]]]:
    """Compute the metrics of the results of `perturb`.

    Returns:
        By engine and name of the perturbation, a dict with `clips`, `exact`, `obo`, `mae` and
        `false_reps`.
    """
    engines = dict.fromkeys(r.engine for group in results.values() for r in group)
    return {
        engine: {
            name: {**metrics(own), "false_reps": _false_reps(own)}
            for name, group in results.items()
            if (own := [r for r in group if r.engine == engine])
        }
        for engine in engines
    }


def report_perturbed(figures: dict[str, dict[str, dict[str, float]]]) -> str:
    """Format the result of `perturbed_figures` as a table, with the range of OBO per engine."""
    lines = [
        f"{'engine':<14}{'change':<24}{'clips':>6}{'exact':>8}{'OBO':>8}{'MAE':>8}{'false':>7}"
    ]
    for engine, rows in figures.items():
        for name, row in rows.items():
            lines.append(
                f"{engine:<14}{name:<24}{row['clips']:>6.0f}{row['exact']:>8.2f}"
                f"{row['obo']:>8.2f}{row['mae']:>8.2f}{row['false_reps']:>7.0f}"
            )
        uncropped = [row["obo"] for name, row in rows.items() if not name.startswith("cropped")]
        lines.append(f"{engine:<14}OBO from {min(uncropped):.2f} to {max(uncropped):.2f}")
    return "\n".join(lines)


def report_sensitivity(rows: Sequence[Sensitivity]) -> str:
    """Format the result of `sensitivity` as a table; fragile thresholds are marked with "edge"."""
    lines = [f"{'threshold':<66}{'OBO -10 %':>10}{'now':>6}{'+10 %':>7}{'changed':>9}"]
    for row in rows:
        edge = " edge" if row.changed else ""
        name = f"{row.workout} {row.state}: {row.condition}"
        lines.append(
            f"{name[:65]:<66}{row.obo[0]:>10.2f}{row.obo[1]:>6.2f}{row.obo[2]:>7.2f}"
            f"{row.changed:>9}{edge}"
        )
        lines.append(
            f"{'':<4}folds choose {row.chosen:g}: held out {row.held_out:.2f};"
            f" false reps {row.false_reps[0]}, {row.false_reps[1]}, {row.false_reps[2]}"
        )
    return "\n".join(lines)
