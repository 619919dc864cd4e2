"""Shows a count: the overlay as a video, the signal as a page."""

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
    """A video with the skeleton and the count on it; a context manager, which closes it.

    Args:
        path: of the .mp4 to write.
        rate: pictures a second.
        workout: whose joints are shown bright.

    Raises:
        CameraError: it cannot be written.
    """

    def __init__(self, path: Path, rate: float, workout: Workout) -> None:
        self._path, self._rate, self._joints = path, rate, workout.joints
        self._writer: Any = None
        self._still: VideoFrame | None = None
        self._seen: PoseFrame | None = None

    def watch(self, stills: Iterator[VideoFrame], engine: Engine) -> Iterator[PoseFrame]:
        """The poses of the pictures; each picture is kept until `tell` is called."""
        for still in stills:
            self._still = still
            self._seen = PoseFrame(
                engine.infer(still.image, still.time), still.time, still.progress
            )
            yield self._seen

    def tell(self, sample: Sample) -> None:
        """What the coach made of the picture that came last."""
        assert self._still is not None
        assert self._seen is not None
        image = draw(self._still.image, self._seen.pose, self._joints, mirror=False)
        size = image.shape[0] / 10
        text = f"{sample.reps}  {sample.state or ''}"
        place, scale = (round(size / 4), round(size)), size / 30
        for colour, thick in (((0, 0, 0), 6), (BRIGHT, 2)):
            cv2.putText(image, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, thick)
        if self._writer is None:
            code = cv2.VideoWriter.fourcc(*"mp4v")
            self._writer = cv2.VideoWriter(
                str(self._path), code, self._rate, (image.shape[1], image.shape[0])
            )
            if not self._writer.isOpened():
                raise CameraError(f"{self._path} cannot be written. Is it an .mp4 in a folder?")
        self._writer.write(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        if self._writer is not None:
            self._writer.release()


def plot(path: Path, workout: Workout, counted: Count) -> None:
    """Write the signal, the states' thresholds and the repetitions as a page that needs no network.

    Raises:
        CameraError: it cannot be written.
    """
    import plotly.graph_objects as go

    times = [s.time for s in counted.samples]
    name = f"{workout.signal.name} ({workout.signal.unit.strip()})"
    figure = go.Figure(go.Scatter(x=times, y=[s.signal for s in counted.samples], name=name))
    for state, low, high in workout.bands():
        figure.add_hline(y=low if high is None else high, line_dash="dot", annotation_text=state)
    signal = {s.time: s.signal for s in counted.samples}
    for kind, symbol, colour in (("rep", "circle", "#1b9e55"), ("attempt", "x", "#d97706")):
        mine = [e for e in counted.events if e.kind == kind]
        at = [round(e.time, 3) for e in mine]
        figure.add_scatter(
            x=at,
            y=[signal.get(t) for t in at],
            mode="markers",
            name="repetition" if kind == "rep" else "did not count",
            text=[e.text for e in mine],
            marker={"symbol": symbol, "color": colour, "size": 11},
        )
    title = f"{workout.name}: {counted.reps} ({counted.model})"
    figure.update_layout(title=title, xaxis_title="seconds", yaxis_title=name)
    try:
        figure.write_html(path, include_plotlyjs=True)
    except OSError as error:
        raise CameraError(f"{path} cannot be written: {error.strerror}.") from error
