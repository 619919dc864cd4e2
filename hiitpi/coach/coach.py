"""Joins smoothing, measures, counter and score: poses in, samples and events out."""

import math
from collections import deque
from dataclasses import dataclass
from typing import Any

from hiitpi.coach.messages import Event, Repetition, Sample
from hiitpi.coach.rules.body import BodyTracker
from hiitpi.coach.rules.measure import UNSEEN, Reading
from hiitpi.coach.rules.pace import Pace
from hiitpi.coach.rules.referee import Referee
from hiitpi.coach.rules.rep_counter import CompletedRep
from hiitpi.coach.rules.scoring import form
from hiitpi.coach.rules.smoothing import Smoother
from hiitpi.coach.rules.sway import SwayMeter
from hiitpi.coach.rules.workout import Workout
from hiitpi.pose.keypoints import Pose

#: Nobody in view for this long (seconds) is worth saying, and ends the repetition under way.
ABSENT_AFTER_S = 1.0

#: From this score on, a keypoint counts in floor work. Lying people score low: in recordings of
#: push-ups from the side PoseNet gave half of the keypoints less than 0.2, and most of those sat
#: where they belong: with 0.2 as the threshold 6 of 13 counts were within one, so 12.
MIN_SCORE_FLOOR = 0.01


@dataclass(frozen=True, slots=True)
class FrameResult:
    """What the coach made of one frame."""

    sample: Sample
    events: tuple[Event, ...]


class Coach:
    """Counts and scores the repetitions of one athlete at one workout, and gives cues.

    It may be given any clock, as long as `time` never runs backwards.

    Args:
        workout: the rules.
        time: when counting starts, seconds.
        series: repetitions already counted, when a session goes on after a restart.
        attempts: likewise.
    """

    def __init__(
        self, workout: Workout, time: float, series: tuple[Repetition, ...] = (), attempts: int = 0
    ) -> None:
        self.workout = workout
        self.series: list[Repetition] = list(series)
        self.attempts = attempts
        self.start = time - (series[-1].time if series else 0.0)
        self._smoother = Smoother(seen=MIN_SCORE_FLOOR) if workout.floor else Smoother()
        self._body, self._referee = BodyTracker(), Referee(workout)
        self._pace, self._balance = Pace(), SwayMeter()
        self._recent: deque[float] = deque((r.duration for r in series[-5:]), maxlen=5)
        self._total = sum(r.score for r in series)
        self._seen = time
        self._absent = False

    @property
    def reps(self) -> int:
        """Repetitions counted so far."""
        return len(self.series)

    @property
    def score(self) -> float | None:
        """Mean form score so far, to a tenth; None before the first repetition."""
        return round(self._total / len(self.series), 1) if self.series else None

    @property
    def sway(self) -> float | None:
        """How much the body sways so far, degrees; see `SwayMeter`."""
        sway = self._balance.sway
        return None if sway is None else round(sway, 1)

    def interrupt(self, time: float) -> None:
        """Training was paused until `time` (seconds): what was under way is void."""
        self._smoother.clear()
        self._body, self._pace = BodyTracker(), Pace()
        self._referee.reset()
        self._seen = time
        self._absent = False

    def elapsed(self, time: float) -> float:
        """Seconds of training at `time`."""
        return max(0.0, time - self.start)

    def update(
        self, pose: Pose | None, time: float, *, seq: int = 0, inference_ms: float = 0.0
    ) -> FrameResult:
        """Judge the frame captured at `time` (seconds); `pose` None: nobody in view."""
        events = self._presence(pose, time)
        signal = UNSEEN
        if pose is not None:
            self._body.update(self._smoother.update(pose, time), time)
            if not self.workout.floor:
                self._balance.update(self._body)
            signal, outcomes = self._referee.update(self._body, time)
            for outcome in outcomes:
                if isinstance(outcome, CompletedRep):
                    events.append(self._count(outcome, time))
                elif self.workout.hold:
                    events.append(Event("cue", time, outcome.missed.cue))
                else:
                    self.attempts += 1
                    events.append(Event("attempt", time, outcome.missed.cue))
        return FrameResult(self._sample(pose, time, seq, inference_ms, signal), tuple(events))

    def _presence(self, pose: Pose | None, time: float) -> list[Event]:
        if pose is None:
            if not self._absent and time - self._seen > ABSENT_AFTER_S:
                self._absent = True
                self._smoother.clear()
                self._body = BodyTracker()
                self._referee.reset()
                return [Event("lost", time, "Nobody in view: step in front of the camera")]
            return []
        self._seen = time
        if self._absent:
            self._absent = False
            return [Event("found", time)]
        return []

    def _count(self, done: CompletedRep, time: float) -> Event:
        judged = form(self.workout, done.cycle, done.duration, self._recent)
        rep = Repetition(
            number=len(self.series) + 1,
            time=round(self.elapsed(time), 3),
            duration=round(done.duration, 3),
            range_of_motion=round(judged.range_of_motion, 3),
            symmetry=round(judged.symmetry, 3),
            score=round(judged.score, 1),
            cues=judged.cues,
        )
        self.series.append(rep)
        self._recent.append(done.duration)
        self._total += rep.score
        if not self.workout.hold:  # seconds are no pace
            self._pace.rep(time)
        return Event("rep", time, rep.cues[0] if rep.cues else "", rep, count=rep.number)

    def _sample(
        self, pose: Pose | None, time: float, seq: int, inference_ms: float, signal: Reading
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
            pace=round(self._pace.at(time), 1),
            score=self.score,
            sway=self.sway,
        )


def idle_sample(
    pose: Pose | None, time: float, seq: int, inference_ms: float, coach: Coach | None = None
) -> Sample:
    """A frame in which nothing is counted; the set that `coach` has judged last still stands."""
    if coach is None:
        return _sample(pose, time, seq, inference_ms)
    stands = {name: getattr(coach, name) for name in ("reps", "attempts", "score", "sway")}
    return _sample(pose, time, seq, inference_ms, **stands)


def _sample(
    pose: Pose | None, time: float, seq: int, inference_ms: float, **counted: Any
) -> Sample:
    return Sample(
        seq=seq,
        time=round(time, 3),
        inference_ms=round(inference_ms, 1),
        confidence=0.0 if pose is None else round(pose.confidence, 3),
        keypoints=None if pose is None else whole_pixels(pose),
        **counted,
    )


def whole_pixels(pose: Pose) -> tuple[tuple[int, int, float], ...]:
    """Keypoints as they go over the wire: whole pixels, scores in hundredths."""
    both = zip(pose.xy.tolist(), pose.score.tolist(), strict=True)
    return tuple((round(x), round(y), round(s, 2)) for (x, y), s in both)
