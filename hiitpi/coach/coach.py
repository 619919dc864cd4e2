"""Counts and scores one workout: turns a stream of poses into samples and events."""

import math
from collections import deque
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from hiitpi.coach.messages import Event, Repetition, Sample
from hiitpi.coach.rules.body import BodyTracker
from hiitpi.coach.rules.lighter import LighterExercise
from hiitpi.coach.rules.measure import UNSEEN, Reading
from hiitpi.coach.rules.pace import Pace
from hiitpi.coach.rules.referee import Referee
from hiitpi.coach.rules.rep_counter import CompletedRep
from hiitpi.coach.rules.scoring import form
from hiitpi.coach.rules.slowing_down import SlowingDown
from hiitpi.coach.rules.smoothing import Smoother
from hiitpi.coach.rules.strictness import Strictness, at
from hiitpi.coach.rules.sway import SwayMeter
from hiitpi.coach.rules.workout import Workout
from hiitpi.pose.keypoints import SEEN, Pose

#: After this time without a pose an event is sent, and the current repetition is discarded.
ABSENT_AFTER_S = 1.0

#: Minimum score of a keypoint in floor workouts. Pose models give low scores to people who lie: in
#: recordings of push-ups from the side, PoseNet scored half of the keypoints below 0.2, although
#: most were placed correctly. With 0.2 as the minimum, 6 of 13 counts were within one of the truth;
#: with 0.01, 12 of 13 were.
MIN_SCORE_FLOOR = 0.01

#: Hint for an athlete whose repetitions become slower.
SLOWING_DOWN = "Slowing down"


def min_score(workout: Workout) -> float:
    """Return the score, 0..1, from which a keypoint counts as visible in a workout."""
    return MIN_SCORE_FLOOR if workout.floor else SEEN


@dataclass(frozen=True, slots=True)
class FrameResult:
    """The result of one frame: its sample, and the events that it caused."""

    sample: Sample
    events: tuple[Event, ...]


class Coach:
    """Counts the repetitions of one athlete in one set, and scores them.

    All times are seconds of the same clock, which must not run backwards.

    Attributes:
        workout: the rules, as they are before the strictness applies.
        series: the repetitions so far.
        attempts: number of attempts that did not count, so far.
        slower: whether the athlete has become slower than the best speed of the set, or stopped.

    Args:
        workout: the rules.
        time: time at which counting starts.
        series: repetitions already counted, for a set that is resumed after a restart.
        attempts: attempts already made, for a set that is resumed.
        strictness: how strictly repetitions are judged.
    """

    def __init__(
        self,
        workout: Workout,
        time: float,
        series: tuple[Repetition, ...] = (),
        attempts: int = 0,
        strictness: Strictness = "standard",
    ) -> None:
        self.workout = workout
        self.series: list[Repetition] = list(series)
        self.attempts = attempts
        self._start_time = time - (series[-1].time if series else 0.0)
        self._smoother = Smoother(min_score=min_score(workout))
        self._body, self._referee = BodyTracker(), Referee(at(workout, strictness))
        self._pace, self._sway_meter = Pace(), SwayMeter()
        self._lighter = LighterExercise(workout)
        self._slowing_down, self.slower = SlowingDown(), False
        self._recent_durations = deque((rep.duration for rep in series[-5:]), maxlen=5)
        self._score_sum = sum(rep.score for rep in series)
        self._last_seen = time
        self._absent = False

    @property
    def reps(self) -> int:
        """Repetitions counted so far."""
        return len(self.series)

    @property
    def score(self) -> float | None:
        """Mean form score so far, 0..100, to one decimal; None before the first repetition."""
        return round(self._score_sum / len(self.series), 1) if self.series else None

    @property
    def sway(self) -> float | None:
        """Sideways sway so far in degrees, to one decimal; see `SwayMeter`."""
        sway = self._sway_meter.sway
        return None if sway is None else round(sway, 1)

    def interrupt(self, time: float) -> None:
        """Discard the current repetition because training was paused until `time`."""
        self._smoother.clear()
        self._body, self._pace = BodyTracker(), Pace()
        self._slowing_down.interrupt()
        self._referee.reset()
        self._last_seen = time
        self._absent = False

    def elapsed(self, time: float) -> float:
        """Return the seconds from the start of counting until `time`."""
        return max(0.0, time - self._start_time)

    def update(
        self, pose: Pose | None, time: float, *, seq: int = 0, inference_ms: float = 0.0
    ) -> FrameResult:
        """Process one frame.

        Args:
            pose: the pose in the frame; None if nobody was detected.
            time: capture time of the frame.
            seq: number of the frame, copied to the sample.
            inference_ms: time taken by the pose engine, copied to the sample.

        Returns:
            The sample of the frame, and the events it caused.
        """
        events = self._update_presence(pose, time)
        signal = UNSEEN
        if pose is not None:
            self._body.update(self._smoother.update(pose, time), time)
            if not self.workout.floor:
                self._sway_meter.update(self._body)
            signal, outcomes, reason = self._referee.update(self._body, time)
            if reason:
                events.append(Event("cue", time, reason))
            for outcome in outcomes:
                if isinstance(outcome, CompletedRep):
                    events.append(self._add_rep(outcome, time))
                    events += self._hints(outcome, time)
                elif self.workout.hold:
                    events.append(Event("cue", time, outcome.missed.cue))
                else:
                    self.attempts += 1
                    cue, why = outcome.missed.cue, outcome.explanation
                    events.append(Event("attempt", time, cue, missed=why))
        pace = self._pace.at(time)
        self.slower = self._slowing_down.is_slower(pace)
        sample = self._sample(pose, time, seq, inference_ms, signal, pace)
        return FrameResult(sample, tuple(events))

    def _hints(self, completed: CompletedRep, time: float) -> list[Event]:
        """Return what else there is to say after a repetition."""
        hints = [self._lighter.update(completed.cycle)]
        if not self.workout.hold and self._slowing_down.rep(self._pace.at(time)):
            hints.append(SLOWING_DOWN)
        return [Event("cue", time, hint) for hint in hints if hint]

    def _update_presence(self, pose: Pose | None, time: float) -> list[Event]:
        if pose is None:
            if not self._absent and time - self._last_seen > ABSENT_AFTER_S:
                self._absent = True
                self._smoother.clear()
                self._body = BodyTracker()
                self._referee.reset()
                return [Event("lost", time, "Nobody in view: step in front of the camera")]
            return []
        self._last_seen = time
        if self._absent:
            self._absent = False
            return [Event("found", time)]
        return []

    def _add_rep(self, completed: CompletedRep, time: float) -> Event:
        result = form(self.workout, completed.cycle, completed.duration, self._recent_durations)
        rep = Repetition(
            number=len(self.series) + 1,
            time=round(self.elapsed(time), 3),
            duration=round(completed.duration, 3),
            range_of_motion=round(result.range_of_motion, 3),
            symmetry=round(result.symmetry, 3),
            score=round(result.score, 1),
            cues=result.cues,
        )
        self.series.append(rep)
        self._recent_durations.append(completed.duration)
        self._score_sum += rep.score
        if not self.workout.hold:  # a pace of seconds makes no sense
            self._pace.rep(time)
        return Event("rep", time, rep.cues[0] if rep.cues else "", rep, count=rep.number)

    def _sample(
        self,
        pose: Pose | None,
        time: float,
        seq: int,
        inference_ms: float,
        signal: Reading,
        pace: float,
    ) -> Sample:
        state = self._referee.state
        return _sample(
            pose,
            time,
            seq,
            inference_ms,
            state=state.name if state else None,
            signal=None if math.isnan(signal.value) else round(signal.value, 3),
            reps=len(self.series),
            attempts=self.attempts,
            pace=round(pace, 1),
            score=self.score,
            sway=self.sway,
        )


class Results(Protocol):
    """The results of a set; see `Coach` for their meaning."""

    @property
    def reps(self) -> int:
        """Repetitions counted so far."""

    @property
    def attempts(self) -> int:
        """Attempts that did not count, so far."""

    @property
    def score(self) -> float | None:
        """Mean form score so far."""

    @property
    def sway(self) -> float | None:
        """Sideways sway so far."""


def idle_sample(
    pose: Pose | None, time: float, seq: int, inference_ms: float, coach: Results | None = None
) -> Sample:
    """Return the sample of a frame in which nothing is counted.

    Args:
        pose: the pose in the frame; None if nobody was detected.
        time: capture time, seconds of the pipeline's clock.
        seq: number of the frame.
        inference_ms: time taken by the pose engine, in milliseconds.
        coach: coach of the latest set, whose results the sample repeats; None before the first.
    """
    if coach is None:
        return _sample(pose, time, seq, inference_ms)
    results = {name: getattr(coach, name) for name in ("reps", "attempts", "score", "sway")}
    return _sample(pose, time, seq, inference_ms, **results)


def _sample(
    pose: Pose | None, time: float, seq: int, inference_ms: float, **results: Any
) -> Sample:
    return Sample(
        seq=seq,
        time=round(time, 3),
        inference_ms=round(inference_ms, 1),
        confidence=0.0 if pose is None else round(pose.confidence, 3),
        keypoints=None if pose is None else wire_keypoints(pose),
        **results,
    )


def wire_keypoints(pose: Pose) -> tuple[tuple[int, int, float], ...]:
    """Round keypoints for transmission.

    Returns:
        17 tuples (x, y, score): whole pixels, and the score 0..1 to two decimals.
    """
    whole, hundredths = np.rint(pose.xy).astype(int).tolist(), np.rint(pose.score * 100).tolist()
    keypoints = zip(whole, hundredths, strict=True)
    return tuple((x, y, score / 100) for (x, y), score in keypoints)
