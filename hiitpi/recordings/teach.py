"""Evaluates teaching: five repetitions of one person are the example, the others are counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from hiitpi.coach.rules.workout import Workout
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.rules.workout_text import read_workout
from hiitpi.coach.teaching.draft import View
from hiitpi.coach.teaching.example import measure_example
from hiitpi.coach.teaching.learn import learn
from hiitpi.coach.teaching.lesson import Frames
from hiitpi.errors import WorkoutError
from hiitpi.recordings.count import Count, count
from hiitpi.recordings.evaluate import LabelledRecording, Result, metrics
from hiitpi.recordings.robustness import Clip

#: Repetitions that are shown, of each side if the sides take turns.
SHOWN: Final = 5

#: Seconds before the first and after the last of them that are shown too, at most.
LEAD_IN_S: Final = 0.6
LEAD_OUT_S: Final = 0.5


@dataclass(frozen=True)
class Taught:
    """How a workout that was taught from one recording counts those of other people.

    Attributes:
        engine: name of the engine.
        workout: slug of the workout.
        teacher: the label of the recording.
        understood: whether rules were found in it.
        taught: the results of the taught rules.
        shipped: the results of the shipped ones.
    """

    engine: str
    workout: str
    teacher: LabelledRecording
    understood: bool
    taught: tuple[Result, ...] = ()
    shipped: tuple[Result, ...] = ()


@dataclass(frozen=True)
class _Recording:
    label: LabelledRecording
    clip: Clip
    counted: Count


def teach(clips: Iterable[Clip], library: WorkoutLibrary) -> list[Taught]:
    """Teach each workout from each recording whose count is right and long enough."""
    recordings = [
        _Recording(label, clip, count(clip.frames, library[label.workout], clip.engine))
        for clip in clips
        for label in clip.labels
        if not library[label.workout].hold
    ]
    return [
        _teach(recording, recordings, library[recording.label.workout])
        for recording in recordings
        if _may_teach(recording, library[recording.label.workout])
    ]


def _may_teach(recording: _Recording, workout: Workout) -> bool:
    label, reps = recording.label, recording.counted.reps
    is_right = label.reps_min - 1 <= reps <= label.reps_max + 1
    return bool(label.reps_max) and is_right and reps >= _shown(workout)


def _shown(workout: Workout) -> int:
    return 2 * SHOWN if workout.each_side else SHOWN


def _teach(teacher: _Recording, recordings: Sequence[_Recording], workout: Workout) -> Taught:
    engine, slug = teacher.clip.engine, workout.slug
    reps = _shown(workout)
    try:
        example = measure_example(_first_reps(teacher, reps))
        draft = learn(example, workout.name, _view(teacher.label), reps).draft
        rules = replace(read_workout(draft.text()), slug=slug)
    except WorkoutError:
        return Taught(engine, slug, teacher.label, understood=False)
    others = [
        r
        for r in recordings
        if (r.clip.engine, r.label.workout) == (engine, slug)
        and r.label.people != teacher.label.people
    ]
    taught = (Result(r.label, engine, count(r.clip.frames, rules, engine).reps) for r in others)
    shipped = (Result(r.label, engine, r.counted.reps) for r in others)
    return Taught(engine, slug, teacher.label, True, tuple(taught), tuple(shipped))


def _view(label: LabelledRecording) -> View:
    views: dict[str, View] = {"front": "front", "side": "side"}
    return views.get(label.view, "any")


def _first_reps(recording: _Recording, reps: int) -> Frames:
    """Return the frames of the first repetitions, from a moment before to a moment after them."""
    spans = [
        (event.time - event.rep.duration, event.time)
        for event in recording.counted.events
        if event.rep
    ]
    begin, end = min(began for began, _ in spans[:reps]), spans[reps - 1][1]
    following = max(end, spans[reps][0]) if len(spans) > reps else end + 2 * LEAD_OUT_S
    begin -= min(LEAD_IN_S, 0.4 * (end - begin) / reps)
    end = min(end + LEAD_OUT_S, max(end + 0.1, (end + following) / 2))
    return [(f.time, f.pose) for f in recording.clip.frames if begin <= f.time <= end]


def teaching_figures(results: Sequence[Taught]) -> dict[str, Any]:
    """Compute the accuracy.

    Returns:
        Plain data by engine and workout, and for all workouts: `teachers`, how many of them were
        `understood`, the OBO of the `taught` and of the `shipped` rules, also for recordings from
        the `same_view`, `negatives` that were counted, and in how many of them (`false`) something
        was counted.
    """
    figures: dict[str, Any] = {}
    for engine in dict.fromkeys(result.engine for result in results):
        of_engine = [result for result in results if result.engine == engine]
        rows = {}
        for slug in sorted({result.workout for result in of_engine}):
            rows[slug] = _figures([r for r in of_engine if r.workout == slug])
        figures[engine] = {**rows, "all": _figures(of_engine)}
    return figures


def _figures(results: Sequence[Taught]) -> dict[str, Any]:
    taught = [result for teacher in results for result in teacher.taught]
    shipped = [result for teacher in results for result in teacher.shipped]
    same_view = [
        result
        for teacher in results
        for result in teacher.taught
        if result.label.view == teacher.teacher.view
    ]
    negatives = [result for result in taught if not result.label.reps_max]
    return {
        "teachers": len(results),
        "understood": sum(result.understood for result in results),
        "taught": metrics(taught)["obo"],
        "same_view": metrics(same_view)["obo"],
        "shipped": metrics(shipped)["obo"],
        "negatives": len(negatives),
        "false": sum(bool(result.reps) for result in negatives),
    }


def report_teaching(figures: dict[str, Any]) -> str:
    """Format the result of `teaching_figures` as text."""
    lines = []
    for engine, rows in figures.items():
        lines.append(f"{engine:<20}understood   taught  same view  shipped   false/negatives")
        lines += [
            f"  {slug:<18}{row['understood']:>5}/{row['teachers']:<4}{row['taught']:>9.2f}"
            f"{row['same_view']:>11.2f}{row['shipped']:>9.2f}{row['false']:>10}/{row['negatives']}"
            for slug, row in rows.items()
        ]
    return "\n".join(lines)
