"""A training session: leads one player through a program, from framing to the last set."""

from dataclasses import replace
from typing import Final

from hiitpi.coach.coach import FrameResult, idle_sample
from hiitpi.coach.messages import Event, Phase, Sample, SessionRecord, Status
from hiitpi.coach.rules.workout import Workout
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session.device_control import DeviceControl
from hiitpi.coach.session.framing import Framing
from hiitpi.coach.session.gesture import GestureDetector
from hiitpi.coach.session.interval_timer import IntervalTimer
from hiitpi.coach.session.pause_reasons import PAUSE_REASONS
from hiitpi.coach.session.program import Step
from hiitpi.coach.session.set_log import SetLog
from hiitpi.pose.keypoints import Pose

#: Duration of the 3-2-1 countdown.
COUNTDOWN_S: Final = 3.0

#: Absence after which a session pauses, and presence after which it resumes. Without a time limit
#: counting resumes sooner, because no time is lost.
PAUSE_AFTER_AWAY_S: Final = 3.0
RESUME_AFTER_BACK_S: Final = 2.0
RESUME_UNTIMED_AFTER_S: Final = 0.5

#: Absence that cancels the countdown.
COUNTDOWN_CANCEL_S: Final = 1.0

#: A session that has waited for the athlete for this long ends.
ABANDONED_AFTER_S: Final = 600.0

#: Advice for an athlete who is ready for a head-to-head.
WAITING_FOR_OTHERS: Final = "Ready. Waiting for the others"

Size = tuple[int, int]


class TrainingSession:
    """One player's session, from framing to the end of the program.

    All times are seconds of the pipeline's clock.

    Attributes:
        phase: the current phase.
        program: the program being trained.
        workouts: the workouts by slug.
        timer: position in the program.
        framing: check that the camera sees the athlete.
        gesture_detector: detects the gesture that pauses and resumes.
        control: which device may give commands.
        sets: the sets so far, and the coach of the latest one.
        pause_reason: reason of the latest pause, a key of `PAUSE_REASONS`; "" before the first.

    Args:
        record: the new session, or one with sets to resume after a restart.
        workouts: the workouts by slug.
        time: the current time.
        control: which device may give commands.
    """

    def __init__(
        self, record: SessionRecord, workouts: WorkoutLibrary, time: float, control: DeviceControl
    ) -> None:
        self._record, self.workouts, self.control = record, workouts, control
        self.program = record.program
        self.timer = IntervalTimer(self.program)
        self.gesture_detector = GestureDetector(workouts.among(self.program.workouts))
        self.sets = SetLog(record, workouts)
        self._time = self._last_present = self._last_absent = self._phase_start = time
        self.pause_reason = ""
        self._may_be_absent = False  # the countdown goes on although nobody is in view
        self._countdown_s = COUNTDOWN_S  # the remaining time
        self.phase: Phase = "position"
        self.framing = Framing(self.workout)
        self._last_advice = ""
        if self.sets:
            self._restore(time)

    @property
    def uuid(self) -> str:
        """The session's uuid, as text."""
        return self._record.uuid

    @property
    def match(self) -> str:
        """Id of its head-to-head, which starts only by `go` and cannot be paused; "" for none."""
        return self._record.match

    @property
    def player(self) -> str:
        """Name of the player."""
        return self._record.player

    @property
    def advice(self) -> str:
        """What the athlete should do before the start or before the next set; "" for nothing."""
        waits = self.match and self.phase == "position" and self.framing.ready
        return WAITING_FOR_OTHERS if waits else self.framing.advice

    @property
    def is_over(self) -> bool:
        """Whether the program has ended."""
        return self.timer.step is None

    @property
    def is_abandoned(self) -> bool:
        """Whether it has waited for the athlete for longer than `ABANDONED_AFTER_S`."""
        waits = self.phase in ("position", "paused")
        return waits and self._time - self._phase_start > ABANDONED_AFTER_S

    @property
    def has_started(self) -> bool:
        """Whether there was a Go; before it there is nothing to store."""
        return len(self.sets) > 0

    @property
    def workout(self) -> Workout:
        """The current workout, which may have been recognised; during a rest, the next one."""
        step = self.timer.step
        slug = step.exercise.workout if step else self.program.exercises[-1].workout
        return self.sets.workout(self.workouts[slug])

    @property
    def set_number(self) -> int:
        """Number of the current set, from 1; during a rest, of the next one."""
        step = self.timer.step
        return step.number if step and not self.program.just_train else len(self.sets)

    @property
    def reps(self) -> int:
        """Repetitions in the current set; during a rest, in the last one."""
        return self.sets.coach.reps if self.sets.coach else 0

    def update(
        self, pose: Pose | None, time: float, size: Size, *, seq: int = 0, inference_ms: float = 0.0
    ) -> FrameResult:
        """Process one frame.

        Args:
            pose: the pose in the frame; None if nobody was detected.
            time: capture time of the frame.
            size: (width, height) of the frame in pixels.
            seq: number of the frame, copied to the sample.
            inference_ms: time taken by the pose engine, copied to the sample.

        Returns:
            The sample of the frame, and the events it caused.
        """
        events = self.tick(time, pose, size)
        coach = self.sets.coach
        if coach and self.phase == "work" and not self.is_over:
            result = coach.update(pose, time, seq=seq, inference_ms=inference_ms)
            sample = result.sample
            if self.sets.add_recognised(time, self.timer.total_s):
                events.append(Event("phase", time, "work"))
            offset = self.timer.total_s - time  # of what was counted before it was recognised
            events += [self.sets.add_rep(event, offset + event.time) for event in result.events]
            events += self._advance(0.0)
        else:
            sample = idle_sample(pose, time, seq, inference_ms, coach)
        return FrameResult(self._with_progress(sample), tuple(events))

    def tick(self, time: float, pose: Pose | None = None, size: Size = (0, 0)) -> list[Event]:
        """Let time pass.

        Args:
            time: the current time; the capture time if there is a frame.
            pose: the pose in the frame; None if nobody was detected, or without a frame.
            size: (width, height) of the frame in pixels.

        Returns:
            The events caused by it.
        """
        passed, self._time = time - self._time, time
        if pose is not None:
            self._last_present = time
        else:
            self._last_absent = time
        events = [Event("control", time)] if self.control.tick(time) else []
        gesture = self.gesture_detector.update(pose, time)
        if self.phase in ("position", "rest"):
            events += self._check_framing(pose, size, time)
        if self.phase == "position" and self.framing.ready and not self.match:
            events += self._enter("countdown", time)
        elif self.phase == "countdown":
            events += self._count_down(passed, time)
        elif self.phase in ("work", "rest"):
            events += self._train(passed, gesture, time)
        elif self.phase == "paused" and (gesture or self._is_back(time)):
            events += self.resume(time)
        return events

    def go(self, time: float) -> list[Event]:
        """Start the countdown without waiting for good framing, and return the events."""
        if self.phase != "position":
            return []
        self._may_be_absent = True
        return self._enter("countdown", time)

    def pause(self, time: float, reason: str = "command") -> list[Event]:
        """Pause work or rest, unless it is a head-to-head.

        Args:
            time: the current time.
            reason: a key of `PAUSE_REASONS`.

        Returns:
            The event; none if it cannot be paused now.
        """
        if self.phase not in ("work", "rest") or self.match:
            return []
        self.pause_reason = reason
        return self._enter("paused", time, PAUSE_REASONS[reason])

    def resume(self, time: float) -> list[Event]:
        """End a pause: count down first, unless the athlete was away from an untimed program."""
        if self.phase != "paused":
            return []
        self._last_present = time
        self._may_be_absent = self.pause_reason == "command"
        if self.pause_reason == "away" and not self.program.timed:
            return self._enter_work(time)
        return self._enter("countdown", time)

    def record(self, *, status: Status = "active", ended: float | None = None) -> SessionRecord:
        """Return the session so far, for storage; `ended` in seconds since the epoch."""
        return replace(
            self._record,
            status=status,
            ended=ended,
            device=self.control.holder.id,
            sets=self.sets.sets(),
            series=tuple(self.sets.series),
        )

    def shift_start(self, seconds: float) -> None:
        """Correct the start, after the wall clock by which it was recorded has been set."""
        self._record = replace(self._record, started=self._record.started + seconds)

    def _check_framing(self, pose: Pose | None, size: Size, time: float) -> list[Event]:
        self.framing.update(pose, size, time)
        if self.advice == self._last_advice:
            return []
        self._last_advice = self.advice
        return [Event("advice", time, self.advice)]

    def _count_down(self, passed: float, time: float) -> list[Event]:
        if time - self._last_present > COUNTDOWN_CANCEL_S and not self._may_be_absent:
            self.pause_reason = "away"
            return self._enter("paused" if self.has_started else "position", time)
        self._countdown_s -= passed
        return [] if self._countdown_s > 0 else self._enter_work(time)

    def _train(self, passed: float, gesture: bool, time: float) -> list[Event]:
        if gesture:
            return self.pause(time, "gesture")
        absent_s = time - self._last_present
        if self.phase == "work" and absent_s > PAUSE_AFTER_AWAY_S and not self.match:
            self._rewind(time - passed - self._last_present)
            return self.pause(time, "away")
        return self._advance(passed)

    def _rewind(self, seconds: float) -> None:
        """Take back time during which the athlete was absent."""
        seconds = min(seconds, self.timer.elapsed_s)
        self.timer.rewind(seconds)
        self.sets.rewind(seconds, self.timer.total_s)

    def _is_back(self, time: float) -> bool:
        delay_s = RESUME_AFTER_BACK_S if self.program.timed else RESUME_UNTIMED_AFTER_S
        return self.pause_reason == "away" and time - self._last_absent >= delay_s

    def _enter_work(self, time: float) -> list[Event]:
        """Start the first set, or continue with the current step after a pause."""
        step = self.timer.step
        assert step is not None
        if not self.sets:
            self._begin_set(step, time)
            return self._enter("work", time)
        if self.sets.coach:
            self.sets.coach.interrupt(time)
        return self._enter(step.phase, time)

    def _advance(self, passed: float) -> list[Event]:
        """Advance the timer, and follow it into its next step."""
        working = self.phase == "work"
        if working:
            self.sets.work_s += passed
        if not self.timer.advance(passed, self.reps if working else 0, self.sets.slower):
            return []
        if working:
            overrun = self.timer.elapsed_s if self.timer.step else 0.0
            self.sets.end_set(self.timer.total_s - overrun)
        step = self.timer.step
        if step is None:
            return []
        if step.phase == "work":
            self._begin_set(step, self._time)
        else:
            self.framing = Framing(self.workout)
        return self._enter(step.phase, self._time)

    def _begin_set(self, step: Step, time: float) -> None:
        began = self.timer.total_s - self.timer.elapsed_s
        self.sets.begin_set(step, self.workout, began, time)

    def _enter(self, phase: Phase, time: float, text: str = "") -> list[Event]:
        self.phase = phase
        self._last_present = time if phase in ("work", "rest") else self._last_present
        self._last_absent = self._phase_start = time
        self._countdown_s = COUNTDOWN_S
        if phase == "position":
            self.framing = Framing(self.workout)
        return [Event("phase", time, text or phase)]

    def _with_progress(self, sample: Sample) -> Sample:
        left = self._countdown_s if self.phase == "countdown" else self.timer.remaining_s
        if self.phase == "position":
            left = None
        return replace(
            sample,
            phase=self.phase,
            left=None if left is None else round(left, 2),
            spent=round(self.timer.elapsed_s, 2),
            total=len(self.sets.series),
        )

    def _restore(self, time: float) -> None:
        """Continue in the last set, after a restart."""
        last = self.sets.last
        total_s = last.began + last.seconds
        position = (1, total_s) if self.program.just_train else (last.number, last.seconds)
        self.timer.seek(*position, total_s)
        slug = self.program.workouts[0] if self.program.just_train else last.workout
        self.sets.resume_set(self.workouts[slug], time)
        self.phase = "work"
        self._advance(0.0)
