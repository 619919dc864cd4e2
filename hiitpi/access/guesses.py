"""How often the house code may be guessed: by one address, and by all together."""

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hiitpi.access.addresses import owner

#: Wrong guesses that are free, and seconds until there is one more: of one address, of all.
EACH: Final = 5
EACH_AGAIN: Final = 60.0
ALL: Final = 30
ALL_AGAIN: Final = 300.0

#: Seconds after which an address that was wrong counts as one that never was.
CLEAN: Final = 7 * 86_400.0

#: Addresses that are remembered.
MOST: Final = 2000


@dataclass
class Allowance:
    """A bucket that fills up by and by (token bucket)."""

    size: int
    again: float
    left: float
    since: float
    wrong: float = -math.inf  # when it was last

    def at(self, now: float) -> float:
        """What is in it."""
        self.left = min(self.size, self.left + (now - self.since) / self.again)
        self.since = now
        return self.left

    def wait(self, now: float) -> float:
        """Seconds until there is one."""
        return max(0.0, (1 - self.at(now)) * self.again)


class Guesses:
    """Counts wrong guesses.

    An address that guesses too often waits. When all together do, those wait that have guessed
    wrong before: whoever knows the code comes in at the first try, however many are guessing. With
    a whole network of 254 addresses that makes some 330 guesses a day, of a million.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._each: OrderedDict[str, Allowance] = OrderedDict()
        self._all = Allowance(ALL, ALL_AGAIN, ALL, clock())
        self.wrong_in_all = 0

    def wait(self, address: str) -> float:
        """Seconds until this address may guess; 0: now."""
        with self._lock:
            now, own = self._clock(), self._each.get(owner(address))
            if own is None or now - own.wrong > CLEAN:
                return 0.0
            return max(own.wait(now), self._all.wait(now))

    def wrong(self, address: str) -> None:
        """It guessed, and was wrong."""
        with self._lock:
            now, key = self._clock(), owner(address)
            own = self._each.setdefault(key, Allowance(EACH, EACH_AGAIN, EACH, now))
            self._each.move_to_end(key)
            for allowance in (own, self._all):
                allowance.left = max(0.0, allowance.at(now) - 1)
                allowance.wrong = now
            self.wrong_in_all += 1
            while len(self._each) > MOST:
                self._each.popitem(last=False)

    def right(self, address: str) -> None:
        """It knows the code."""
        with self._lock:
            self._each.pop(owner(address), None)
