"""The training floor: the session that runs, if any, and what the pages ask of it."""

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

from hiitpi.camera.base import Frame
from hiitpi.coach.coach import idle_sample
from hiitpi.coach.messages import Command, Event, EventKind, Sample, SessionRecord
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session.device_control import Device, DeviceControl
from hiitpi.coach.session.session import TrainingSession
from hiitpi.coach.session.snapshot import session_snapshot
from hiitpi.errors import WorkoutError
from hiitpi.live.publisher import Publisher
from hiitpi.pipeline.checkpoint_writer import CheckpointWriter
from hiitpi.pipeline.session_journal import SessionJournal
from hiitpi.pose.keypoints import Pose
from hiitpi.settings import Settings

log = logging.getLogger(__name__)

#: Events after which the pages' summary of the session is not what it was.
SNAPSHOT_EVENTS: Final = {"started", "phase", "advice", "control"}

#: Seconds that a session which ends waits for the record book.
SAVE_TIMEOUT_S: Final = 1.5

#: A wall clock that is off by more seconds than this was set, and did not drift.
CLOCK_JUMP_S: Final = 60.0

Clock = Callable[[], float]
Ending = Literal["finished", "interrupted", "discarded"]


@dataclass(frozen=True, slots=True)
class AthleteCue:
    """What whoever is in front of the camera is to do: a set of a workout, or get ready for it."""

    workout: str
    number: int
    active: bool


class SessionManager:
    """Runs one session at a time.

    Args:
        settings: of this station.
        library, bus, recorder, journal: where workouts come from, and where sessions go to.
        clock: monotonic seconds, the same as the camera's.
        wall: seconds since the epoch.
        uptime: monotonic seconds, even where `clock` is hurried.
    """

    def __init__(
        self,
        settings: Settings,
        library: WorkoutLibrary,
        bus: Publisher,
        recorder: CheckpointWriter,
        journal: SessionJournal,
        clock: Clock,
        wall: Clock,
        uptime: Clock = time.monotonic,
    ) -> None:
        self._settings, self._library = settings, library
        self._bus, self._writer, self._journal = bus, recorder, journal
        self._clock, self._wall, self._uptime = clock, wall, uptime
        self._began_at = 0.0  # of the wall clock, by which it was ahead of the uptime
        self._session: TrainingSession | None = None
        self._events: list[Event] = []
        self._stage: AthleteCue | None = None
        self.save_due = False

    @property
    def busy(self) -> bool:
        """Whether a session runs."""
        return self._session is not None

    @property
    def joints(self) -> frozenset[str]:
        """The joints that matter now."""
        return self._session.workout.joints if self._session else frozenset()

    @property
    def reps(self) -> int:
        """Repetitions in the set under way."""
        return self._session.reps if self._session else 0

    @property
    def cue(self) -> AthleteCue | None:
        """What is to be done in front of the camera; None: nothing. A pause changes nothing."""
        session = self._session
        if session is None:
            self._stage = None
        elif session.phase != "paused":
            performs = session.phase == "work"
            self._stage = AthleteCue(session.workout.slug, session.number, performs)
        return self._stage

    def process_frame(self, frame: Frame, pose: Pose | None, spent: float) -> Sample:
        """Judge a frame, for whose pose the engine took `spent` milliseconds."""
        if self._session is None:
            return idle_sample(pose, frame.time, frame.seq, spent)
        size = frame.image.shape[1], frame.image.shape[0]
        told = self._session.update(pose, frame.time, size, seq=frame.seq, inference_ms=spent)
        self._follow(self._session, list(told.events))
        return told.sample

    def tick(self) -> None:
        """There was no frame: time passes all the same."""
        if self._session:
            self._follow(self._session, self._session.tick(self._clock()))

    def take_events(self) -> list[Event]:
        """What has happened since this was last asked."""
        events, self._events = self._events, []
        return events

    def handle(self, command: Command, model: str) -> None:
        """Do what a page asks, if it may; `model` is the engine that judges."""
        session, now = self._session, self._clock()
        if command.kind == "start":
            if not command.player.strip():
                log.warning("Ignored a start without a player.")
            elif session is None:
                self._start(command, model)
            return
        if session is None or command.session != session.uuid:
            log.info("Ignored %s: the session running is another one, or none.", command)
            return
        control, device = session.control, command.device
        if command.kind in ("claim", "keep", "hand_over"):
            changed = {
                "claim": lambda: control.claim(Device(device, command.player), now),
                "keep": lambda: control.keep(device),
                "hand_over": lambda: control.hand_over(device),
            }[command.kind]()
            self._follow(session, [Event("control", now)] if changed else [])
        elif not control.may(device):
            log.info("Ignored %s: that device is not in control.", command)
        elif command.kind in ("done", "discard"):
            self._end("finished" if command.kind == "done" else "discarded")
        else:
            act = {"go": session.go, "pause": session.pause, "resume": session.resume}
            self._follow(session, act[command.kind](now))

    def resume(self, record: SessionRecord) -> None:
        """Go on with a session that an earlier trainer left."""
        unknown = [slug for slug in record.program.workouts if slug not in self._library]
        if unknown:
            log.warning("Session %s is of unknown workouts: %s.", record.uuid, unknown)
            return
        log.info("Going on with %s's session at %d reps.", record.player, record.reps)
        self._begin(record)

    def close(self) -> None:
        """A running session is stored as interrupted."""
        if self._session:
            self._end("interrupted")

    def _start(self, command: Command, model: str) -> None:
        try:
            if command.program is None:
                raise WorkoutError("No program was named.")
            for slug in command.program.workouts:
                self._library[slug]
        except WorkoutError as error:
            log.warning("%s", error)
            return
        self._begin(
            SessionRecord(
                uuid=str(uuid.uuid4()),
                player=command.player,
                program=command.program,
                started=self._wall(),
                ended=None,
                status="active",
                station=self._settings.station,
                model=model,
                device=command.device,
                match=command.match,
            )
        )

    def _begin(self, record: SessionRecord) -> None:
        now, self._began_at = self._clock(), self._wall() - self._uptime()
        control = DeviceControl(Device(record.device, record.player))
        self._session = TrainingSession(record, self._library, now, control)
        self._follow(self._session, [Event("started", now)])

    def _follow(self, session: TrainingSession, events: list[Event]) -> None:
        """Tell what has happened, and keep what must not be lost."""
        kinds = {event.kind for event in events}
        # A page hears of a new state before it hears what happened in it.
        self._events += [replace(event, session=session.uuid) for event in events]
        if session.over or session.abandoned:
            self._end("finished")
            return
        if kinds & SNAPSHOT_EVENTS:
            self._bus.set_session(session_snapshot(session))
        if session.began and kinds & {"rep", "phase", "control"}:
            self._set_right(session)
            record = session.record()
            # On disk before anybody hears of it.
            if kinds & {"phase", "control"}:
                self._journal.begin(record)
            else:
                self._journal.add(record)
            self._writer.enqueue(record)

    def _set_right(self, session: TrainingSession) -> None:
        """A wall clock that was set while the session ran was wrong when it began, too."""
        ahead = self._wall() - self._uptime()
        if abs(ahead - self._began_at) > CLOCK_JUMP_S:
            log.info("The clock was set by %.0f s.", ahead - self._began_at)
            session.began_later(ahead - self._began_at)
            self._began_at = ahead

    def _end(self, status: Ending) -> None:
        session, now = self._session, self._clock()
        assert session is not None
        self._session = None
        saved = True
        if session.began:
            self._set_right(session)
            record = session.record(status=status, ended=self._wall())
            self._writer.enqueue(record)
            saved = self._writer.flush(timeout=SAVE_TIMEOUT_S)
            if saved or self._writer.spool(record):
                self._journal.end()
        text = "" if saved else "The record book cannot be written now; the session is kept."
        gone = status == "discarded" or not session.began
        kind: EventKind = "discarded" if gone else "finished"
        self._events.append(Event(kind, now, text, session=session.uuid))
        self._bus.set_session(None)
        self.save_due = True  # once Redis knows that it has ended
