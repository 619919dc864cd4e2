"""A training session: who, which program, how far it is, and the coach who watches it."""

from dataclasses import replace
from typing import Final

from hiitpi.coach.coach import Coach, FrameResult, idle_sample
from hiitpi.coach.messages import (
    SCORING_VERSION,
    Event,
    Phase,
    Sample,
    SessionRecord,
    SetRecord,
    Status,
)
from hiitpi.coach.rules.workout import Workout
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session.device_control import DeviceControl
from hiitpi.coach.session.framing import Framing
from hiitpi.coach.session.gesture import Gesture
from hiitpi.coach.session.interval_timer import IntervalTimer
from hiitpi.coach.session.program import Step
from hiitpi.pose.keypoints import Pose

#: Seconds of 3-2-1.
COUNTDOWN_S: Final = 3.0

#: Seconds out of view after which the clock stands still, and back in view until it goes on; where
#: no clock runs, counting goes on sooner.
PAUSE_AFTER_AWAY_S: Final = 3.0
RESUME_AFTER_BACK_S: Final = 2.0
RESUME_UNTIMED_AFTER_S: Final = 0.5

#: Somebody who leaves during 3-2-1 for so long (seconds) is not ready.
COUNTDOWN_CANCEL_S: Final = 1.0

#: A session that has been waiting for somebody for so long (seconds) is over.
ABANDONED_AFTER_S: Final = 600.0

#: What somebody who is ready for a head-to-head is told.
WAITING_FOR_OTHERS: Final = "Ready. Waiting for the others"

#: Why it is paused, for the page.
PAUSE_REASONS: Final = {
    "away": "Paused: come back into the picture",
    "sign": "Paused by your sign",
    "asked": "Paused",
}

Size = tuple[int, int]


class TrainingSession:
    """One player's session, from the look whether all is in the picture to the end of the program.

    Attributes:
        phase: what goes on.
        program, workouts: what is to be done, and the rules by slug.
        clock, framing, gesture, control, coach: its parts; no coach before the first Go.
        why: why it is paused, a key of `PAUSE_REASONS`.

    Args:
        record: what is known of it; one that goes on after a restart brings its sets.
        workouts: the rules, by slug.
        time: now, seconds of the clock that `update` will be given.
        control: who may command it.
    """

    def __init__(
        self, record: SessionRecord, workouts: WorkoutLibrary, time: float, control: DeviceControl
    ) -> None:
        self._record, self.workouts, self.control = record, workouts, control
        self.program = record.program
        self.clock = IntervalTimer(self.program)
        self.gesture = Gesture(workouts[slug] for slug in self.program.workouts)
        self._sets = list(record.sets)
        self._series = list(record.series)
        self._time = self._seen = self._back = time
        self.pause_reason, self._forced = "", False
        self._count, self._entered = COUNTDOWN_S, time
        self._worked = 0.0  # seconds of the last set
        self.phase: Phase = "position"
        self.coach: Coach | None = None
        self.framing = Framing(self.workout)
        self._last_advice = ""
        if self._sets:
            self._restore(time)

    @property
    def uuid(self) -> str:
        """The session's uuid, as text."""
        return self._record.uuid

    @property
    def match(self) -> str:
        """Its head-to-head, or "": one begins with `go` only, and does not pause."""
        return self._record.match

    @property
    def advice(self) -> str:
        """What to do before the start, or before the next set."""
        waits = self.match and self.phase == "position" and self.framing.ready
        return WAITING_FOR_OTHERS if waits else self.framing.advice

    @property
    def player(self) -> str:
        """Who trains."""
        return self._record.player

    @property
    def over(self) -> bool:
        """Whether the program has come to its end."""
        return self.clock.step is None

    @property
    def abandoned(self) -> bool:
        """Whether nobody has come back for a long time."""
        waits = self.phase in ("position", "paused")
        return waits and self._time - self._entered > ABANDONED_AFTER_S

    @property
    def began(self) -> bool:
        """Whether there was a Go: before it there is nothing to keep."""
        return bool(self._sets)

    @property
    def workout(self) -> Workout:
        """What is trained now; during a rest, next."""
        step = self.clock.step
        slug = step.exercise.workout if step else self.program.exercises[-1].workout
        return self.workouts[slug]

    @property
    def number(self) -> int:
        """Of the set under way; during a rest, of the next."""
        return self.clock.step.number if self.clock.step else len(self._sets)

    @property
    def reps(self) -> int:
        """Repetitions in the set under way, or in the last one."""
        return self.coach.reps if self.coach else 0

    def update(
        self, pose: Pose | None, time: float, size: Size, *, seq: int = 0, inference_ms: float = 0.0
    ) -> FrameResult:
        """Judge the frame captured at `time`; `size` is the picture's (width, height).

        `pose` None: nobody is in view. See `Coach.update`.
        """
        events = self.tick(time, pose, size)
        if self.coach and self.phase == "work" and not self.over:
            told = self.coach.update(pose, time, seq=seq, inference_ms=inference_ms)
            sample = told.sample
            events += [self._renumbered(event, time) for event in told.events]
            events += self._run(0.0)
        else:
            sample = idle_sample(pose, time, seq, inference_ms, self.coach)
        return FrameResult(self._placed(sample), tuple(events))

    def tick(self, time: float, pose: Pose | None = None, size: Size = (0, 0)) -> list[Event]:
        """Let time pass, with a frame or without one; what happens because of it."""
        passed, self._time = time - self._time, time
        if pose is not None:
            self._seen = time
        else:
            self._back = time
        events = [Event("control", time)] if self.control.tick(time) else []
        sign = self.gesture.update(pose, time)
        if self.phase in ("position", "rest"):
            events += self._frame(pose, size, time)
        if self.phase == "position" and self.framing.ready and not self.match:
            events += self._enter("countdown", time)
        elif self.phase == "countdown":
            events += self._count_down(passed, time)
        elif self.phase in ("work", "rest"):
            events += self._train(passed, sign, time)
        elif self.phase == "paused" and (sign or self._is_back(time)):
            events += self.resume(time)
        return events

    def go(self, time: float) -> list[Event]:
        """Start without more ado, though something is not in the picture."""
        if self.phase != "position":
            return []
        self._forced = True
        return self._enter("countdown", time)

    def pause(self, time: float, why: str = "asked") -> list[Event]:
        """Let the clock stand still; `pause_reason` is one of `PAUSE_REASONS`."""
        if self.phase not in ("work", "rest") or self.match:
            return []
        self.pause_reason = why
        return self._enter("paused", time, PAUSE_REASONS[why])

    def resume(self, time: float) -> list[Event]:
        """Go on, after 3-2-1."""
        if self.phase != "paused":
            return []
        self._seen = time
        self._forced = self.pause_reason == "asked"
        if self.pause_reason == "away" and not self.program.timed:
            return self._enter_work(time)
        return self._enter("countdown", time)

    def record(self, *, status: Status = "active", ended: float | None = None) -> SessionRecord:
        """The session as it is now; `ended` in seconds since the epoch."""
        return replace(
            self._record,
            status=status,
            ended=ended,
            device=self.control.holder.id,
            sets=tuple(
                replace(one, began=round(one.began, 2), seconds=round(one.seconds, 2))
                for one in (*self._sets[:-1], *((self._set_now(),) if self._sets else ()))
            ),
            series=tuple(self._series),
        )

    def began_later(self, seconds: float) -> None:
        """The clock by which it began was slow by so many seconds."""
        self._record = replace(self._record, started=self._record.started + seconds)

    def _frame(self, pose: Pose | None, size: Size, time: float) -> list[Event]:
        self.framing.update(pose, size, time)
        if self.advice == self._last_advice:
            return []
        self._last_advice = self.advice
        return [Event("advice", time, self.advice)]

    def _count_down(self, passed: float, time: float) -> list[Event]:
        if time - self._seen > COUNTDOWN_CANCEL_S and not self._forced:
            self.pause_reason = "away"
            return self._enter("paused" if self.began else "position", time)
        self._count -= passed
        return [] if self._count > 0 else self._enter_work(time)

    def _train(self, passed: float, sign: bool, time: float) -> list[Event]:
        if sign:
            return self.pause(time, "sign")
        if self.phase == "work" and time - self._seen > PAUSE_AFTER_AWAY_S and not self.match:
            self._give_back(time - passed - self._seen)
            return self.pause(time, "away")
        return self._run(passed)

    def _give_back(self, seconds: float) -> None:
        """Time in which nobody was there is not the athlete's."""
        seconds = min(seconds, self.clock.spent)
        self.clock.rewind(seconds)
        self._worked -= seconds

    def _is_back(self, time: float) -> bool:
        patience = RESUME_AFTER_BACK_S if self.program.timed else RESUME_UNTIMED_AFTER_S
        return self.pause_reason == "away" and time - self._back >= patience

    def _enter_work(self, time: float) -> list[Event]:
        """Go: the first time, or after a pause."""
        step = self.clock.step
        assert step is not None
        if not self._sets:
            self._begin_set(step, time)
            return self._enter("work", time)
        if self.coach:
            self.coach.interrupt(time)
        return self._enter(step.phase, time)

    def _run(self, passed: float) -> list[Event]:
        """Let the program's clock run, and follow it into its next step."""
        working = self.phase == "work"
        if working:
            self._worked += passed
        if not self.clock.run(passed, self.reps if working else 0):
            return []
        if working:
            overrun = self.clock.spent if self.clock.step else 0.0
            self._worked = self.clock.total_s - overrun - self._sets[-1].began
            self._sets[-1] = self._set_now()
        step = self.clock.step
        if step is None:
            return []
        if step.phase == "work":
            self._begin_set(step, self._time)
        else:
            self.framing = Framing(self.workout)
        return self._enter(step.phase, self._time)

    def _begin_set(self, step: Step, time: float) -> None:
        self.coach = Coach(self.workout, time)
        began = self.clock.total_s - self.clock.spent
        position = step.number, self.workout.slug, step.round
        self._sets.append(SetRecord(*position, began, 0.0, 0, 0, scoring=SCORING_VERSION))
        self._worked = 0.0

    def _set_now(self) -> SetRecord:
        """The last set as it is: while it is under way, what changes is kept elsewhere."""
        last, coach = self._sets[-1], self.coach
        if coach is None:
            return last
        return replace(
            last,
            seconds=self._worked,
            reps=coach.reps,
            attempts=coach.attempts,
            score=coach.score,
            sway=last.sway if coach.sway is None else coach.sway,
        )

    def _enter(self, phase: Phase, time: float, text: str = "") -> list[Event]:
        self.phase = phase
        self._seen = time if phase in ("work", "rest") else self._seen
        self._back = self._entered = time
        self._count = COUNTDOWN_S
        if phase == "position":
            self.framing = Framing(self.workout)
        return [Event("phase", time, text or phase)]

    def _renumbered(self, event: Event, time: float) -> Event:
        """A repetition of the set as one of the session."""
        if event.rep is None:
            return event
        rep = replace(
            event.rep,
            number=len(self._series) + 1,
            time=round(self.clock.total_s, 3),
            set=self._sets[-1].number,
        )
        self._series.append(rep)
        return replace(event, rep=rep)

    def _placed(self, sample: Sample) -> Sample:
        """The sample, with where the session is."""
        left = self._count if self.phase == "countdown" else self.clock.left
        if self.phase == "position":
            left = None
        return replace(
            sample,
            phase=self.phase,
            left=None if left is None else round(left, 2),
            spent=round(self.clock.spent, 2),
            total=len(self._series),
        )

    def _restore(self, time: float) -> None:
        """Continue where an earlier pipeline process left the session."""
        last = self._sets[-1]
        mine = tuple(rep for rep in self._series if rep.set == last.number)
        self.clock.go_to(last.number, last.seconds, last.began + last.seconds)
        self.coach = Coach(self.workouts[last.workout], time, mine, last.attempts)
        self.phase, self._worked = "work", last.seconds
        self._run(0.0)
