"""The command `teach`: makes a workout of the repetitions in a recording."""

import argparse
import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Final, Literal

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from hiitpi.coach.rules.any_workout import ANY_WORKOUT
from hiitpi.coach.teaching.draft import Draft
from hiitpi.coach.teaching.example import measure_example
from hiitpi.coach.teaching.learn import learn
from hiitpi.coach.teaching.lesson import Lesson, judge
from hiitpi.errors import WorkoutError
from hiitpi.pose.keypoints import Pose
from hiitpi.recordings.opened import open_recording
from hiitpi.settings import Settings

#: Repetitions that can be shown.
MIN_REPS: Final = 2
MAX_REPS: Final = 20

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

    frames: Annotated[tuple[tuple[Number, Joints | None], ...], Field(max_length=4000)]
    name: str = "My workout"
    view: Literal["front", "side", "any"] = "any"
    reps: Annotated[int, Field(ge=MIN_REPS, le=MAX_REPS)] = 5
    draft: Draft | None = None


_REQUEST: Final = TypeAdapter(Request)


def run(options: argparse.Namespace, settings: Settings, on_message: Callable[[str], None]) -> None:
    """Run the command: print the workout file, or the answer to a request as JSON.

    Args:
        options: `recording`, `name`, `view`, `reps`.
        settings: settings of this machine.
        on_message: receives a line about the progress of a download.

    Raises:
        HiitPiError: the recording or the model cannot be used, or no workout was understood.
    """
    if options.recording == "-":
        print(json.dumps(answer(sys.stdin.read()).data()))
        return
    if not MIN_REPS <= options.reps <= MAX_REPS:
        raise WorkoutError(f"--reps must be from {MIN_REPS} to {MAX_REPS}.")
    opening = argparse.Namespace(recording=Path(options.recording), video=None, save=None)
    with ExitStack() as stack:
        frames, _, _ = open_recording(opening, settings, ANY_WORKOUT, stack, on_message)
        seen = [(frame.time, frame.pose) for frame in frames]
    lesson = learn(measure_example(seen), options.name, options.view, options.reps)
    print(lesson.draft.text(), end="")


def answer(text: str) -> Lesson:
    """Return what is understood from a request of the page.

    Args:
        text: a `Request` as JSON.

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
        return judge(request.draft, frames)
    return learn(measure_example(frames), request.name, request.view, request.reps)


def _pose(joints: tuple[Joint, ...] | None) -> Pose | None:
    if joints is None:
        return None
    rows = np.array(joints, np.float32)
    return Pose(rows[:, :2], rows[:, 2], float(rows[:, 2].mean()))
