"""How far a count can be trusted: on other people, under changes, and with other thresholds."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any, Final

from hiitpi.coach.rules.measure import Condition
from hiitpi.coach.rules.workout import State, Workout
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.recordings.count import count
from hiitpi.recordings.evaluate import LabelledRecording, Result, fractions, read_index
from hiitpi.recordings.perturb import CROPS, PERTURBATIONS, may_crop
from hiitpi.recordings.pose_source import PoseFrame, models_of_npz, poses_of_npz

#: A threshold whose count changes when it moves by this part sits at an edge.
MOVE: Final = 0.1

#: Of a threshold near 0, this part of its unit counts instead.
LEAST_MOVE: Final = {"°": 2.0}


@dataclass(frozen=True)
class Clip:
    """The keypoints that one engine found in one recording, and the recording's labels."""

    engine: str
    frames: tuple[PoseFrame, ...]
    rows: tuple[LabelledRecording, ...]


def clips(
    index: Path, library: WorkoutLibrary, models: Sequence[str], workout: str | None = None
) -> Iterator[Clip]:
    """The recordings of an index of `.npz` files, one after the other.

    Args:
        index: see `hiitpi.recordings.evaluate.read_index`; rows of low confidence are left out.
        library: rows of unknown workouts are left out.
        models: engines; none: all that a recording has.
        workout: only rows of this one; None: all.
    """
    by_file: dict[str, list[LabelledRecording]] = {}
    for row in read_index(index):
        if row.sure and row.workout in library and workout in (None, row.workout):
            by_file.setdefault(row.file, []).append(row)
    for file, rows in by_file.items():
        path = index.parent / file
        if path.suffix == ".npz":
            for model in models or models_of_npz(path):
                yield Clip(model, tuple(poses_of_npz(path, model)), tuple(rows))


def folds(results: Sequence[Result]) -> dict[str, Any]:
    """Each group of people by itself: mean, standard deviation and the worst groups, by engine."""
    told = {}
    for engine in dict.fromkeys(r.engine for r in results):
        groups: dict[str, list[Result]] = {}
        for result in results:
            if result.engine == engine:
                groups.setdefault(result.row.people, []).append(result)
        scores = {name: fractions(mine) for name, mine in groups.items()}
        judged = {name: score["obo"] for name, score in scores.items() if score["clips"]}
        told[engine] = {
            "groups": len(judged),
            "obo": round(fmean(judged.values()), 4) if judged else 0.0,
            "spread": round(pstdev(judged.values()), 4) if judged else 0.0,
            "worst": dict(sorted(judged.items(), key=lambda item: item[1])[:5]),
            "groups_with_false_reps": sorted(
                name for name, mine in groups.items() if any(r.got for r in mine if not r.row.most)
            ),
        }
    return told


def perturb(
    recordings: Iterable[Clip], library: WorkoutLibrary, tell: Callable[[str], None]
) -> dict[str, list[Result]]:
    """The counts of each recording under each of `PERTURBATIONS`."""
    told: dict[str, list[Result]] = {name: [] for name in PERTURBATIONS}
    for clip in recordings:
        tell(f"{clip.rows[0].file} {clip.engine}")
        for name, change in PERTURBATIONS.items():
            frames = change(clip.frames)
            crop = next((at for at in CROPS if name.endswith(f"the {at}")), None)
            for row in clip.rows:
                rules = library[row.workout]
                if crop is None or may_crop(rules, crop):
                    got = count(frames, rules, clip.engine).reps
                    told[name].append(Result(row, clip.engine, got))
    return told


@dataclass(frozen=True)
class Sensitivity:
    """What moving one threshold does to the counts.

    Attributes:
        workout, state, condition: which threshold.
        obo, false_reps: with the threshold lower, as it is, and higher.
        changed: recordings whose count is another when it moves either way.
        chosen: the threshold that most folds choose of the three.
        held_out: within one of the truth on each fold, with what the other folds chose.
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
    """Move each threshold of a workout down and up by a tenth and count again."""
    told = []
    as_it_is = _counted(recordings, workout)
    for state in workout.states:
        for condition in state.conditions:
            values = _moved(condition)
            runs = [
                as_it_is if value == condition.threshold
                else _counted(recordings, _with(workout, state, condition, value))
                for value in values
            ]  # fmt: skip
            lower, now, higher = runs
            chosen, held_out = _choose(runs, values)
            told.append(
                Sensitivity(
                    workout.slug,
                    state.name,
                    str(condition),
                    (_obo(lower), _obo(now), _obo(higher)),
                    (_false(lower), _false(now), _false(higher)),
                    sum(
                        len({a.got, b.got, c.got}) > 1
                        for a, b, c in zip(lower, now, higher, strict=True)
                    ),
                    chosen,
                    held_out,
                )
            )
    return told


def _moved(condition: Condition) -> tuple[float, float, float]:
    threshold = condition.threshold
    way = max(MOVE * abs(threshold), LEAST_MOVE.get(condition.measure.unit, 0.02))
    return threshold - way, threshold, threshold + way


def _with(workout: Workout, state: State, condition: Condition, threshold: float) -> Workout:
    moved = State(
        state.name,
        *(replace(c, threshold=threshold) if c is condition else c for c in state.conditions),
    )
    return replace(workout, states=tuple(moved if s is state else s for s in workout.states))


def _counted(recordings: Sequence[Clip], workout: Workout) -> list[Result]:
    return [
        Result(row, clip.engine, count(clip.frames, workout, clip.engine).reps)
        for clip in recordings
        for row in clip.rows
        if row.workout == workout.slug
    ]


def _choose(runs: Sequence[Sequence[Result]], values: Sequence[float]) -> tuple[float, float]:
    """What most folds choose, and the count within one on each fold with the others' choice."""
    groups = sorted({r.row.people for r in runs[0]})
    choices, held_out = [], []
    for group in groups:
        train = [[r for r in run if r.row.people != group] for run in runs]
        # Of equal ones the threshold as it is.
        best = max((1, 0, 2), key=lambda i: (_obo(train[i]) - 0.01 * _false(train[i]), i == 1))
        choices.append(best)
        held_out += [r for r in runs[best] if r.row.people == group]
    most = max(set(choices), key=choices.count)
    return values[most], _obo(held_out)


def _obo(results: Sequence[Result]) -> float:
    return float(fractions(results)["obo"])


def _false(results: Sequence[Result]) -> int:
    return sum(r.got for r in results if not r.row.most)


def report_folds(told: dict[str, Any]) -> str:
    """The figures of `folds` for people."""
    lines = [f"{'engine':<14}{'groups':>7}{'OBO':>8}{'sd':>8}   worst groups"]
    for engine, one in told.items():
        worst = ", ".join(f"{name} {obo:.2f}" for name, obo in one["worst"].items() if obo < 1)
        lines.append(
            f"{engine:<14}{one['groups']:>7}{one['obo']:>8.2f}{one['spread']:>8.2f}   {worst}"
        )
        if one["groups_with_false_reps"]:
            lines.append(f"{'':<14}false reps in {', '.join(one['groups_with_false_reps'])}")
    return "\n".join(lines)


def perturbed_figures(told: dict[str, list[Result]]) -> dict[str, dict[str, dict[str, float]]]:
    """By engine and change: clips, exact, obo, mae, and false repetitions."""
    engines = dict.fromkeys(r.engine for results in told.values() for r in results)
    return {
        engine: {
            name: {**fractions(mine), "false_reps": _false(mine)}
            for name, results in told.items()
            if (mine := [r for r in results if r.engine == engine])
        }
        for engine in engines
    }


def report_perturbed(figures: dict[str, dict[str, dict[str, float]]]) -> str:
    """The figures of `perturbed_figures` for people, with the spread of each engine."""
    lines = [
        f"{'engine':<14}{'change':<24}{'clips':>6}{'exact':>8}{'OBO':>8}{'MAE':>8}{'false':>7}"
    ]
    for engine, changes in figures.items():
        for name, one in changes.items():
            lines.append(
                f"{engine:<14}{name:<24}{one['clips']:>6.0f}{one['exact']:>8.2f}"
                f"{one['obo']:>8.2f}{one['mae']:>8.2f}{one['false_reps']:>7.0f}"
            )
        whole = [one["obo"] for name, one in changes.items() if not name.startswith("cropped")]
        lines.append(f"{engine:<14}OBO from {min(whole):.2f} to {max(whole):.2f}")
    return "\n".join(lines)


def report_sensitivity(told: Sequence[Sensitivity]) -> str:
    """The figures of `sensitivity` for people; an edge is marked."""
    lines = [f"{'threshold':<66}{'OBO -10 %':>10}{'now':>6}{'+10 %':>7}{'changed':>9}"]
    for one in told:
        edge = " edge" if one.changed else ""
        where = f"{one.workout} {one.state}: {one.condition}"
        lines.append(
            f"{where[:65]:<66}{one.obo[0]:>10.2f}{one.obo[1]:>6.2f}{one.obo[2]:>7.2f}"
            f"{one.changed:>9}{edge}"
        )
        lines.append(
            f"{'':<4}folds choose {one.chosen:g}: held out {one.held_out:.2f};"
            f" false reps {one.false_reps[0]}, {one.false_reps[1]}, {one.false_reps[2]}"
        )
    return "\n".join(lines)
