"""How often the house code may be guessed: by one address, and by all together."""

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

#: Wrong guesses that are free, and seconds until there is one more: of one address, of all.
EACH: Final = 5
EACH_AGAIN: Final = 60.0
ALL: Final = 60
ALL_AGAIN: Final = 20.0

#: Addresses that are remembered.
MOST: Final = 2000


@dataclass
class Allowance:
    """A bucket that fills up by and by (token bucket)."""

    size: int
    again: float
    left: float
    since: float

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
    wrong before: whoever knows the code comes in at the first try, however many are guessing. Six
    digits then last for years: 200 guesses an hour, of a million.

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
            now, own = self._clock(), self._each.get(_house(address))
            if own is None or (own.at(now) >= own.size):
                return 0.0
            return max(own.wait(now), self._all.wait(now))

    def wrong(self, address: str) -> None:
        """It guessed, and was wrong."""
        with self._lock:
            now, key = self._clock(), _house(address)
            own = self._each.setdefault(key, Allowance(EACH, EACH_AGAIN, EACH, now))
            self._each.move_to_end(key)
            for allowance in (own, self._all):
                allowance.left = max(0.0, allowance.at(now) - 1)
            self.wrong_in_all += 1
            while len(self._each) > MOST:
                self._each.popitem(last=False)

    def right(self, address: str) -> None:
        """It knows the code."""
        with self._lock:
            self._each.pop(_house(address), None)


def _house(address: str) -> str:
    """Whom an address belongs to: of IPv6 one has 2^64 of them."""
    try:
        one = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(one, ipaddress.IPv6Address) and one.ipv4_mapped is None:
        return str(ipaddress.ip_network((one, 64), strict=False))
    return address
