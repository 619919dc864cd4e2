"""Runs the current training session and handles the commands of the pages."""

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

from hiitpi.camera.base import Frame
from hiitpi.coach.coach import idle_sample
from hiitpi.coach.messages import Command, Event, EventKind, HeartRate, Sample, SessionRecord
from hiitpi.coach.rules.any_workout import ANY
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session.device_control import Device, DeviceControl
from hiitpi.coach.session.session import TrainingSession
from hiitpi.coach.session.snapshot import session_snapshot
from hiitpi.errors import WorkoutError
from hiitpi.live.publisher import Publisher
from hiitpi.pipeline.checkpoint_writer import CheckpointWriter
from hiitpi.pipeline.motion_recorder import MotionRecorder
from hiitpi.pipeline.session_journal import SessionJournal
from hiitpi.pose.keypoints import Pose
from hiitpi.records.replays import ReplayFolder
from hiitpi.settings import Settings

log = logging.getLogger(__name__)

#: Events that change the session snapshot shown by the pages.
SNAPSHOT_EVENTS: Final = {"started", "phase", "advice", "control"}

#: What the synthetic athlete does in a session of “Just train”.
SHOWN_WORKOUT: Final = "squat"

#: How long the end of a session waits for the database.
SAVE_TIMEOUT_S: Final = 1.5

NOTHING_RECOGNISED: Final = "No workout was recognised, so nothing is saved"

#: A wall clock that is off by more than this was set; drift is smaller.
CLOCK_JUMP_S: Final = 60.0

Clock = Callable[[], float]
Ending = Literal["finished", "interrupted", "discarded"]


@dataclass(frozen=True, slots=True)
class AthleteCue:
    """What the athlete in front of the camera should do now.

    Attributes:
        workout: slug of the workout.
        number: number of the set.
        active: True to perform the workout, False to get ready for it.
    """

    workout: str
    number: int
    active: bool


class SessionManager:
    """Runs one session at a time.

    Attributes:
        save_due: whether a session has ended since the caller last reset this, so that Redis
            should be saved to disk.
        heart_rate: the athlete's heart rate, set by the caller; None without a strap.

    Args:
        settings: settings of this station.
        library: the workouts.
        publisher: publishes the session snapshot.
        writer: writes sessions to the database.
        journal: write-ahead log of the running session.
        clock: monotonic seconds; must be the camera's clock.
        wall: seconds since the epoch.
        uptime: monotonic seconds, in real time even where `clock` runs faster in tests.
        replays: where the movements of sessions are kept; None to keep none.
        read_workouts: reads the taught workouts again, before a session.
    """

    def __init__(
        self,
        settings: Settings,
        library: WorkoutLibrary,
        publisher: Publisher,
        writer: CheckpointWriter,
        journal: SessionJournal,
        clock: Clock,
        wall: Clock,
        uptime: Clock = time.monotonic,
        replays: ReplayFolder | None = None,
        read_workouts: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings, self._library = settings, library
        self._publisher, self._writer, self._journal = publisher, writer, journal
        self._clock, self._wall, self._uptime = clock, wall, uptime
        self._wall_offset_s = 0.0  # wall clock minus uptime, as last used for the session
        self._session: TrainingSession | None = None
        self._events: list[Event] = []
        self._cue: AthleteCue | None = None
        self._replays, self._read_workouts = replays, read_workouts
        self._motion: MotionRecorder | None = None  # of the running session
        self.save_due = False
        self.heart_rate: HeartRate | None = None

    @property
    def busy(self) -> bool:
        """Whether a session is running."""
        return self._session is not None

    @property
    def joints(self) -> frozenset[str]:
        """Joints that the current workout uses."""
        return self._session.workout.joints if self._session else frozenset()

    @property
    def reps(self) -> int:
        """Repetitions counted in the current set."""
        return self._session.reps if self._session else 0

    @property
    def cue(self) -> AthleteCue | None:
        """What the athlete should do now; None for nothing. Unchanged during a pause."""
        session = self._session
        if session is None:
            self._cue = None
        elif session.phase != "paused":
            active = session.phase == "work"
            if session.program.just_train:  # the same, whatever is recognised
                self._cue = AthleteCue(SHOWN_WORKOUT, 1, active)
            else:
                self._cue = AthleteCue(session.workout.slug, session.set_number, active)
        return self._cue

    def process_frame(self, frame: Frame, pose: Pose | None, inference_ms: float) -> Sample:
        """Update the session with a frame.

        Args:
            frame: the camera frame.
            pose: the pose in the frame; None if nobody was detected.
            inference_ms: how long the pose engine took, in milliseconds.

        Returns:
            The sample of this frame, to be published.
        """
        if self._session is None:
            return idle_sample(pose, frame.time, frame.seq, inference_ms)
        size = frame.image.shape[1], frame.image.shape[0]
        result = self._session.update(
            pose, frame.time, size, seq=frame.seq, inference_ms=inference_ms
        )
        if self.heart_rate and self._session.phase in ("work", "rest"):
            self._session.sets.add_heart_rate(self.heart_rate.bpm, self._session.timer.total_s)
        if self._replays and self._session.phase == "work":
            self._motion = self._motion or MotionRecorder(size)
            self._motion.add(result.sample, result.events, self._session.timer.total_s, size)
        self._process_events(self._session, list(result.events))
        return replace(result.sample, heart_rate=self.heart_rate)

    def tick(self) -> None:
        """Advance the session's time when no frame has arrived."""
        if self._session:
            self._process_events(self._session, self._session.tick(self._clock()))

    def take_events(self) -> list[Event]:
        """Return the events since the last call."""
        events, self._events = self._events, []
        return events

    def handle(self, command: Command, model: str) -> None:
        """Carry out a page's command if its device is allowed to give it.

        Args:
            command: the command.
            model: name of the pose engine, stored with a new session.
        """
        session, now = self._session, self._clock()
        if command.kind == "start":
            if not command.player.strip():
                log.warning("Ignored a start without a player.")
            elif session is None:
                self._start(command, model)
            return
        if session is None or command.session != session.uuid:
            log.info("Ignored %s: that session is not running.", command)
            return
        control, device = session.control, command.device
        if command.kind in ("claim", "keep", "hand_over"):
            changed = {
                "claim": lambda: control.claim(Device(device, command.player), now),
                "keep": lambda: control.cancel_claim(device),
                "hand_over": lambda: control.hand_over(device),
            }[command.kind]()
            self._process_events(session, [Event("control", now)] if changed else [])
        elif not control.is_allowed(device):
            log.info("Ignored %s: that device is not in control.", command)
        elif command.kind in ("done", "discard"):
            self._end("finished" if command.kind == "done" else "discarded")
        else:
            actions = {"go": session.go, "pause": session.pause, "resume": session.resume}
            self._process_events(session, actions[command.kind](now))

    def resume(self, record: SessionRecord) -> None:
        """Resume a session that an earlier process left unfinished."""
        known = {ANY, *(workout.slug for workout in self._library)}
        unknown = [slug for slug in record.program.workouts if slug not in known]
        if unknown:
            log.warning("Cannot resume session %s: unknown workouts %s.", record.uuid, unknown)
            return
        log.info("Resuming %s's session at %d reps.", record.player, record.reps)
        self._begin(record)

    def close(self) -> None:
        """Store a running session as interrupted."""
        if self._session:
            self._end("interrupted")

    def _start(self, command: Command, model: str) -> None:
        try:
            if command.program is None:
                raise WorkoutError("Ignored a start without a program.")
            self._read_workouts()
            for slug in command.program.workouts:
                self._library[slug]  # raises WorkoutError if unknown
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
        now, self._wall_offset_s = self._clock(), self._wall() - self._uptime()
        control = DeviceControl(Device(record.device, record.player))
        self._session = TrainingSession(record, self._library, now, control)
        self._process_events(self._session, [Event("started", now)])

    def _process_events(self, session: TrainingSession, events: list[Event]) -> None:
        """Queue events for publishing, and persist the session if they changed it."""
        kinds = {event.kind for event in events}
        # Queued, not sent: pages get the new snapshot before the events that happened in it.
        self._events += [replace(event, session=session.uuid) for event in events]
        if session.is_over or session.is_abandoned:
            self._end("finished")
            return
        if kinds & SNAPSHOT_EVENTS:
            self._publisher.set_session(session_snapshot(session))
        if session.has_started and kinds & {"rep", "phase", "control"}:
            self._correct_start_time(session)
            record = session.record()
            # Journal the change before it is published.
            if kinds & {"phase", "control"}:
                self._journal.begin(record)
            else:
                self._journal.add(record)
            self._writer.enqueue(record)

    def _correct_start_time(self, session: TrainingSession) -> None:
        """Shift the session's start if the wall clock was set since: it was wrong then, too."""
        offset_s = self._wall() - self._uptime()
        if abs(offset_s - self._wall_offset_s) > CLOCK_JUMP_S:
            log.info("The wall clock was set by %.0f s.", offset_s - self._wall_offset_s)
            session.shift_start(offset_s - self._wall_offset_s)
            self._wall_offset_s = offset_s

    def _write_replay(self, record: SessionRecord) -> None:
        """Write the movements of a session, before its end is told: the summary shows them."""
        if self._replays and self._motion:
            try:
                self._replays.write(record.uuid, self._motion.replay(record, self._library))
            except OSError as error:
                log.error("The replay of session %s is not kept: %s", record.uuid, error)

    def _end(self, status: Ending) -> None:
        session, now = self._session, self._clock()
        assert session is not None
        self._session = None
        saved = True
        if session.has_started:
            self._correct_start_time(session)
            record = session.record(status=status, ended=self._wall())
            self._writer.enqueue(record)
            saved = self._writer.flush(timeout=SAVE_TIMEOUT_S)
            if saved or self._writer.spool(record):
                self._journal.end()
            if status != "discarded":
                self._write_replay(record)
        self._motion = None
        text = "" if saved else "The database is unavailable; the session will be saved later."
        discarded = status == "discarded" or not session.has_started
        kind: EventKind = "discarded" if discarded else "finished"
        if status == "finished" and discarded and session.program.just_train:
            text = NOTHING_RECOGNISED
        self._events.append(Event(kind, now, text, session=session.uuid))
        self._publisher.set_session(None)
        self.save_due = True  # to be done after the end has been published
