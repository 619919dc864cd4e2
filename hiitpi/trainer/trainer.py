"""The trainer: camera, pose, coach, picture, publish."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from hiitpi.camera.base import Camera, Frame
from hiitpi.coach.library import Library
from hiitpi.coach.messages import Command, Sample, SessionRecord
from hiitpi.errors import ModelError
from hiitpi.live.publisher import Asked, Publisher
from hiitpi.pose.engine import Engine
from hiitpi.pose.keypoints import Pose
from hiitpi.settings import Settings
from hiitpi.system.background_loop import summary
from hiitpi.system.urls import without_password
from hiitpi.trainer.cover import Cover
from hiitpi.trainer.floor import Clock, Floor, Stage
from hiitpi.trainer.journal import Journal
from hiitpi.trainer.keeper import Keeper
from hiitpi.trainer.recorder import Recorder
from hiitpi.trainer.studio import Scene, Studio

log = logging.getLogger(__name__)

#: Without a session and without anybody who looks on for so long (seconds), the camera is closed.
LINGER: Final = 15.0

#: Seconds between two looks at the background loops.
LOOK_S: Final = 1.0

#: An engine that failed twice is tried again after so many seconds.
ENGINE_RETRY: Final = 10.0


class Trainer:
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
        library: Library,
        bus: Publisher,
        recorder: Recorder,
        journal: Journal,
        clock: Clock = time.monotonic,
        wall: Clock = time.time,
    ) -> None:
        self._settings, self._open_engine = settings, open_engine
        self._bus, self._recorder, self._clock = bus, recorder, clock
        self._journal = journal
        self._floor = Floor(settings, library, bus, recorder, journal, clock, wall)
        self._studio = Studio(settings, bus)
        self._stage: Stage | None = None
        self._counted_before = 0  # in this set, when the athlete was told to perform
        self._engine_trouble, self._engine_retry_at = "", 0.0
        self._engine = self._open_engine()
        self._cover = Cover(settings.instance)
        self._keeper = Keeper(open_camera, clock, self._say_status)
        self._opened, self._needed_at = 1, clock()
        self._ill: list[dict[str, Any]] = []
        self._looked_at = -math.inf
        if not self._cover.closed:
            self._keeper.start()
        self._say_status()

    def resume(self, record: SessionRecord) -> None:
        """Go on with a session that an earlier trainer left."""
        self._floor.resume(record)

    def step(self) -> None:
        """Judge one frame, or wait a little for it."""
        frame = self._keeper.frame()
        if self._keeper.opened > self._opened:  # these pictures follow no others
            self._opened, self._stage = self._keeper.opened, None
            self._engine.reset()
        sample, pose = None, None
        if frame is not None:
            sample, pose = self._judge(frame)
        else:
            self._floor.wait()
        asked = self._bus.publish(self._clock(), sample, self._floor.take_events())
        if frame is not None and asked.watched:
            self._studio.show(Scene(frame, pose, self._floor.joints, asked.watched))
        if self._floor.save_due:
            self._floor.save_due = False
            self._bus.save()
        for command in asked.commands:
            self._obey(command)
        self._direct()
        self._sleep_or_wake(asked)
        self._look_at_loops()

    @property
    def stalled(self) -> bool:
        """Whether a background loop does not come back, so that only a new process helps."""
        return any(one["state"] == "stalled" for one in self._ill)

    def _look_at_loops(self) -> None:
        """Tell the pages which background loop is ill, about once a second."""
        now = self._clock()
        if now - self._looked_at < LOOK_S:
            return
        self._looked_at = now
        ill = summary([self._studio.loop, self._recorder.loop])
        if self._recorder.trouble:
            ill.append(self._recorder.outage())
        if ill != self._ill:
            self._ill = ill
            self._say_status()

    def close(self) -> None:
        """Stop: a running session is stored as interrupted, and the camera is let go."""
        self._floor.close()
        self._bus.publish(self._clock(), None, self._floor.take_events())
        self._studio.close()
        self._recorder.close()
        self._journal.close()
        self._keeper.close()

    def _obey(self, command: Command) -> None:
        if command.kind in ("cover", "uncover"):
            self._cover.set(command.kind == "cover")
            self._say_status()
        else:
            self._floor.obey(command, self._engine.name)

    def _sleep_or_wake(self, asked: Asked) -> None:
        now = self._clock()
        if self._floor.busy or asked.present:
            self._needed_at = now
        self._keeper.want(not self._cover.closed and now - self._needed_at <= LINGER)

    def _say_status(self) -> None:
        self._bus.say_status(
            {
                "camera": self._keeper.title or without_password(self._settings.camera),
                "drawn": self._keeper.drawn,
                "state": "covered" if self._cover.closed else self._keeper.state,
                "model": self._engine.name,
                "trouble": self._keeper.trouble or self._engine_trouble,
                "ill": self._ill,
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
        camera = self._keeper.camera
        if camera is None or stage == self._stage:
            return
        self._stage, self._counted_before = stage, self._floor.reps
        if stage is None:
            camera.perform(None)
        elif stage.performs:
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
            self._engine_trouble, self._engine_retry_at = str(error), self._clock() + ENGINE_RETRY
        self._say_status()
        return None
