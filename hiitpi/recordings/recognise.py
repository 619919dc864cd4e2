"""Evaluates how well workouts are recognised, on labelled recordings."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hiitpi.coach.recogniser import Recogniser
from hiitpi.coach.recognition import decide
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.recordings.robustness import Clip

#: Column of recordings in which nothing was recognised.
NOTHING: Final = "-"


@dataclass(frozen=True)
class Recognition:
    """What was recognised first in a recording.

    Attributes:
        file: the recording.
        engine: name of the engine.
        workout: slug of the workout that it shows; "" for a recording without any.
        got: slug of the workout that was recognised; "" if none was.
        seconds: when, in seconds from the start.
    """

    file: str
    engine: str
    workout: str
    got: str
    seconds: float


def recognise(clips: Iterable[Clip], library: WorkoutLibrary) -> list[Recognition]:
    """Recognise the workout of each recording that shows at least two repetitions, or none."""
    results = []
    for clip in clips:
        shown = next((label for label in clip.labels if label.reps_max), None)
        if shown is None or shown.reps >= 2:
            got, seconds = _first(clip, library)
            workout = shown.workout if shown else ""
            results.append(
                Recognition(clip.labels[0].file, clip.engine, workout, got, round(seconds, 2))
            )
    return results


def _first(clip: Clip, library: WorkoutLibrary) -> tuple[str, float]:
    """Return the workout that is recognised first, "" if none is, and when."""
    recogniser = Recogniser(library)
    for frame in clip.frames:
        slug = recogniser.update(frame.pose, frame.time) if frame.pose else None
        if slug:
            return slug, frame.time
    # A recording may end before the recogniser has waited long enough.
    return decide(recogniser.counts()) or "", clip.frames[-1].time if clip.frames else 0.0


def recognition_figures(results: Sequence[Recognition]) -> dict[str, Any]:
    """Compute the accuracy.

    Returns:
        Plain data by engine: `sets` with a known workout and the fraction that was recognised
        `right`, `negatives` and in how many of them a `false` one was recognised, and the
        `confusion`: how often which workout (or NOTHING) was taken for which.
    """
    figures: dict[str, Any] = {}
    for engine in dict.fromkeys(result.engine for result in results):
        group = [result for result in results if result.engine == engine]
        known = [result for result in group if result.workout]
        negatives = [result for result in group if not result.workout]
        right = sum(result.got == result.workout for result in known)
        confusion = Counter((r.workout or NOTHING, r.got or NOTHING) for r in group)
        figures[engine] = {
            "sets": len(known),
            "right": round(right / len(known), 4) if known else 0.0,
            "negatives": len(negatives),
            "false": sum(bool(result.got) for result in negatives),
            "confusion": [
                {"workout": workout, "got": got, "count": count}
                for (workout, got), count in sorted(confusion.items())
            ],
        }
    return figures


def report_recognition(figures: dict[str, Any]) -> str:
    """Format the result of `recognition_figures` as text: a matrix for each engine."""
    lines = []
    for engine, row in figures.items():
        lines.append(f"{engine}: {row['right']:.1%} of {row['sets']} sets right")
        lines.append(
            f"  {row['false']} of {row['negatives']} recordings without an exercise got one"
        )
        by_workout: dict[str, list[str]] = {}
        for cell in row["confusion"]:
            by_workout.setdefault(cell["workout"], []).append(f"{cell['got']} {cell['count']}")
        lines += [f"  {workout:<18}{', '.join(got)}" for workout, got in by_workout.items()]
    return "\n".join(lines)
