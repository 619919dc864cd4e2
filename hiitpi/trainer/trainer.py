"""The trainer: camera, pose, coach, picture, publish."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from hiitpi.camera.base import Camera, Frame
from hiitpi.coach.library import Library
from hiitpi.coach.messages import Sample, SessionRecord
from hiitpi.errors import CameraError, ModelError
from hiitpi.live.bus import Publisher
from hiitpi.pose.engine import Engine
from hiitpi.pose.keypoints import Pose
from hiitpi.settings import Settings
from hiitpi.trainer.floor import Clock, Floor, Stage
from hiitpi.trainer.recorder import Recorder
from hiitpi.video.encoder import jpeg
from hiitpi.video.overlay import draw

log = logging.getLogger(__name__)

#: Seconds to wait for a frame before listening for commands all the same.
IDLE: Final = 0.2

#: A camera that failed is opened again after these seconds, the last over and over.
RETRY: Final = (1.0, 2.0, 5.0, 10.0)


class Trainer:
    """Judges every frame of one camera, whether or not anybody is watching.

    Args:
        settings: of this station.
        open_camera: opens and starts the camera; raises CameraError.
        open_engine: opens the pose engine; raises ModelError.
        library, bus, recorder: its parts.
        clock: monotonic seconds, the same as the camera's.
        wall: seconds since the epoch.
    """

    def __init__(
        self,
        settings: Settings,
        open_camera: Callable[[], Camera],
        open_engine: Callable[[], Engine],
        library: Library,
        bus: Publisher,
        recorder: Recorder,
        clock: Clock = time.monotonic,
        wall: Clock = time.time,
    ) -> None:
        self._settings = settings
        self._open_camera, self._open_engine = open_camera, open_engine
        self._bus, self._recorder, self._clock = bus, recorder, clock
        self._floor = Floor(settings, library, bus, recorder, clock, wall)
        self._stage: Stage | None = None
        self._seq = 0
        self._counted_before = 0  # in this set, when the athlete was told to perform
        self._engine = self._open_engine()
        self._camera: Camera | None = self._open_camera()
        self._failures, self._retry_at, self._engine_retry_at = 0, 0.0, 0.0
        self._say_status()

    def resume(self, record: SessionRecord) -> None:
        """Go on with a session that an earlier trainer left."""
        self._floor.resume(record)

    def step(self) -> None:
        """Judge one frame, or wait a little for it."""
        frame = self._next_frame()
        sample, pose = None, None
        if frame is not None:
            sample, pose = self._judge(frame)
        else:
            self._floor.wait()
        asked = self._bus.publish(self._clock(), sample, self._floor.take_events())
        if self._floor.save_due:
            self._floor.save_due = False
            self._bus.save()
        for command in asked.commands:
            self._floor.obey(command, self._engine.name)
        self._direct()
        if frame is not None and asked.watched:
            picture = draw(frame.image, pose, self._floor.joints, self._settings.mirror)
            self._bus.picture(frame.seq, jpeg(picture, self._settings.jpeg_quality))

    def close(self) -> None:
        """Stop: a running session is stored as interrupted, and the camera is let go."""
        self._floor.close()
        self._bus.publish(self._clock(), None, self._floor.take_events())
        self._recorder.close()
        if self._camera:
            self._camera.close()

    def _next_frame(self) -> Frame | None:
        if self._camera is None:
            if self._clock() < self._retry_at:
                time.sleep(IDLE)
                return None
            self._reopen()
        try:
            frame = self._camera.read(self._seq, IDLE) if self._camera else None
        except CameraError as error:
            self._lose_camera(error)
            return None
        if frame:
            self._seq = frame.seq
        return frame

    def _reopen(self) -> None:
        try:
            self._camera = self._open_camera()
        except CameraError as error:
            self._lose_camera(error)
            return
        self._seq, self._failures = 0, 0
        self._engine.reset()
        self._stage = None
        self._say_status()

    def _lose_camera(self, error: CameraError) -> None:
        log.error("%s", error)
        if self._camera:
            self._camera.close()
            self._camera = None
        delay = RETRY[min(self._failures, len(RETRY) - 1)]
        self._failures += 1
        self._retry_at = self._clock() + delay
        self._say_status(str(error))

    def _say_status(self, trouble: str = "") -> None:
        camera = self._camera
        self._bus.say_status(
            {
                "camera": camera.title if camera else self._settings.camera,
                "drawn": camera.drawn if camera else False,
                "model": self._engine.name,
                "trouble": trouble,
            }
        )

    def _judge(self, frame: Frame) -> tuple[Sample, Pose | None]:
        began = time.perf_counter()
        pose = self._infer(frame)
        spent = (time.perf_counter() - began) * 1000
        sample = self._floor.judge(frame, pose, spent)
        if frame.truth is None or not (self._stage and self._stage.performs):
            return sample, pose
        return replace(sample, truth=self._counted_before + frame.truth), pose

    def _direct(self) -> None:
        """Tell whoever is in front of the camera what to do; people know it from the page."""
        stage = self._floor.stage
        if self._camera is None or stage == self._stage:
            return
        self._stage, self._counted_before = stage, self._floor.reps
        if stage is None:
            self._camera.perform(None)
        elif stage.performs:
            self._camera.perform(stage.workout)
        else:
            self._camera.prepare(stage.workout)

    def _infer(self, frame: Frame) -> Pose | None:
        """The athlete's pose; an engine that fails is opened anew, on the CPU if need be."""
        if self._clock() < self._engine_retry_at:
            return None
        try:
            return self._engine.infer(frame.image)
        except ModelError as error:
            log.error("%s", error)
        try:
            self._engine = self._open_engine()
            self._say_status()
        except ModelError as error:
            log.error("%s", error)
            self._engine_retry_at = self._clock() + RETRY[-1]
            self._say_status(str(error))
        return None
