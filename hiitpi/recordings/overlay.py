"""Visualises a count: the overlay as a video, and the signal as an HTML page."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import cv2

from hiitpi.camera.opencv import VideoFrame
from hiitpi.coach.messages import Sample
from hiitpi.coach.rules.workout import Workout
from hiitpi.errors import CameraError
from hiitpi.pose.engine import Engine
from hiitpi.recordings.count import Count
from hiitpi.recordings.pose_source import PoseFrame
from hiitpi.video.overlay import BRIGHT, draw


class OverlayWriter:
    """Writes a video with the skeleton and the count; a context manager that closes the file.

    Args:
        path: the .mp4 file to write.
        rate: frames per second.
        workout: the workout whose joints are highlighted.
    """

    def __init__(self, path: Path, rate: float, workout: Workout) -> None:
        self._path, self._rate, self._joints = path, rate, workout.joints
        self._writer: Any = None
        self._video_frame: VideoFrame | None = None
        self._pose_frame: PoseFrame | None = None

    def poses(self, frames: Iterator[VideoFrame], engine: Engine) -> Iterator[PoseFrame]:
        """Yield the pose of each frame, and keep the frame until `write` is called.

        Args:
            frames: the video.
            engine: the pose engine.
        """
        for frame in frames:
            self._video_frame = frame
            self._pose_frame = PoseFrame(
                engine.infer(frame.image, frame.time), frame.time, frame.progress
            )
            yield self._pose_frame

    def write(self, sample: Sample) -> None:
        """Write the last frame of `poses` with its skeleton and count.

        Args:
            sample: the coach's sample for that frame.

        Raises:
            CameraError: the file cannot be written.
        """
        assert self._video_frame is not None
        assert self._pose_frame is not None
        image = draw(self._video_frame.image, self._pose_frame.pose, self._joints, mirror=False)
        size = image.shape[0] / 10
        text = f"{sample.reps}  {sample.state or ''}"
        origin, scale = (round(size / 4), round(size)), size / 30
        for colour, thickness in (((0, 0, 0), 6), (BRIGHT, 2)):
            cv2.putText(image, text, origin, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, thickness)
        if self._writer is None:
            code = cv2.VideoWriter.fourcc(*"mp4v")
            self._writer = cv2.VideoWriter(
                str(self._path), code, self._rate, (image.shape[1], image.shape[0])
            )
            if not self._writer.isOpened():
                raise CameraError(f"{self._path} cannot be written. Is it an .mp4 in a folder?")
        self._writer.write(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))

    def __enter__(self) -> Self:
        """Return this writer; the file is opened with the first frame."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        if self._writer is not None:
            self._writer.release()


def plot(path: Path, workout: Workout, counted: Count) -> None:
    """Write an HTML page with the signal, the thresholds of the states and the repetitions.

    The page includes all scripts, so it works offline.

    Args:
        path: the .html file to write.
        workout: the workout that was counted.
        counted: the result of the count.

    Raises:
        CameraError: the file cannot be written.
    """
    import plotly.graph_objects as go

    times = [s.time for s in counted.samples]
    name = f"{workout.signal.name} ({workout.signal.unit.strip()})"
    figure = go.Figure(go.Scatter(x=times, y=[s.signal for s in counted.samples], name=name))
    for state, low, high in workout.bands():
        figure.add_hline(y=low if high is None else high, line_dash="dot", annotation_text=state)
    signal = {s.time: s.signal for s in counted.samples}
    for kind, symbol, colour in (("rep", "circle", "#1b9e55"), ("attempt", "x", "#d97706")):
        events = [e for e in counted.events if e.kind == kind]
        event_times = [round(e.time, 3) for e in events]
        figure.add_scatter(
            x=event_times,
            y=[signal.get(t) for t in event_times],
            mode="markers",
            name="repetition" if kind == "rep" else "did not count",
            text=[e.text for e in events],
            marker={"symbol": symbol, "color": colour, "size": 11},
        )
    title = f"{workout.name}: {counted.reps} ({counted.model})"
    figure.update_layout(title=title, xaxis_title="seconds", yaxis_title=name)
    try:
        figure.write_html(path, include_plotlyjs=True)
    except OSError as error:
        raise CameraError(f"{path} cannot be written: {error.strerror}.") from error
