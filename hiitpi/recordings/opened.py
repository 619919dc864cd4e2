"""Opens the recording of the command `count`."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from hiitpi.camera.opencv import read_video, video_format
from hiitpi.coach.messages import Sample
from hiitpi.coach.rules.workout import Workout
from hiitpi.errors import CameraError
from hiitpi.pose.catalog import Catalog
from hiitpi.pose.engine import model_of, open_engine
from hiitpi.recordings.keypoint_file import KeypointWriter
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
        options: `recording`, the path; `video` and `save`, the paths of the overlay and of the
            keypoints to write, or None.
        settings: settings of this machine: model, mirror, threads and accelerator.
        workout: the workout whose joints the overlay highlights.
        stack: closes the overlay on exit.
        on_message: receives a line about the progress of a download.

    Returns:
        Its poses, the name of the pose model, and a callback that receives the coach's sample for
        each frame.

    Raises:
        CameraError: the recording does not exist or cannot be read, or has no images for
            --video or --save.
        ModelError: the pose model is not available.
    """
    path = options.recording
    if path.suffix == ".npz":
        if options.video or options.save:
            option = "--video" if options.video else "--save"
            raise CameraError(f"{path} has keypoints but no images: {option} needs a video.")
        model = model_of(settings.model)
        return poses_of_npz(path, model), model, _ignore
    # Fails early if this is not a video, before the model is loaded.
    rate, size = video_format(path)
    catalog = Catalog(mirror=settings.model_mirror, on_message=on_message)
    engine = open_engine(settings.model, catalog, settings.threads, settings.accelerator)
    frames, on_sample = poses_of_video(path, engine), _ignore
    if options.video:
        overlay = stack.enter_context(OverlayWriter(options.video, rate, workout))
        frames, on_sample = overlay.poses(read_video(path), engine), overlay.write
    if options.save:
        keypoints = KeypointWriter(options.save, engine.name, size)
        frames = stack.enter_context(keypoints).collect(frames)
    return frames, engine.name, on_sample


def _ignore(sample: Sample) -> None:
    """Do nothing with a sample."""
