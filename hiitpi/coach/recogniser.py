"""Finds out which workout the athlete does, by refereeing all of them at once."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from hiitpi.coach.coach import min_score
from hiitpi.coach.recognition import decide
from hiitpi.coach.rules.body import BodyTracker
from hiitpi.coach.rules.referee import Referee
from hiitpi.coach.rules.rep_counter import CompletedRep
from hiitpi.coach.rules.smoothing import Smoother
from hiitpi.coach.rules.strictness import Strictness, at
from hiitpi.coach.rules.workout import Workout
from hiitpi.pose.keypoints import Pose

#: Seconds from the moment a workout could be named until it is: others that fit as well or better
#: complete their repetitions a little later, such as the jump after a squat.
SETTLE_S: Final = 1.0

#: Seconds for which a repetition has a say. What is older was something else, and the poses to
#: count it with are not kept any more.
WINDOW_S: Final = 19.0

#: Two repetitions that end within this time, in seconds, are one movement of both sides, which is
#: none of a workout in which the sides take turns.
BOTH_SIDES_S: Final = 0.15


@dataclass(slots=True)
class _Candidate:
    """One workout with its referee, and the repetitions since the last decision.

    Attributes:
        spans: beginning and end of each repetition, in seconds.
    """

    workout: Workout
    referee: Referee
    spans: list[tuple[float, float]] = field(default_factory=list)

    def count(self, since: float) -> int:
        """Return the number of repetitions that began after a time."""
        spans = [span for span in self.spans if span[0] >= since]
        if not self.workout.each_side:
            return len(spans)
        ends = [end for _, end in spans]
        return sum(
            all(i == j or abs(end - other) > BOTH_SIDES_S for j, other in enumerate(ends))
            for i, end in enumerate(ends)
        )


class Recogniser:
    """Names the workout as soon as its repetitions can be told from those of all others.

    Args:
        workouts: the workouts that may be named.
        strictness: how strictly repetitions are judged.
    """

    def __init__(self, workouts: Iterable[Workout], strictness: Strictness = "standard") -> None:
        self._strictness: Strictness = strictness
        self._workouts = tuple(workouts)
        self.reset()

    def reset(self) -> None:
        """Forget everything, because the athlete has left or training was paused."""
        self._candidates = [_Candidate(w, Referee(at(w, self._strictness))) for w in self._workouts]
        # One body for each threshold of the keypoints' scores; most of the time goes into these.
        scores = {min_score(workout) for workout in self._workouts}
        self._bodies = {score: (Smoother(min_score=score), BodyTracker()) for score in scores}
        self._since = self._due = -float("inf")
        self._pending = False

    def forget(self, time: float) -> None:
        """Begin to look for the next workout: repetitions that began before `time` do not count."""
        self._since, self._pending = time, False
        for candidate in self._candidates:
            candidate.spans = [span for span in candidate.spans if span[0] >= time]

    def update(self, pose: Pose, time: float) -> str | None:
        """Process a frame.

        Args:
            pose: the pose in the frame.
            time: capture time in seconds.

        Returns:
            The slug of the workout in the frame in which it is recognised; otherwise None.
        """
        for smoother, body in self._bodies.values():
            body.update(smoother.update(pose, time), time)
        changed = False
        self._since = max(self._since, time - WINDOW_S)
        for candidate in self._candidates:
            _, body = self._bodies[min_score(candidate.workout)]
            _, outcomes, _ = candidate.referee.update(body, time)
            for outcome in outcomes:
                if isinstance(outcome, CompletedRep):
                    candidate.spans.append((time - outcome.duration, time))
                    changed = True
            while candidate.spans and candidate.spans[0][0] < self._since:
                candidate.spans.pop(0)
        if changed and not self._pending and decide(self.counts()):
            self._pending, self._due = True, time + SETTLE_S
        if not self._pending or time < self._due:
            return None
        self._pending = False
        return decide(self.counts())

    def counts(self) -> Mapping[str, int]:
        """Return the repetitions of each workout since the last decision, by slug."""
        return Counter({c.workout.slug: c.count(self._since) for c in self._candidates})

    def began(self, slug: str) -> float:
        """Return when the first of the repetitions of a workout began, in seconds."""
        (candidate,) = (c for c in self._candidates if c.workout.slug == slug)
        return min(begin for begin, _ in candidate.spans if begin >= self._since)
