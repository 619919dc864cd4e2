"""The command `count`: counts a recording and prints what it has counted."""

import argparse
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from tqdm import tqdm

from hiitpi.recordings.count import count
from hiitpi.recordings.house_library import house_library
from hiitpi.recordings.opened import open_recording
from hiitpi.recordings.overlay import plot
from hiitpi.recordings.pose_source import PoseFrame
from hiitpi.settings import Settings


def run(options: argparse.Namespace, settings: Settings, on_message: Callable[[str], None]) -> None:
    """Run the command.

    Args:
        options: `recording`, `workout`, `json`, `video`, `save`, `plot`.
        settings: settings of this machine.
        on_message: receives a line about the progress of a download.

    Raises:
        HiitPiError: the recording, the workout or the model cannot be used.
    """
    logging.basicConfig(level=logging.WARNING)
    workout = house_library(settings)[options.workout]

    def with_progress(frames: Iterator[PoseFrame]) -> Iterator[PoseFrame]:
        with tqdm(total=100, unit="%", leave=False, disable=not sys.stderr.isatty()) as bar:
            for frame in frames:
                bar.update(round(frame.progress * 100 - bar.n, 1))
                yield frame

    with ExitStack() as stack:
        frames, model, on_sample = open_recording(options, settings, workout, stack, on_message)
        result = count(with_progress(frames), workout, model, on_sample)
    if options.plot:
        plot(options.plot, workout, result)
    if options.json:
        print(json.dumps(result.as_json()))
        return
    for event in result.events:
        minutes, seconds = divmod(event.time, 60)
        at = f"{int(minutes):2d}:{seconds:05.2f}"
        if event.rep:
            cue = f"  {event.text}" if event.text else ""
            print(f"{at}  {event.rep.number:3d}  score {event.rep.score:5.1f}{cue}")
        elif event.kind == "attempt":
            print(f"{at}    -  did not count: {event.text}")
    print(f"{result.reps} {workout.name.lower()}, {result.attempts} did not count ({model}).")
