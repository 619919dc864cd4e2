"""When the synthetic athlete does what: a set of repetitions without an end, good or bad."""

import math
from dataclasses import dataclass
from typing import Final

from hiitpi.camera.synthetic.animations import Animation
from hiitpi.settings import AthleteForm

#: Nobody is a metronome: repetitions differ in length by up to this part; uneven ones by more.
UNEVEN: Final = {"uneven": 0.5}
EVEN: Final = 0.05

#: How far half a repetition goes: less than any standard asks for.
HALF: Final = 0.5

#: How far the right side goes of somebody who spares it.
LAME: Final = 0.35

#: Who leaves does so after so many repetitions, walks so long (seconds), and stays away so long.
SETS, WALK, AWAY = 3, 1.2, 4.0


@dataclass(frozen=True, slots=True)
class ScheduledMoment:
    """What the athlete does at a moment.

    Attributes:
        phase: of the movement's round trip, 0..1.
        away: 0 on the spot to 1 out of the picture.
    """

    phase: float
    away: float = 0.0


class RepSchedule:
    """A set of one movement, from its beginning.

    Args:
        movement: what to do.
        pace: repetitions a minute; 0: the movement's own.
        form: how well.
    """

    def __init__(self, movement: Animation, pace: float = 0.0, form: AthleteForm = "good") -> None:
        self._movement, self._form = movement, form
        self._mean = 60 * movement.reps / (pace or movement.pace)
        self._tried, self._phase = 0, 0.0
        self._from = movement.lead
        self._break = 0.0

    @property
    def done(self) -> int:
        """Repetitions completed so far that a fair referee counts."""
        half = self._form == "half"
        lame = self._form == "one_sided" and self._movement.takes_both
        return 0 if half or lame else int(self.progress)

    @property
    def progress(self) -> float:
        """Repetitions tried so far, with the part of the one under way."""
        return (self._tried + self._phase) * self._movement.reps

    @property
    def effort(self) -> tuple[float, float]:
        """How far the left side goes, and the right: 0..1 of a full repetition."""
        whole = HALF if self._form == "half" else 1.0
        return whole, LAME if self._form == "one_sided" else whole

    def at(self, elapsed: float) -> ScheduledMoment:
        """What happens `elapsed` seconds after the start. Time must not run backwards."""
        while elapsed >= self._from + self._break + self._length():
            self._from += self._break + self._length()
            self._tried, self._phase = self._tried + 1, 0.0
            leaves = self._form == "leaving" and self._tried % SETS == 0
            self._break = 2 * WALK + AWAY if leaves else 0.0
        since = elapsed - self._from
        if 0 <= since < self._break:
            return ScheduledMoment(0.0, _outward(since))
        through = max(0.0, since - self._break) / self._length()
        self._phase = max(0.0, through - self._movement.rest) / (1 - self._movement.rest)
        return ScheduledMoment(self._phase)

    def _length(self) -> float:
        differ = UNEVEN.get(self._form, EVEN)
        return self._mean * (1 + differ * math.sin(1.7 * self._tried))


def _outward(since: float) -> float:
    """Out, away, and back in: 0..1 of the way out of the picture."""
    return min(1.0, since / WALK, max(0.0, 2 * WALK + AWAY - since) / WALK)
