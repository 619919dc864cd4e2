"""The recording that the command `count` was given, opened."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from hiitpi.camera.opencv import frame_rate, read_video
from hiitpi.coach.messages import Sample
from hiitpi.coach.rules.workout import Workout
from hiitpi.errors import CameraError
from hiitpi.pose.catalog import Catalog
from hiitpi.pose.engine import model_of, open_engine
from hiitpi.recordings.overlay import OverlayWriter
from hiitpi.recordings.pose_source import PoseFrame, poses_of_npz, poses_of_video
from hiitpi.settings import Settings


def open_recording(
    options: argparse.Namespace,
    settings: Settings,
    workout: Workout,
    stack: ExitStack,
    tell: Callable[[str], None],
) -> tuple[Iterator[PoseFrame], str, Callable[[Sample], None]]:
    """Open the recording of the command `count`.

    Args:
        options: `recording`, and `video`, where to write the overlay.
        settings: of this machine.
        workout: whose joints the overlay shows.
        stack: closes the overlay.
        tell: takes a line about the progress.

    Returns:
        Its poses, the name of the pose model, and a callback that receives the coach's sample for
        each frame.

    Raises:
        CameraError: it is not there, or it cannot be read or shown.
        ModelError: the pose model is not available.
    """
    path = options.recording
    if path.suffix == ".npz":
        if options.video:
            raise CameraError(f"{path} has keypoints but no images: --video needs a video.")
        model = model_of(settings.model)
        return poses_of_npz(path, model), model, lambda sample: None
    rate = frame_rate(path)  # fails early if this is not a video, before the model is loaded
    catalog = Catalog(mirror=settings.model_mirror, on_message=tell)
    engine = open_engine(settings.model, catalog, settings.threads, settings.accelerator)
    if options.video:
        writer = stack.enter_context(OverlayWriter(options.video, rate, workout))
        return writer.watch(read_video(path), engine), engine.name, writer.tell
    return poses_of_video(path, engine), engine.name, lambda sample: None
