"""The main loop: camera, pose engine, coach, rendering, publishing."""

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
from hiitpi.pose.auto_model import measured_fps
from hiitpi.pose.engine import Engine
from hiitpi.pose.keypoints import Pose
from hiitpi.records.replays import ReplayFolder
from hiitpi.settings import Settings
from hiitpi.system.background_loop import summary
from hiitpi.system.urls import without_password

log = logging.getLogger(__name__)

#: The camera is closed after this long without a session and without a viewer.
CAMERA_LINGER_S: Final = 15.0

#: Interval between health checks of the background loops.
LOOP_CHECK_S: Final = 1.0

#: Delay before a pose engine that could not be reopened is retried.
ENGINE_RETRY_S: Final = 10.0


class Pipeline:
    """Processes every frame of one camera, whether or not anyone is watching.

    Without a session and without viewers it sleeps: the camera is closed until a viewer connects.

    Args:
        settings: settings of this station.
        open_camera: opens and starts the camera; raises CameraError.
        open_engine: opens the pose engine; raises ModelError.
        library: the workouts.
        publisher: publishes live data and receives commands.
        writer: writes sessions to the database.
        journal: write-ahead log of the running session.
        clock: monotonic seconds; must be the camera's clock.
        wall: seconds since the epoch.
        replays: where the movements of sessions are kept; None to keep none.
        read_workouts: reads the taught workouts again, before a session.
    """

    def __init__(
        self,
        settings: Settings,
        open_camera: Callable[[], Camera],
        open_engine: Callable[[], Engine],
        library: WorkoutLibrary,
        publisher: Publisher,
        writer: CheckpointWriter,
        journal: SessionJournal,
        clock: Clock = time.monotonic,
        wall: Clock = time.time,
        replays: ReplayFolder | None = None,
        read_workouts: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings, self._open_engine = settings, open_engine
        self._publisher, self._writer, self._clock = publisher, writer, clock
        self._journal = journal
        self._sessions = SessionManager(
            settings,
            library,
            publisher,
            writer,
            journal,
            clock,
            wall,
            replays=replays,
            read_workouts=read_workouts,
        )
        self._renderer = FrameRenderer(settings, publisher)
        self._cue: AthleteCue | None = None
        self._reps_at_cue = 0  # repetitions in this set when the synthetic athlete got its cue
        self._engine_error, self._engine_retry_at = "", 0.0
        self._engine = self._open_engine()
        self._shutter = PrivacyShutter(settings.instance)
        self._camera_manager = CameraManager(open_camera, clock, self._publish_status)
        self._camera_generation, self._needed_at = 1, clock()
        self._unhealthy: list[dict[str, Any]] = []
        self._loops_checked_at = -math.inf
        if not self._shutter.closed:
            self._camera_manager.start()
        self._publish_status()

    def resume(self, record: SessionRecord) -> None:
        """Resume a session that an earlier process left unfinished."""
        self._sessions.resume(record)

    def step(self) -> None:
        """Process one frame, or whatever else is due if no frame arrives in time."""
        frame = self._camera_manager.frame()
        if self._camera_manager.opened > self._camera_generation:  # a new sequence of frames
            self._camera_generation, self._cue = self._camera_manager.opened, None
            self._engine.reset()
        sample, pose = None, None
        if frame is not None:
            sample, pose = self._process_frame(frame)
        else:
            self._sessions.tick()
        poll = self._publisher.publish(self._clock(), sample, self._sessions.take_events())
        if frame is not None and poll.watched:
            self._renderer.submit(RenderJob(frame, pose, self._sessions.joints, poll.watched))
        self._sessions.heart_rate = poll.heart_rate
        if self._sessions.save_due:
            self._sessions.save_due = False
            self._publisher.save()
        for command in poll.commands:
            self._handle(command)
        self._cue_synthetic_athlete()
        self._update_camera_demand(poll)
        self._check_loops()

    @property
    def stalled(self) -> bool:
        """Whether a background loop hangs, so that the process must be restarted."""
        return any(loop["state"] == "stalled" for loop in self._unhealthy)

    def _check_loops(self) -> None:
        """Publish which background loops are unhealthy, about once a second."""
        now = self._clock()
        if now - self._loops_checked_at < LOOP_CHECK_S:
            return
        self._loops_checked_at = now
        unhealthy = summary([self._renderer.loop, self._writer.loop])
        if self._writer.trouble:
            unhealthy.append(self._writer.outage())
        if unhealthy != self._unhealthy:
            self._unhealthy = unhealthy
            self._publish_status()

    def close(self) -> None:
        """Store a running session as interrupted, stop the threads and close the camera."""
        self._sessions.close()
        self._publisher.publish(self._clock(), None, self._sessions.take_events())
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

    def _update_camera_demand(self, poll: PollResult) -> None:
        """Close the camera when the shutter is closed or nobody has needed it for a while."""
        now = self._clock()
        if self._sessions.busy or poll.present:
            self._needed_at = now
        self._camera_manager.set_wanted(
            not self._shutter.closed and now - self._needed_at <= CAMERA_LINGER_S
        )

    def _publish_status(self) -> None:
        self._publisher.set_status(
            {
                "camera": self._camera_manager.title or without_password(self._settings.camera),
                "drawn": self._camera_manager.drawn,
                "state": "covered" if self._shutter.closed else self._camera_manager.state,
                "model": self._engine.name,
                "fps": self._measured_fps(),
                "trouble": self._camera_manager.trouble or self._engine_error,
                "ill": self._unhealthy,
            }
        )

    def _measured_fps(self) -> float | None:
        """Return how fast the engine could be, if it was chosen for its speed."""
        if self._settings.model != "auto":
            return None
        return measured_fps(self._settings.instance, self._engine.name)

    def _process_frame(self, frame: Frame) -> tuple[Sample, Pose | None]:
        started = time.perf_counter()
        pose = self._infer(frame)
        inference_ms = (time.perf_counter() - started) * 1000
        sample = self._sessions.process_frame(frame, pose, inference_ms)
        if frame.truth is None or not (self._cue and self._cue.active):
            return sample, pose
        return replace(sample, truth=self._reps_at_cue + frame.truth), pose

    def _cue_synthetic_athlete(self) -> None:
        """Tell the camera what its athlete should do; cameras of real people ignore it."""
        cue = self._sessions.cue
        camera = self._camera_manager.camera
        if camera is None or cue == self._cue:
            return
        self._cue, self._reps_at_cue = cue, self._sessions.reps
        if cue is None:
            camera.perform(None)
        elif cue.active:
            camera.perform(cue.workout)
        else:
            camera.prepare(cue.workout)

    def _infer(self, frame: Frame) -> Pose | None:
        """Return the athlete's pose; reopen a failed engine, falling back to the CPU if needed."""
        if self._clock() < self._engine_retry_at:
            return None
        try:
            return self._engine.infer(frame.image, frame.time)
        except ModelError as error:
            log.error("%s", error)
        self._engine_error = ""
        try:
            self._engine = self._open_engine()
        except ModelError as error:
            log.error("%s", error)
            self._engine_error, self._engine_retry_at = str(error), self._clock() + ENGINE_RETRY_S
        self._publish_status()
        return None
