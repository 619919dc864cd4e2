"""When the drawn athlete does what: a set of repetitions without an end, a little uneven."""

import math
from typing import Final

from hiitpi.camera.drawn.movements import Movement

#: Seconds of standing before the first repetition.
LEAD: Final = 1.5

#: Nobody is a metronome: repetitions differ in length by up to this part.
UNEVEN: Final = 0.05


class Routine:
    """A set of one movement, from its beginning.

    Args:
        movement: what to do.
        pace: repetitions a minute; 0: the movement's own.
    """

    def __init__(self, movement: Movement, pace: float = 0.0) -> None:
        self._movement = movement
        self._mean = 60 / (pace or movement.pace)
        self._done = 0
        self._from = LEAD

    @property
    def done(self) -> int:
        """Repetitions completed so far."""
        return self._done

    def at(self, elapsed: float) -> float:
        """How far the repetition is, 0 (start) to 1 (far end), `elapsed` seconds after the start.

        Time must not run backwards.
        """
        while elapsed >= self._from + self._length():
            self._from += self._length()
            self._done += 1
        phase = max(0.0, elapsed - self._from) / self._length()
        moving = (phase - self._movement.rest) / (1 - self._movement.rest)
        return (1 - math.cos(2 * math.pi * max(0.0, moving))) / 2

    def _length(self) -> float:
        return self._mean * (1 + UNEVEN * math.sin(1.7 * self._done))
