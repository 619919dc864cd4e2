"""Counts whatever the athlete does: finds the workout out by itself, also when it changes."""

import math
from collections import deque
from collections.abc import Iterable
from typing import Final

from hiitpi.coach.coach import ABSENT_AFTER_S, Coach, FrameResult, idle_sample
from hiitpi.coach.messages import Event
from hiitpi.coach.recogniser import Recogniser
from hiitpi.coach.rules.any_workout import ANY_WORKOUT
from hiitpi.coach.rules.strictness import Strictness
from hiitpi.coach.rules.workout import Workout
from hiitpi.pose.keypoints import Pose

#: A set ends when nothing was counted for this many seconds.
REST_S: Final = 10.0

#: Seconds before the first repetition from which it is counted again, so that the first state is
#: reached, but nothing of the set before.
LEAD_IN_S: Final = 1.0

#: Seconds of poses that are kept, to count the repetitions before the workout was recognised.
BUFFER_S: Final = 20.0


class JustTrainCoach:
    """Recognises the workout, and then counts it with a coach of its own, from its beginning.

    Attributes:
        coach: coach of the newest set; None until the first workout is recognised.
        began: when that set began, seconds of the clock; NaN until then.
        sets: number of sets so far.

    Args:
        workouts: the workouts that may be recognised.
        time: time at which counting starts.
        strictness: how strictly repetitions are judged.
    """

    def __init__(
        self, workouts: Iterable[Workout], time: float, strictness: Strictness = "standard"
    ) -> None:
        self._strictness: Strictness = strictness
        self._workouts = {workout.slug: workout for workout in workouts}
        self._recogniser = Recogniser(self._workouts.values(), strictness)
        self._recent: deque[tuple[float, Pose]] = deque()
        self.coach: Coach | None = None
        self.began, self.sets = math.nan, 0
        self._last_rep = self._last_active = self._last_seen = time
        self._resting = True
        self._rival = ""  # another workout that was recognised while the current one counted

    @property
    def workout(self) -> Workout:
        """The workout of the newest set; the placeholder until one is recognised."""
        return self.coach.workout if self.coach else ANY_WORKOUT

    @property
    def reps(self) -> int:
        """Repetitions of the newest set."""
        return self.coach.reps if self.coach else 0

    @property
    def attempts(self) -> int:
        """Attempts of the newest set that did not count."""
        return self.coach.attempts if self.coach else 0

    @property
    def score(self) -> float | None:
        """Mean form score of the newest set; see `Coach.score`."""
        return self.coach.score if self.coach else None

    @property
    def sway(self) -> float | None:
        """Sway in the newest set; see `Coach.sway`."""
        return self.coach.sway if self.coach else None

    def interrupt(self, time: float) -> None:
        """Discard the current repetition because training was paused until `time`."""
        self._recogniser.reset()
        self._recent.clear()
        self._last_seen = self._last_rep = self._last_active = time
        if self.coach:
            self.coach.interrupt(time)

    def update(
        self, pose: Pose | None, time: float, *, seq: int = 0, inference_ms: float = 0.0
    ) -> FrameResult:
        """Process one frame; see `Coach.update`.

        In the frame in which a workout is recognised, a new set begins, and the events are those of
        all its repetitions so far, with their own times.
        """
        recognised = self._recognise(pose, time)
        if recognised is None:
            result = self._count(pose, time, seq, inference_ms)
        else:
            result = self._begin(*recognised, time, seq, inference_ms)
        if any(event.rep for event in result.events):
            self._last_rep = time
        if any(event.kind in ("rep", "attempt") for event in result.events):
            self._last_active = time
        elif not self._resting and time - self._last_active > REST_S:
            self._resting = True
            self._recogniser.forget(self._last_rep)  # but not what has begun since then
        return result

    def _recognise(self, pose: Pose | None, time: float) -> tuple[str, float] | None:
        """Return the workout and the beginning of its set, if a new one is recognised."""
        if pose is None:
            if self._recent and time - self._last_seen > ABSENT_AFTER_S:
                self._recogniser.reset()
                self._recent.clear()
            return None
        self._last_seen = time
        self._recent.append((time, pose))
        while time - self._recent[0][0] > BUFFER_S:
            self._recent.popleft()
        slug = self._recogniser.update(pose, time)
        if slug is None:
            return None
        began = self._recogniser.began(slug)
        if self._resting or began >= self._last_rep:
            return slug, began
        # The current workout's rules count these repetitions, too: those of a squat also count a
        # squat jump. If another one is named twice in a row, the athlete has changed to it; what
        # was counted until then stays in the old set.
        if slug not in (self.workout.slug, self._rival):
            self._rival = slug
        elif slug == self._rival:
            return slug, self._last_rep
        else:
            self._rival = ""
        self._recogniser.forget(time)
        return None

    def _count(self, pose: Pose | None, time: float, seq: int, inference_ms: float) -> FrameResult:
        if self.coach is None or self._resting:
            return FrameResult(idle_sample(pose, time, seq, inference_ms, self.coach), ())
        return self.coach.update(pose, time, seq=seq, inference_ms=inference_ms)

    def _begin(
        self, slug: str, began: float, time: float, seq: int, inference_ms: float
    ) -> FrameResult:
        """Begin a set, by counting what was seen since its first repetition began."""
        lead_in = min(LEAD_IN_S, max(0.0, began - self._last_rep)) if self.sets else LEAD_IN_S
        self.began, self._rival = began, ""
        self.coach = Coach(self._workouts[slug], self.began, strictness=self._strictness)
        self.sets, self._resting = self.sets + 1, False
        self._recogniser.forget(time)
        events: list[Event] = []
        for moment, pose in self._recent:
            if moment >= self.began - lead_in:
                result = self.coach.update(pose, moment, seq=seq, inference_ms=inference_ms)
                events += result.events
        return FrameResult(result.sample, tuple(events))
