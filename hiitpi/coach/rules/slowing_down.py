"""Tells when the repetitions of a set become slower: the athlete tires."""

import math
from typing import Final

#: Loss of speed, against the best of the set, from which an athlete is slower. Sets that end at a
#: loss of 20 % build strength with less fatigue than longer ones (Pareja-Blanco et al. 2017,
#: "Effects of velocity loss during resistance training", Scand J Med Sci Sports 27(7)).
MAX_LOSS: Final = 0.2

#: Once told, the athlete is told again only after coming back to within this loss.
RECOVERED_LOSS: Final = 0.1

#: An athlete who has fallen to this fraction of the best speed without a further repetition has
#: stopped.
STOPPED: Final = 1 / 3

#: Repetitions whose mean interval is a speed: as many as the pace on the page refers to.
MIN_REPS: Final = 6


class SlowingDown:
    """Follows the pace of one set."""

    def __init__(self) -> None:
        self._best = 0.0
        self._reps = 0  # since the start or the last interruption
        self._slower = self._told = False

    def interrupt(self) -> None:
        """Begin anew after a pause, except for the best speed."""
        self._reps, self._slower = 0, False

    def rep(self, pace: float) -> bool:
        """Process a repetition.

        Args:
            pace: the pace right after it, see `Pace.at`.

        Returns:
            Whether the athlete has just become slower.
        """
        self._reps += 1
        if self._reps < MIN_REPS:
            return False
        self._best = max(self._best, pace)
        loss = 1 - pace / self._best if self._best else math.nan
        self._slower = loss >= MAX_LOSS
        if loss <= RECOVERED_LOSS:
            self._told = False
        if not self._slower or self._told:
            return False
        self._told = True
        return True

    def is_slower(self, pace: float) -> bool:
        """Return whether the athlete is slower, or has stopped; `pace` is the current one."""
        return self._slower or (self._reps >= MIN_REPS and pace < STOPPED * self._best)
