"""What was understood from an example: the rules, in words and numbers for the page."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hiitpi.coach.coach import min_score
from hiitpi.coach.rules.body import BodyTracker
from hiitpi.coach.rules.explanation import explain
from hiitpi.coach.rules.measure import Reading
from hiitpi.coach.rules.referee import Referee
from hiitpi.coach.rules.rep_counter import CompletedRep, holds
from hiitpi.coach.rules.workout import Workout
from hiitpi.coach.rules.workout_text import read_workout
from hiitpi.coach.teaching.draft import Draft
from hiitpi.coach.teaching.example import follow
from hiitpi.pose.keypoints import Pose

Frames = Sequence[tuple[float, Pose | None]]

#: Decimals of the signal for the graph.
DECIMALS: Final = 3


@dataclass(frozen=True)
class Lesson:
    """A draft, and what its rules see in some frames.

    Attributes:
        draft: the draft.
        reps: repetitions counted, or seconds of a hold.
        attempts: attempts that did not count.
        times: time of each frame in seconds.
        signal: value of the signal in each frame; None where it is not visible. Of the side that
            leads, if the sides take turns.
        fits: whether all conditions but those on the signal hold in each frame.
    """

    draft: Draft
    reps: int
    attempts: int
    times: tuple[float, ...]
    signal: tuple[float | None, ...]
    fits: tuple[bool, ...]

    def data(self) -> dict[str, Any]:
        """Return the lesson as plain data."""
        workout = read_workout(self.draft.text())
        return {
            "draft": self.draft.data(),
            "text": self.draft.text(),
            "says": explain(workout),
            "lines": [
                {"state": i, "clause": j, "name": name, "sign": c.sign, "at": c.threshold}
                for i, (name, clauses) in enumerate(self.draft.states)
                for j, c in enumerate(clauses)
                if c.word == self.draft.signal and not c.lead
            ],
            "signal_counts": self.draft.signal_counts,
            "hold": workout.hold,
            "reps": self.reps,
            "attempts": self.attempts,
            "times": self.times,
            "signal": self.signal,
            "fits": self.fits,
        }


def judge(draft: Draft, frames: Frames) -> Lesson:
    """Return what the rules of a draft see in some frames.

    Raises:
        WorkoutError: the draft is not valid.
    """
    workout = read_workout(draft.text())
    reps = attempts = 0
    times, signal, fits = [], [], []
    for time, body, reading, completed, failed in _refereed(workout, frames):
        reps, attempts = reps + completed, attempts + failed
        times.append(round(time, DECIMALS))
        value = reading.value
        signal.append(None if math.isnan(value) else round(value, DECIMALS))
        fits.append(_fits(workout, body))
    return Lesson(draft, reps, attempts, tuple(times), tuple(signal), tuple(fits))


def count_reps(workout: Workout, frames: Frames) -> int:
    """Return the repetitions, or seconds of a hold, that the rules of a workout count."""
    return sum(completed for *_, completed, _ in _refereed(workout, frames))


def _refereed(
    workout: Workout, frames: Frames
) -> Iterator[tuple[float, BodyTracker, Reading, int, int]]:
    """Yield time, body, signal, and new repetitions and attempts of each frame with a person."""
    referee = Referee(workout)
    seen = ((time, pose) for time, pose in frames if pose is not None)
    for time, body in follow(seen, min_score(workout)):
        reading, outcomes, _ = referee.update(body, time)
        completed = sum(isinstance(outcome, CompletedRep) for outcome in outcomes)
        yield time, body, reading, completed, len(outcomes) - completed


def _fits(workout: Workout, body: BodyTracker) -> bool:
    """Return whether everything but the signal is as it must be at the turn."""
    if workout.each_side:
        return True
    turn = workout.states[min(1, len(workout.states) - 1)]
    conditions = [*turn.conditions, *workout.throughout]
    others = [c for c in conditions if c.measure is not workout.signal]
    return all(holds(c, {c.measure: c.measure.read(body)}) for c in others)
