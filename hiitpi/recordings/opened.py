"""Opens the recording of the command `count`."""

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
    on_message: Callable[[str], None],
) -> tuple[Iterator[PoseFrame], str, Callable[[Sample], None]]:
    """Open the recording of the command `count`.

    Args:
        options: `recording`, the path; and `video`, the path of the overlay to write, or None.
        settings: settings of this machine: model, mirror, threads and accelerator.
        workout: the workout whose joints the overlay highlights.
        stack: closes the overlay on exit.
        on_message: receives a line about the progress of a download.

    Returns:
        Its poses, the name of the pose model, and a callback that receives the coach's sample for
        each frame.

    Raises:
        CameraError: the recording does not exist or cannot be read, or has no images for --video.
        ModelError: the pose model is not available.
    """
    path = options.recording
    if path.suffix == ".npz":
        if options.video:
            raise CameraError(f"{path} has keypoints but no images: --video needs a video.")
        model = model_of(settings.model)
        return poses_of_npz(path, model), model, lambda sample: None
    rate = frame_rate(path)  # fails early if this is not a video, before the model is loaded
    catalog = Catalog(mirror=settings.model_mirror, on_message=on_message)
    engine = open_engine(settings.model, catalog, settings.threads, settings.accelerator)
    if options.video:
        writer = stack.enter_context(OverlayWriter(options.video, rate, workout))
        return writer.poses(read_video(path), engine), engine.name, writer.write
    return poses_of_video(path, engine), engine.name, lambda sample: None
