"""The command `teach`: makes a workout of the repetitions in a recording."""

import argparse
import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from hiitpi.coach.recognition import decide
from hiitpi.coach.rules.any_workout import ANY_WORKOUT
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.teaching.draft import Draft
from hiitpi.coach.teaching.example import measure_example
from hiitpi.coach.teaching.learn import learn
from hiitpi.coach.teaching.lesson import Frames, count_reps, judge
from hiitpi.errors import WorkoutError
from hiitpi.pose.engine import model_of
from hiitpi.pose.keypoints import Pose
from hiitpi.recordings.opened import open_recording
from hiitpi.recordings.pose_source import models_of_npz
from hiitpi.settings import Settings

#: Repetitions that can be shown.
MIN_REPS: Final = 2
MAX_REPS: Final = 20

#: Frames of a recording that are looked at: more than two minutes at 30 frames per second.
MAX_FRAMES: Final = 4000

Number = Annotated[float, Field(allow_inf_nan=False)]
Joint = tuple[Number, Number, Annotated[float, Field(ge=0, le=1)]]
Joints = Annotated[tuple[Joint, ...], Field(min_length=17, max_length=17)]


@dataclass(frozen=True)
class Request:
    """What the page Workouts asks.

    Attributes:
        frames: time in seconds, and 17 joints (x and y in pixels, score 0..1) or None, of each
            frame.
        name, view, reps: see `learn`.
        draft: the rules to judge the frames by; None to learn them.
    """

    frames: Annotated[tuple[tuple[Number, Joints | None], ...], Field(max_length=MAX_FRAMES)]
    name: str = "My workout"
    view: Literal["front", "side", "any"] = "any"
    reps: Annotated[int, Field(ge=MIN_REPS, le=MAX_REPS)] = 5
    draft: Draft | None = None


_REQUEST: Final = TypeAdapter(Request)


def run(options: argparse.Namespace, settings: Settings, on_message: Callable[[str], None]) -> None:
    """Run the command: print the workout file; as JSON its keypoints, or the answer to a request.

    Args:
        options: `recording`, `name`, `view`, `reps`, `keypoints`.
        settings: settings of this machine.
        on_message: receives a line about the progress of a download.

    Raises:
        HiitPiError: the recording or the model cannot be used, or no workout was understood.
    """
    if options.recording == "-":
        print(json.dumps(answer(sys.stdin.read(), WorkoutLibrary())))
        return
    if not MIN_REPS <= options.reps <= MAX_REPS:
        raise WorkoutError(f"--reps must be from {MIN_REPS} to {MAX_REPS}.")
    seen = _poses(Path(options.recording), settings, on_message)
    if options.keypoints:
        print(json.dumps([[round(time, 3), _joints(pose)] for time, pose in seen]))
        return
    lesson = learn(measure_example(seen), options.name, options.view, options.reps)
    print(lesson.draft.text(), end="")


def _poses(
    path: Path, settings: Settings, on_message: Callable[[str], None]
) -> list[tuple[float, Pose | None]]:
    """Return time and pose of each frame of a recording, which must be short."""
    opening = argparse.Namespace(recording=path, video=None, save=None)
    if path.suffix == ".npz" and model_of(settings.model) not in (models := models_of_npz(path)):
        settings = settings.model_copy(update={"model": next(iter(models), settings.model)})
    with ExitStack() as stack:
        frames, _, _ = open_recording(opening, settings, ANY_WORKOUT, stack, on_message)
        seen = [(frame.time, frame.pose) for frame in islice(frames, MAX_FRAMES + 1)]
    if len(seen) > MAX_FRAMES:
        raise WorkoutError(
            f"The recording is too long: it has more than {MAX_FRAMES} frames. Cut it to the "
            "repetitions."
        )
    return seen


def answer(text: str, library: WorkoutLibrary) -> dict[str, Any]:
    """Return what is understood from a request of the page; see `Lesson.data`.

    Args:
        text: a `Request` as JSON.
        library: the included workouts; the answer names the one that was shown.

    Raises:
        WorkoutError: it is not a request, or no workout was understood.
    """
    try:
        request = _REQUEST.validate_json(text)
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        raise WorkoutError(f"This cannot be used: {place}: {error.errors()[0]['msg']}.") from None
    frames = [(time, _pose(joints)) for time, joints in request.frames]
    if request.draft:
        lesson = judge(request.draft, frames)
    else:
        lesson = learn(measure_example(frames), request.name, request.view, request.reps)
    data = lesson.data()
    data["says"] += _included(frames, library)
    return data


def _included(frames: Frames, library: WorkoutLibrary) -> list[str]:
    """Return a sentence about the included workout that was shown, if it is one."""
    counts = {workout.slug: count_reps(workout, frames) for workout in library}
    slug = decide(counts)
    if slug is None:
        return []
    unit = "seconds" if library[slug].hold else "repetitions"
    return [f"Included as “{library.name(slug)}”, which counts {counts[slug]} {unit} here."]


def _pose(joints: tuple[Joint, ...] | None) -> Pose | None:
    if joints is None:
        return None
    rows = np.array(joints, np.float32)
    return Pose(rows[:, :2], rows[:, 2], float(rows[:, 2].mean()))


def _joints(pose: Pose | None) -> list[list[float]] | None:
    if pose is None:
        return None
    rows = np.column_stack((pose.xy, pose.score))
    return [[round(x, 1), round(y, 1), round(score, 2)] for x, y, score in rows.tolist()]
