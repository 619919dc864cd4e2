"""The trainer: camera, pose, coach, picture, publish."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from hiitpi.camera.base import Camera, Frame
from hiitpi.coach.messages import Command, Sample, SessionRecord
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.errors import ModelError
from hiitpi.live.publisher import PollResult, Publisher
from hiitpi.pipeline.camera_manager import CameraManager
from hiitpi.pipeline.checkpoint_writer import CheckpointWriter
from hiitpi.pipeline.privacy_shutter import PrivacyShutter
from hiitpi.pipeline.renderer import FrameRenderer, RenderJob
from hiitpi.pipeline.session_journal import SessionJournal
from hiitpi.pipeline.session_manager import AthleteCue, Clock, SessionManager
from hiitpi.pose.engine import Engine
from hiitpi.pose.keypoints import Pose
from hiitpi.settings import Settings
from hiitpi.system.background_loop import summary
from hiitpi.system.urls import without_password

log = logging.getLogger(__name__)

#: Without a session and without anybody who looks on for so long (seconds), the camera is closed.
CAMERA_LINGER_S: Final = 15.0

#: Seconds between two looks at the background loops.
LOOP_CHECK_S: Final = 1.0

#: An engine that failed twice is tried again after so many seconds.
ENGINE_RETRY_S: Final = 10.0


class Pipeline:
    """Judges every frame of one camera, whether or not anybody is watching.

    With no session and nobody there it sleeps: the camera is closed until somebody comes.

    Args:
        settings: of this station.
        open_camera: opens and starts the camera; raises CameraError.
        open_engine: opens the pose engine; raises ModelError.
        library, bus, recorder, journal: its parts.
        clock: monotonic seconds, the same as the camera's.
        wall: seconds since the epoch.
    """

    def __init__(
        self,
        settings: Settings,
        open_camera: Callable[[], Camera],
        open_engine: Callable[[], Engine],
        library: WorkoutLibrary,
        bus: Publisher,
        recorder: CheckpointWriter,
        journal: SessionJournal,
        clock: Clock = time.monotonic,
        wall: Clock = time.time,
    ) -> None:
        self._settings, self._open_engine = settings, open_engine
        self._bus, self._writer, self._clock = bus, recorder, clock
        self._journal = journal
        self._sessions = SessionManager(settings, library, bus, recorder, journal, clock, wall)
        self._renderer = FrameRenderer(settings, bus)
        self._cue: AthleteCue | None = None
        self._counted_before = 0  # in this set, when the athlete was told to perform
        self._engine_trouble, self._engine_retry_at = "", 0.0
        self._engine = self._open_engine()
        self._shutter = PrivacyShutter(settings.instance)
        self._camera_manager = CameraManager(open_camera, clock, self._publish_status)
        self._opened, self._needed_at = 1, clock()
        self._ill: list[dict[str, Any]] = []
        self._looked_at = -math.inf
        if not self._shutter.closed:
            self._camera_manager.start()
        self._publish_status()

    def resume(self, record: SessionRecord) -> None:
        """Go on with a session that an earlier trainer left."""
        self._sessions.resume(record)

    def step(self) -> None:
        """Judge one frame, or wait a little for it."""
        frame = self._camera_manager.frame()
        if self._camera_manager.opened > self._opened:  # these pictures follow no others
            self._opened, self._cue = self._camera_manager.opened, None
            self._engine.reset()
        sample, pose = None, None
        if frame is not None:
            sample, pose = self._process_frame(frame)
        else:
            self._sessions.tick()
        asked = self._bus.publish(self._clock(), sample, self._sessions.take_events())
        if frame is not None and asked.watched:
            self._renderer.submit(RenderJob(frame, pose, self._sessions.joints, asked.watched))
        if self._sessions.save_due:
            self._sessions.save_due = False
            self._bus.save()
        for command in asked.commands:
            self._handle(command)
        self._cue_synthetic_athlete()
        self._update_camera_demand(asked)
        self._check_loops()

    @property
    def stalled(self) -> bool:
        """Whether a background loop does not come back, so that only a new process helps."""
        return any(one["state"] == "stalled" for one in self._ill)

    def _check_loops(self) -> None:
        """Tell the pages which background loop is ill, about once a second."""
        now = self._clock()
        if now - self._looked_at < LOOP_CHECK_S:
            return
        self._looked_at = now
        ill = summary([self._renderer.loop, self._writer.loop])
        if self._writer.trouble:
            ill.append(self._writer.outage())
        if ill != self._ill:
            self._ill = ill
            self._publish_status()

    def close(self) -> None:
        """Stop: a running session is stored as interrupted, and the camera is let go."""
        self._sessions.close()
        self._bus.publish(self._clock(), None, self._sessions.take_events())
        self._renderer.close()
        self._writer.close()
        self._journal.close()
        self._camera_manager.close()

    def _handle(self, command: Command) -> None:
        if command.kind in ("cover", "uncover"):
            self._shutter.set(command.kind == "cover")
            self._publish_status()
        else:
            self._sessions.handle(command, self._engine.name)

    def _update_camera_demand(self, asked: PollResult) -> None:
        now = self._clock()
        if self._sessions.busy or asked.present:
            self._needed_at = now
        self._camera_manager.set_wanted(
            not self._shutter.closed and now - self._needed_at <= CAMERA_LINGER_S
        )

    def _publish_status(self) -> None:
        self._bus.set_status(
            {
                "camera": self._camera_manager.title or without_password(self._settings.camera),
                "drawn": self._camera_manager.drawn,
                "state": "covered" if self._shutter.closed else self._camera_manager.state,
                "model": self._engine.name,
                "trouble": self._camera_manager.trouble or self._engine_trouble,
                "ill": self._ill,
            }
        )

    def _process_frame(self, frame: Frame) -> tuple[Sample, Pose | None]:
        began = time.perf_counter()
        pose = self._infer(frame)
        spent = (time.perf_counter() - began) * 1000
        sample = self._sessions.process_frame(frame, pose, spent)
        if frame.truth is None or not (self._cue and self._cue.active):
            return sample, pose
        return replace(sample, truth=self._counted_before + frame.truth), pose

    def _cue_synthetic_athlete(self) -> None:
        """Tell whoever is in front of the camera what to do; people know it from the page."""
        stage = self._sessions.cue
        camera = self._camera_manager.camera
        if camera is None or stage == self._cue:
            return
        self._cue, self._counted_before = stage, self._sessions.reps
        if stage is None:
            camera.perform(None)
        elif stage.active:
            camera.perform(stage.workout)
        else:
            camera.prepare(stage.workout)

    def _infer(self, frame: Frame) -> Pose | None:
        """The athlete's pose; an engine that fails is opened anew, on the CPU if need be."""
        if self._clock() < self._engine_retry_at:
            return None
        try:
            return self._engine.infer(frame.image, frame.time)
        except ModelError as error:
            log.error("%s", error)
        self._engine_trouble = ""
        try:
            self._engine = self._open_engine()
        except ModelError as error:
            log.error("%s", error)
            self._engine_trouble, self._engine_retry_at = str(error), self._clock() + ENGINE_RETRY_S
        self._publish_status()
        return None
