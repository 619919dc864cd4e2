"""The trainer: camera, pose, coach, picture, publish; and the commands of the pages."""

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, Literal

from hiitpi.camera.base import Camera, Frame
from hiitpi.coach.coach import whole_pixels
from hiitpi.coach.library import Library
from hiitpi.coach.messages import Command, Event, EventKind, Sample, SessionRecord
from hiitpi.coach.session import Session
from hiitpi.errors import CameraError, ModelError, WorkoutError
from hiitpi.live.bus import Publisher
from hiitpi.pose.engine import Engine
from hiitpi.pose.keypoints import Pose
from hiitpi.settings import Settings
from hiitpi.trainer.recorder import Recorder
from hiitpi.video.encoder import jpeg
from hiitpi.video.overlay import draw

log = logging.getLogger(__name__)

#: Seconds to wait for a frame before listening for commands all the same.
IDLE: Final = 0.2

#: A camera that failed is opened again after these seconds, the last over and over.
RETRY: Final = (1.0, 2.0, 5.0, 10.0)

Clock = Callable[[], float]
Ending = Literal["finished", "interrupted", "discarded"]


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
        self._library, self._bus, self._recorder = library, bus, recorder
        self._clock, self._wall = clock, wall
        self._session: Session | None = None
        self._seq = 0
        self._counted_before = 0  # what was counted before this process, of a session that goes on
        self._events: list[Event] = []
        self._save_due = False
        self._engine = self._open_engine()
        self._camera: Camera | None = self._open_camera()
        self._failures, self._retry_at, self._engine_retry_at = 0, 0.0, 0.0
        self._say_status()

    def resume(self, record: SessionRecord) -> None:
        """Go on with a session that an earlier trainer left."""
        if record.workout not in self._library:
            log.warning("Session %s is of an unknown workout %r.", record.uuid, record.workout)
            return
        log.info("Going on with %s's session at %d reps.", record.player, record.reps)
        self._begin(record)

    def step(self) -> None:
        """Judge one frame, or wait a little for it."""
        frame = self._next_frame()
        sample, pose = None, None
        if frame is not None:
            sample, pose = self._judge(frame)
        events, self._events = self._events, []
        asked = self._bus.publish(self._clock(), sample, events)
        if self._save_due:
            self._save_due = False
            self._bus.save()
        for command in asked.commands:
            self._obey(command)
        if frame is not None and asked.watched:
            joints = self._session.workout.joints if self._session else frozenset[str]()
            picture = draw(frame.image, pose, joints, self._settings.mirror)
            self._bus.picture(frame.seq, jpeg(picture, self._settings.jpeg_quality))

    def close(self) -> None:
        """Stop: a running session is stored as interrupted, and the camera is let go."""
        if self._session:
            self._end("interrupted")
            self._bus.publish(self._clock(), None, self._events)
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
        if self._session:
            self._counted_before = self._session.coach.reps
            self._camera.perform(self._session.workout.slug)
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
        if self._session is None:
            return _idle_sample(frame, pose, spent), pose
        before = self._session.coach.reps
        told = self._session.update(pose, frame.time, seq=frame.seq, inference_ms=spent)
        self._events.extend(told.events)
        if self._session.coach.reps > before:
            self._recorder.put(self._session.record(frame.time))
        truth = None if frame.truth is None else self._counted_before + frame.truth
        return replace(told.sample, truth=truth), pose

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

    def _obey(self, command: Command) -> None:
        running = self._session.uuid if self._session else None
        if command.kind == "start" and not running:
            self._start(command)
        elif command.kind in ("done", "discard") and running and command.session == running:
            self._end("finished" if command.kind == "done" else "discarded")
        else:
            log.info("Ignored %s: the session running is %s.", command, running)

    def _start(self, command: Command) -> None:
        try:
            workout = self._library[command.workout]
        except WorkoutError as error:
            log.warning("%s", error)
            return
        record = SessionRecord(
            uuid=str(uuid.uuid4()),
            player=command.player,
            workout=workout.slug,
            started=self._wall(),
            ended=None,
            status="active",
            reps=0,
            attempts=0,
            pace=0.0,
            score=None,
            station=self._settings.station,
            model=self._engine.name,
        )
        self._begin(record)
        self._recorder.put(record)

    def _begin(self, record: SessionRecord) -> None:
        now = self._clock()
        self._session = Session(record, self._library[record.workout], now)
        self._counted_before = record.reps
        if self._camera:
            self._camera.perform(record.workout)
        self._events.append(Event("started", now, session=record.uuid))
        self._bus.say_session(self._summary(record, self._session))

    def _end(self, status: Ending) -> None:
        assert self._session is not None
        now = self._clock()
        record = self._session.record(now, status=status, ended=self._wall())
        self._session = None
        if self._camera:
            self._camera.perform(None)
        self._recorder.put(record)
        saved = self._recorder.flush(timeout=2.0)
        text = "" if saved else "The record book cannot be written now; the session is kept."
        kind: EventKind = "discarded" if status == "discarded" else "finished"
        self._events.append(Event(kind, now, text, session=record.uuid))
        self._bus.say_session(None)
        self._save_due = True  # once Redis knows that it has ended

    @staticmethod
    def _summary(record: SessionRecord, session: Session) -> dict[str, Any]:
        workout = session.workout
        return {
            **record.summary(),
            "began": session.coach.start,
            "title": workout.name,
            "counts": workout.counts,
            "unit": workout.signal.unit,
            "signal": workout.signal.name,
            "bands": workout.bands(),
        }


def _idle_sample(frame: Frame, pose: Pose | None, spent: float) -> Sample:
    return Sample(
        seq=frame.seq,
        time=round(frame.time, 3),
        inference_ms=round(spent, 1),
        confidence=0.0 if pose is None else round(pose.confidence, 3),
        keypoints=None if pose is None else whole_pixels(pose),
    )
