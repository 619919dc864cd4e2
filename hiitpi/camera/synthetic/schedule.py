"""The schedule of the synthetic athlete: an endless set of repetitions, in good or bad form."""

import math
from dataclasses import dataclass
from typing import Final

from hiitpi.camera.synthetic.animations import Animation
from hiitpi.settings import AthleteForm

#: Relative variation of the duration of repetitions: by form, and for all others, because no person
#: is a metronome.
JITTER_BY_FORM: Final = {"uneven": 0.5}
DEFAULT_JITTER: Final = 0.05

#: Extent of a half repetition: less than any workout requires.
HALF_EXTENT: Final = 0.5

#: Extent of the right side of an athlete who spares it.
SPARED_SIDE_EXTENT: Final = 0.35

#: An athlete who leaves the frame does so after every LEAVES_AFTER_CYCLES cycles of the animation,
#: takes WALK_S seconds to walk out and as long to walk back in, and stays away for AWAY_S seconds.
LEAVES_AFTER_CYCLES: Final = 3
WALK_S: Final = 1.2
AWAY_S: Final = 4.0


@dataclass(frozen=True, slots=True)
class ScheduledMoment:
    """The state of the athlete at one moment.

    Attributes:
        phase: phase of the animation's cycle, 0..1.
        away: how far the athlete has left the frame: 0 in its place, 1 out of the frame.
    """

    phase: float
    away: float = 0.0


class RepSchedule:
    """The schedule of one set of a workout.

    Args:
        animation: the animation of the workout.
        pace: repetitions per minute; 0 for the animation's own pace.
        form: how well the athlete trains.
    """

    def __init__(self, animation: Animation, pace: float = 0.0, form: AthleteForm = "good") -> None:
        self._animation, self._form = animation, form
        self._mean_s = 60 * animation.reps / (pace or animation.pace)
        self._cycles, self._phase = 0, 0.0
        self._cycle_start = animation.lead_s
        self._break_s = 0.0

    @property
    def done(self) -> int:
        """Repetitions completed so far that a correct counter counts."""
        half = self._form == "half"
        spared = self._form == "one_sided" and self._animation.needs_both_sides
        return 0 if half or spared else int(self.progress)

    @property
    def progress(self) -> float:
        """Repetitions attempted so far, including the fraction of the current one."""
        return (self._cycles + self._phase) * self._animation.reps

    @property
    def effort(self) -> tuple[float, float]:
        """Extent of the movement of the left and of the right side, 0..1 of a full repetition."""
        extent = HALF_EXTENT if self._form == "half" else 1.0
        return extent, SPARED_SIDE_EXTENT if self._form == "one_sided" else extent

    def at(self, elapsed: float) -> ScheduledMoment:
        """Advance the schedule and return the state of the athlete.

        Args:
            elapsed: seconds since the start; must not decrease between calls.
        """
        while elapsed >= self._cycle_start + self._break_s + self._cycle_s():
            self._cycle_start += self._break_s + self._cycle_s()
            self._cycles, self._phase = self._cycles + 1, 0.0
            leaves = self._form == "leaving" and self._cycles % LEAVES_AFTER_CYCLES == 0
            self._break_s = 2 * WALK_S + AWAY_S if leaves else 0.0
        since = elapsed - self._cycle_start
        if 0 <= since < self._break_s:
            return ScheduledMoment(0.0, _distance_away(since))
        fraction = max(0.0, since - self._break_s) / self._cycle_s()
        self._phase = max(0.0, fraction - self._animation.rest) / (1 - self._animation.rest)
        return ScheduledMoment(self._phase)

    def _cycle_s(self) -> float:
        jitter = JITTER_BY_FORM.get(self._form, DEFAULT_JITTER)
        return self._mean_s * (1 + jitter * math.sin(1.7 * self._cycles))


def _distance_away(since: float) -> float:
    """Return how far the athlete has left the frame, 0..1, `since` seconds into the break."""
    return min(1.0, since / WALK_S, max(0.0, 2 * WALK_S + AWAY_S - since) / WALK_S)
