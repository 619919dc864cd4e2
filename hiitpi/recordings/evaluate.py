"""Runs labelled recordings through the shipped rules and says how often the count is right."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.errors import CameraError
from hiitpi.pose.engine import Engine
from hiitpi.recordings.count import count
from hiitpi.recordings.pose_source import PoseFrame, models_of_npz, poses_of_npz, poses_of_video

COLUMNS: Final = ("file", "workout", "reps")


@dataclass(frozen=True)
class LabelledRecording:
    """One line of the index: what a recording holds.

    Attributes:
        file: beside the index.
        workout: slug.
        reps: the true count; 0: this workout must count nothing.
        least, most: what a fair counter may say.
        sure: whether it is for targets; false: only for curiosity.
        group: recordings of one group are of the same people; "": a group of its own.
    """

    file: str
    workout: str
    reps: int
    least: int
    most: int
    sure: bool
    group: str = ""

    @property
    def people(self) -> str:
        """Its group of people; without one, a group of its own."""
        return self.group or self.file


@dataclass(frozen=True)
class Result:
    """What one engine's count of one recording was."""

    row: LabelledRecording
    engine: str
    got: int

    @property
    def off(self) -> int:
        """Distance to the range that a fair counter may say."""
        return max(self.row.least - self.got, self.got - self.row.most, 0)


def read_index(path: Path) -> list[LabelledRecording]:
    """The rows of an index.

    A CSV with `file`, `workout` and `reps`; `reps_min`, `reps_max`, `confidence` ("low") and
    `group` are optional.

    Raises:
        CameraError: it is not there, or a column is missing or no number.
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
    return [_row(path, number, line) for number, line in enumerate(lines, start=2)]


def _row(path: Path, number: int, line: dict[str, str]) -> LabelledRecording:
    try:
        reps = int(line["reps"])
        least, most = (int(line.get(name) or reps) for name in ("reps_min", "reps_max"))
    except (TypeError, ValueError) as error:
        raise CameraError(
            f"{path}, line {number}: reps must be whole numbers ({error})."
        ) from error
    sure = line.get("confidence") != "low"
    return LabelledRecording(
        line["file"], line["workout"], reps, least, most, sure, line.get("group") or ""
    )


def evaluate(
    index: Path,
    library: WorkoutLibrary,
    models: Sequence[str],
    engine: Callable[[str], Engine],
    tell: Callable[[str], None] = lambda line: None,
    workout: str | None = None,
) -> list[Result]:
    """Count every recording of the index with every model; rows of low confidence are left out.

    Args:
        index: a CSV; files are beside it.
        library: the workouts; a row of an unknown one is told and left out.
        models: names; none: all that an `.npz` has, or the one `engine` opens for "auto".
        engine: opens the engine of a model, for videos.
        tell: takes a line about what is left out.
        workout: only rows of this one; None: all.
    """
    results = []
    engines: dict[str, Engine] = {}
    for row in read_index(index):
        if not row.sure or workout not in (None, row.workout):
            continue
        if row.workout not in library:
            tell(f"Left out {row.file}: there is no workout {row.workout!r}.")
            continue
        path = index.parent / row.file
        for model in models or (models_of_npz(path) if path.suffix == ".npz" else ["auto"]):
            if path.suffix == ".npz":
                seen: Iterable[PoseFrame] = poses_of_npz(path, model)
            else:
                engines[model] = engines.get(model) or engine(model)
                engines[model].reset()
                seen = poses_of_video(path, engines[model])
            got = count(seen, library[row.workout], model).reps
            results.append(Result(row, model, got))
    return results


def summary(results: Sequence[Result]) -> dict[str, Any]:
    """The figures as plain data: rows, total, misses.

    A count is exact within reps_min..reps_max and off by one (OBO) within one more; its error is
    the distance to that range over max(1, reps), and MAE its mean. Recordings in which nothing must
    be counted stand under negatives only.
    """
    engines = list(dict.fromkeys(r.engine for r in results))
    workouts = sorted({r.row.workout for r in results if r.row.most})
    rows = []
    for workout in workouts:
        for engine in engines:
            mine = [r for r in results if (r.row.workout, r.engine) == (workout, engine)]
            if any(r.row.most for r in mine):
                rows.append({"workout": workout, "engine": engine, **fractions(mine)})
    total = {}
    for engine in engines:
        mine = [r for r in results if r.engine == engine]
        nothing = [r for r in mine if not r.row.most]
        total[engine] = {
            **fractions(mine),
            "negatives": len(nothing),
            "false_reps": sum(r.got for r in nothing),
        }
    misses = [
        {
            "file": r.row.file,
            "workout": r.row.workout,
            "engine": r.engine,
            "reps": r.row.reps,
            "got": r.got,
        }
        for r in results
        if r.off
    ]
    return {"rows": rows, "total": total, "misses": misses}


def fractions(results: Sequence[Result]) -> dict[str, Any]:
    """Clips, exact, obo and mae of the results in which there was something to count."""
    mine = [r for r in results if r.row.most]
    n = len(mine)
    if not n:
        return {"clips": 0, "exact": 0.0, "obo": 0.0, "mae": 0.0}
    return {
        "clips": n,
        "exact": round(sum(r.off == 0 for r in mine) / n, 4),
        "obo": round(sum(r.off <= 1 for r in mine) / n, 4),
        "mae": round(sum(r.off / max(1, r.row.reps) for r in mine) / n, 4),
    }


def report(figures: dict[str, Any]) -> str:
    """The figures for people."""
    head = f"{'workout':<20}{'engine':<14}{'clips':>6}{'exact':>8}{'OBO':>8}{'MAE':>8}"
    lines = [head]
    for row in figures["rows"]:
        lines.append(f"{row['workout']:<20}{_line(row['engine'], row)}")
    for engine, row in figures["total"].items():
        negatives = f"   {row['false_reps']} false reps on {row['negatives']} negatives"
        lines.append(f"{'all':<20}{_line(engine, row)}{negatives}")
    if figures["misses"]:
        lines += ["", "Misses:"]
        lines += [
            f"  {m['file']:<28}{m['workout']:<18}{m['engine']:<12} true {m['reps']}, got {m['got']}"
            for m in figures["misses"]
        ]
    return "\n".join(lines)


def _line(engine: str, row: dict[str, Any]) -> str:
    values = f"{row['exact']:>8.2f}{row['obo']:>8.2f}{row['mae']:>8.2f}"
    return f"{engine:<14}{row['clips']:>6}{values}"
